// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import { sha256 } from '../../core/digest.ts';
import type { Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import type { Instant } from '../../core/instant.ts';
import type { PromotionRule } from '../../schemas/policy/promotion-policy.ts';
import type { EvidenceClass } from '../gate/ports.ts';

export type Outcome = 'passed' | 'failed' | 'undetermined';

/** A document that a rule looked at. */
export interface EvidenceRef {
  readonly document: Digest;
  readonly logIndex: number;
}

/** Why a rule came out as it did. */
export interface Reason {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
}

export interface RuleOutcome {
  /** Position in the policy's rules; null for what the gate itself asks. */
  readonly index: number | null;
  readonly rule: PromotionRule['rule'] | 'gate';
  readonly outcome: Outcome;
  /** For a pass these are what held, and warnings. */
  readonly reasons: readonly Reason[];
  readonly evidence: readonly EvidenceRef[];
}

/** Somebody whom the signer policy trusts for a statement kind, and about which subjects. */
export interface MaySign {
  readonly identity: Identity;
  /** Patterns. */
  readonly subjects: readonly string[];
}

/** One document that is missing for an `allow`. */
export interface Requirement {
  /** Positions in the policy's rules that it would settle. */
  readonly rules: readonly number[];
  /** `statement`: a new one. `withdrawal`: of a revocation. `closure`: a claim that inputs are complete. */
  readonly need: 'statement' | 'withdrawal' | 'closure';
  /** Statement kind. */
  readonly statement: string;
  /** What it must be about, refs or words. */
  readonly subjects: readonly string[];
  readonly class: EvidenceClass;
  /** What it must say, in words. */
  readonly conditions: readonly string[];
  /** Empty: the signer policy trusts nobody for it. */
  readonly maySign: readonly MaySign[];
}

/** A nonce and the statement that it is bound to from this decision on. */
export interface NonceUse {
  readonly nonce: string;
  readonly statement: Digest;
}

interface DecisionBody {
  readonly type: 'pedigree/decision/v1';
  readonly outcome: 'allow' | 'deny' | 'undetermined';
  /** True where simulated evidence was counted: the outcome proves nothing about a machine. */
  readonly simulated: boolean;
  readonly environment: string;
  readonly model: string;
  readonly dataset: string;
  /** Statement digests of the evaluations that decided, in the order of the policy's metrics. */
  readonly evaluations: readonly Digest[];
  /** The statement that the request picked, or null. */
  readonly requested: Digest | null;
  readonly nonces: readonly NonceUse[];
  readonly rules: readonly RuleOutcome[];
  /** The smallest evidence that would make it `allow`; empty for `allow`, and where evidence cannot. */
  readonly wouldFlip: readonly Requirement[];
  /** Boilerplate digests that walks stepped over. */
  readonly skipped: readonly string[];
  readonly signerPolicy: Digest;
  readonly trustRoots: Digest;
  /** `<kind> <digest>` of every TEE trust anchor that was given. */
  readonly anchors: readonly string[];
  readonly head: { readonly size: number; readonly root: string };
  readonly at: Instant;
  /** Name and version of the program that decided. */
  readonly engine: string;
}

/** Decided under a policy that the policy roots logged. Only this one may become a VSA or a lease. */
export interface LoggedDecision extends DecisionBody {
  readonly advisory: false;
  readonly policy: { readonly name: string; readonly digest: Digest; readonly logIndex: number };
}

/** Decided under a policy that nobody logged: an exit code, nothing to hand on. */
export interface AdvisoryDecision extends DecisionBody {
  readonly advisory: true;
  readonly policy: { readonly name: string; readonly digest: Digest; readonly logIndex: null };
}

export type Decision = LoggedDecision | AdvisoryDecision;

/** RFC 8785 text of the decision: the same inputs give the same bytes. */
export function formatDecision(decision: Decision): string {
  return canonicalizeJcs(decision);
}

/** Digest of the decision's text, as the log and the VSA name it. */
export function digestDecision(decision: Decision): Digest {
  return sha256(formatDecision(decision));
}
