// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import type { RunInput, TeeOutcome } from '../../attest/tee/scheme.ts';
import type { Piece } from './pieces.ts';

/** A piece of evidence with something done to it. */
export interface Mutation {
  /** Says what was done, and where. */
  readonly what: string;
  /** Made when it is wanted, since a sample wants few of them. */
  input(): RunInput;
  /** Why it may pass all the same; absent or undefined: it must not. A pass must then say what the piece says. */
  harmless?(): string | undefined;
  /** It may pass and say something else, for the reason given. */
  readonly mayDiffer?: boolean;
  /** It must pass. */
  readonly mustPass?: boolean;
}

/** Makes mutations of a piece. */
export type Mutator = (piece: Piece, others: readonly Piece[]) => Iterable<Mutation>;

export interface Judgement {
  readonly verdict: TeeOutcome['verdict'] | 'threw';
  /** What must not be; absent: all is well. */
  readonly problem?: string;
  /** Of processor time: what else runs on the machine does not count. */
  readonly milliseconds: number;
}

/** Runs a mutation and says whether what came out may be. */
export function judge(piece: Piece, mutation: Mutation): Judgement {
  const input = mutation.input();
  const started = process.cpuUsage();
  let outcome: TeeOutcome | undefined;
  let thrown = '';
  try {
    outcome = piece.scheme.run(input);
  } catch (error) {
    thrown = `threw ${error instanceof Error ? error.message : String(error)}`;
  }
  const { user, system } = process.cpuUsage(started);
  const milliseconds = (user + system) / 1000;
  if (outcome === undefined) return { verdict: 'threw', problem: thrown, milliseconds };
  const problem = findProblem(piece, mutation, outcome);
  const { verdict } = outcome;
  return { verdict, milliseconds, ...(problem === undefined ? {} : { problem }) };
}

function findProblem(piece: Piece, mutation: Mutation, outcome: TeeOutcome): string | undefined {
  const { verdict, findings, claims } = outcome;
  const [first] = findings;
  if (findings.some(({ code }) => code === 'verifier-fault')) return 'a fault of the verifier';
  if (verdict !== 'passed') {
    if (first === undefined) return 'refused without a reason';
    return mutation.mustPass === true ? `refused: ${first.stage}/${first.code}` : undefined;
  }
  if (mutation.harmless?.() === undefined && mutation.mustPass !== true) return 'accepted';
  if (mutation.mayDiffer === true || mutation.mustPass === true) return undefined;
  return isDeepStrictEqual(claims, piece.claims) ? undefined : 'accepted, and says something else';
}
