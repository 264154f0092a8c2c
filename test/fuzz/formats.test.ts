// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { hasShared } from '../support/shared.ts';
import { DocumentFuzzer } from './document-fuzzer.ts';
import { readDocumentSeeds, type DocumentSeed } from './document-seeds.ts';

// A short sample of formats.fuzz.ts: the same runs each time. Time and memory are watched there, not here.
const RUNS_A_KIND = 6;

async function expectSound(seeds: readonly DocumentSeed[]): Promise<void> {
  const fuzzer = new DocumentFuzzer(seeds);
  const kinds = new Set(seeds.map(({ kind }) => kind));
  const standings = new Map<string, number>();
  for (let run = 0; run < RUNS_A_KIND * kinds.size; run++) {
    const { problem, standing, id } = await fuzzer.run(run);
    expect({ run, id, problem }).toEqual({ run, id, problem: null });
    standings.set(standing, (standings.get(standing) ?? 0) + 1);
  }
  // a fuzzer that breaks everything at the door, or nothing, finds nothing
  expect(standings.get('accepted') ?? 0).toBeGreaterThan(0);
  expect(standings.get('quarantined') ?? 0).toBeGreaterThan(0);
}

describe('mutated documents', () => {
  test('of every format at hand', { timeout: 300_000 }, async () => {
    const seeds = readDocumentSeeds();
    expect(seeds.length).toBeGreaterThan(hasShared() ? 1000 : 10);
    await expectSound(seeds);
  });

  test('a run is the same run again', () => {
    const seeds = readDocumentSeeds();
    const [one, other] = [new DocumentFuzzer(seeds), new DocumentFuzzer(seeds)];
    for (let run = 0; run < 50; run++) {
      expect(Buffer.from(one.make(run).bytes).equals(other.make(run).bytes)).toBe(true);
    }
  });
});
