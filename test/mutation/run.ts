// SPDX-License-Identifier: Apache-2.0
import { exchangeAnchors } from './anchors.ts';
import { cut, flipBytes, stretch } from './bytes.ts';
import { swapCertificates } from './certificates.ts';
import { moveClock } from './clock.ts';
import { breakCollateral } from './collateral.ts';
import { breakLengths } from './lengths.ts';
import { judge } from './mutation.ts';
import type { Mutation, Mutator } from './mutation.ts';
import type { Piece } from './pieces.ts';
import { forgeChains } from './self-made.ts';

/** What is done to evidence, by name. */
export const MUTATORS: Readonly<Record<string, Mutator>> = {
  'bytes flipped': flipBytes,
  'cut anywhere': cut,
  'bytes added': stretch,
  'lengths changed': breakLengths,
  'certificates swapped': swapCertificates,
  'chains self-made': forgeChains,
  'anchors exchanged': exchangeAnchors,
  'collateral broken': breakCollateral,
  'clock moved': moveClock,
};

/** A sample is every n-th mutation, so that each mutator gets about this many for each piece. */
const SAMPLE_SIZE = 40;

export interface Problem {
  readonly mutator: string;
  readonly what: string;
  readonly problem: string;
}

/** What came of the mutations of one piece. */
export interface Tally {
  mutations: number;
  refused: number;
  /** Passed, and had to: the clock within every window, our own root trusted. */
  expected: number;
  /** Passed though it must not. */
  accepted: number;
  slowestMs: number;
  slowest: string;
  /** Passes without harm, by reason. */
  readonly harmless: Map<string, number>;
  readonly problems: Problem[];
}

/** Runs all mutations of a piece, or a sample of them that is the same each time. */
export function runPiece(piece: Piece, others: readonly Piece[], isSample: boolean): Tally {
  const tally: Tally = {
    mutations: 0,
    refused: 0,
    expected: 0,
    accepted: 0,
    slowestMs: 0,
    slowest: '',
    harmless: new Map(),
    problems: [],
  };
  for (const [name, mutate] of Object.entries(MUTATORS)) {
    const mutations = mutate(piece, others);
    for (const mutation of isSample ? sample(mutations) : mutations) {
      record(tally, piece, name, mutation);
    }
  }
  return tally;
}

/** Evenly spread, first and last ones included. */
function sample(mutations: Iterable<Mutation>): Mutation[] {
  const all = [...mutations];
  if (all.length <= SAMPLE_SIZE) return all;
  return Array.from({ length: SAMPLE_SIZE }, (_, index) => {
    const mutation = all[Math.round((index * (all.length - 1)) / (SAMPLE_SIZE - 1))];
    if (mutation === undefined) throw new Error('no mutation');
    return mutation;
  });
}

function record(tally: Tally, piece: Piece, mutator: string, mutation: Mutation): void {
  const judged = judge(piece, mutation);
  let { milliseconds } = judged;
  // a pause of the garbage collector falls on one run, not on each
  if (milliseconds > tally.slowestMs) milliseconds = leastOf(piece, mutation, milliseconds);
  if (milliseconds > tally.slowestMs) {
    tally.slowestMs = milliseconds;
    tally.slowest = `${mutator}: ${mutation.what}`;
  }
  tally.mutations++;
  const { problem, verdict } = judged;
  if (problem !== undefined) {
    if (verdict === 'passed') tally.accepted++;
    tally.problems.push({ mutator, what: mutation.what, problem });
  } else if (verdict !== 'passed') tally.refused++;
  else if (mutation.mustPass === true) tally.expected++;
  else {
    const reason = mutation.harmless?.() ?? 'without a reason';
    tally.harmless.set(reason, (tally.harmless.get(reason) ?? 0) + 1);
  }
}

function leastOf(piece: Piece, mutation: Mutation, first: number): number {
  const again = [0, 1].map(() => judge(piece, mutation).milliseconds);
  return Math.min(first, ...again);
}
