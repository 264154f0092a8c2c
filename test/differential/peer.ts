// SPDX-License-Identifier: Apache-2.0
import type { RunInput, TeeOutcome, VerifyInput } from '../../attest/tee/scheme.ts';

/** Something to ask both us and another verifier about. */
export interface DifferentialCase {
  readonly id: string;
  readonly kind: string;
  /** Where it comes from: other people's vectors, a mutation of one, or made and signed here. */
  readonly origin: 'vector' | 'mutant' | 'variant';
  /** What was changed, for the classes of disagreement: a field, a role, a clock. */
  readonly change: string;
  readonly input: RunInput;
}

/** What another verifier says. Its policy is as wide as it gets: the question is whether the evidence is genuine. */
export interface PeerVerdict {
  readonly id: string;
  readonly genuine: boolean;
  /** Where the peer tells one: the TCB status. */
  readonly status?: string;
  readonly advisories?: readonly string[];
  /** Why not; empty where it is genuine. */
  readonly error: string;
}

/** Another verifier, built outside the product. */
export interface Peer {
  /** Name and version. */
  readonly name: string;
  readonly kinds: readonly string[];
  /** Of the mutants it is asked about each one of so many: some are slow. */
  readonly mutantStride: number;
  /** Whether it can be asked about the case at all (a root that it cannot be given, for example). */
  canJudge(one: DifferentialCase): boolean;
  ask(cases: readonly DifferentialCase[]): Promise<readonly PeerVerdict[]>;
}

/** What both said of one case. */
export interface Comparison {
  readonly case: DifferentialCase;
  readonly peer: string;
  readonly ours: TeeOutcome;
  readonly theirs: PeerVerdict;
  readonly outcome: Outcome;
}

export type Outcome =
  | 'both-accept'
  | 'both-refuse'
  /** Both take it, and say different things of its TCB. */
  | 'status-differs'
  | 'only-we-accept'
  | 'only-they-accept';

/** A change to a seed: what was changed, and the changed members. */
export type Mutant = readonly [change: string, input: Partial<RunInput>];

/** Something made here: what is special about it, and the whole of it. */
export type Variant = readonly [change: string, input: VerifyInput];
