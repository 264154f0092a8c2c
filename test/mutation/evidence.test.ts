// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { describeShared } from '../support/shared.ts';
import { describeSoftwareTpm } from '../support/software-tpm.ts';
import { readGenuineCases } from '../support/tee-vectors.ts';
import type { TeeCase } from '../support/tee-vectors.ts';
import { makeOwnSeeds } from '../fuzz/tee-seeds.ts';
import { judge } from './mutation.ts';
import { makeSoftwareTpmCases, toPiece } from './pieces.ts';
import { MUTATORS, runPiece } from './run.ts';

// A sample of evidence.ts, the same mutations each time. Time is measured there and not asserted here.
const FEWEST_A_PIECE = 80;

function expectRefused(one: TeeCase, all: readonly TeeCase[]): void {
  const others = all.filter((other) => other !== one).map(toPiece);
  const tally = runPiece(toPiece(one), others, true);
  expect(tally.problems).toEqual([]);
  expect(tally.accepted).toBe(0);
  expect(tally.mutations).toBeGreaterThan(FEWEST_A_PIECE);
  // a mutator that changes nothing finds nothing
  expect(tally.refused / tally.mutations).toBeGreaterThan(0.85);
}

describeShared('mutations of other people’s evidence', () => {
  const cases = readGenuineCases();

  test.each(cases.map((one) => [one.id, one] as const))('%s', (_id, one) => {
    expectRefused(one, cases);
  });
});

describeSoftwareTpm('mutations of quotes of a software TPM', () => {
  test('each signature scheme', async () => {
    const cases = await makeSoftwareTpmCases();
    expect(cases).toHaveLength(3);
    for (const one of cases) expectRefused(one, cases);
  });
});

describe('mutations of evidence of our own making', () => {
  const cases = makeOwnSeeds();

  test.each(cases.map((one) => [one.id, one] as const))('%s', (_id, one) => {
    expectRefused(one, cases);
  });

  test('what passes and should not is found', () => {
    const [seed] = cases.map(toPiece);
    if (seed === undefined) throw new Error('no seed');
    const unchanged = { what: 'nothing', input: () => seed.input };
    expect(judge(seed, unchanged)).toMatchObject({ verdict: 'passed', problem: 'accepted' });
    const other = { ...seed, claims: { ...seed.claims, binding: 'another' } };
    expect(judge(other, { ...unchanged, harmless: () => 'for a test' }).problem).toBe(
      'accepted, and says something else',
    );
    const late = { ...unchanged, input: () => ({ ...seed.input, anchors: [] }), mustPass: true };
    expect(judge(seed, late).problem).toMatch(/^refused: chain\//);
    expect(Object.keys(MUTATORS)).toHaveLength(9);
  });
});
