// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { TeeCase } from '../support/tee-vectors.ts';
import { readGenuineCases } from '../support/tee-vectors.ts';
import { describeShared } from '../support/shared.ts';
import { TeeFuzzer } from './tee-fuzzer.ts';
import { makeOwnSeeds, makeWrappedSeeds } from './tee-seeds.ts';

// A short sample of tee.fuzz.ts: the same runs each time.
const RUNS_A_SEED = 30;

function expectSound(cases: readonly TeeCase[]): void {
  const fuzzer = new TeeFuzzer(cases);
  let refused = 0;
  const runs = RUNS_A_SEED * cases.length;
  for (let run = 0; run < runs; run++) {
    const { milliseconds: _time, ...result } = fuzzer.run(run);
    expect(result).toMatchObject({ problem: null });
    if (result.verdict !== 'passed') refused++;
  }
  // a fuzzer whose mutations change nothing finds nothing
  expect(refused / runs).toBeGreaterThan(0.8);
}

describe('mutated evidence and collateral', () => {
  test('of our own making', () => {
    expectSound(makeOwnSeeds());
  });

  test('in a wrapper', () => {
    const seeds = makeWrappedSeeds(makeOwnSeeds());
    expect(seeds).toHaveLength(8);
    expectSound(seeds);
  });

  test('a seed that does not pass is no seed', () => {
    const [seed] = makeOwnSeeds();
    if (seed === undefined) throw new Error('no seed');
    const broken = { ...seed, input: { ...seed.input, anchors: [] } };
    expect(() => new TeeFuzzer([broken])).toThrow('does not pass');
  });
});

describeShared('mutated evidence and collateral of other people’s hardware', () => {
  test('of every kind at hand', () => {
    const cases = readGenuineCases();
    const kinds = new Set(cases.map(({ scheme }) => scheme.kind));
    expect([...kinds].sort()).toEqual([
      'ear',
      'gcp-cs-jwt',
      'nitro',
      'nvidia-gpu',
      'sev-snp',
      'sgx',
      'tdx',
    ]);
    expectSound(cases);
  });
});
