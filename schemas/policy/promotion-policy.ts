// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import type { Digest } from '../../core/digest.ts';
import type { Decimal } from './decimal.ts';

/** The deciding evaluation's value of a metric lies within the bounds, which are included. At least one bound is there. */
export interface ScoreRule {
  readonly rule: 'score';
  readonly metric: string;
  readonly min: Decimal | null;
  readonly max: Decimal | null;
  readonly minSampleSize: Decimal | null;
}

/** What an evaluation must be for it to count. */
export interface EvaluationRule {
  readonly rule: 'evaluation';
  readonly class: 'trusted' | 'attested';
  /** Named by content digest, not by a name that others share. */
  readonly boundTo: readonly ('model' | 'dataset')[];
}

/** Somebody signed a statement of this kind about the model or the dataset. */
export interface SignatureRule {
  readonly rule: 'signature';
  readonly statement: string;
  readonly of: 'model' | 'dataset';
  readonly class: 'signed' | 'trusted' | 'attested';
}

/** No path leads from these to something revoked. */
export interface NotRevokedRule {
  readonly rule: 'not-revoked';
  readonly of: readonly ('model' | 'dataset' | 'evaluation')[];
}

/** All inputs of these are known. */
export interface ClosedRule {
  readonly rule: 'closed';
  readonly of: readonly ('model' | 'dataset')[];
  readonly class: 'signed' | 'trusted' | 'attested';
}

export interface PolicyMeasurement {
  /** Lower-case hex. */
  readonly measurement: string;
  /** Harness that the measured image runs; null: the policy does not say, so any. */
  readonly harness: Digest | null;
}

/** One kind of evidence that a tee-evidence rule accepts. */
export interface EvidenceKindRule {
  readonly kind: string;
  /** Null: those that the signer policy authorises for evaluations. */
  readonly measurements: readonly PolicyMeasurement[] | null;
  /** Appraisal policy of the kind, checked by its scheme. */
  readonly appraisal: JsonObject;
}

/** TEE evidence of one of the kinds is bound to each deciding evaluation. */
export interface TeeEvidenceRule {
  readonly rule: 'tee-evidence';
  readonly kinds: readonly EvidenceKindRule[];
  /** As written (`30d`); null: no bound. */
  readonly maxAge: string | null;
  readonly nonce: 'required' | 'optional';
}

export type PromotionRule =
  ScoreRule | EvaluationRule | SignatureRule | NotRevokedRule | ClosedRule | TeeEvidenceRule;

/** What must hold for a model, a dataset and a score to be promoted into an environment. Every rule must pass. */
export interface PromotionPolicy {
  readonly name: string;
  readonly environments: readonly string[];
  /** Minimum class of a path to something revoked for a denial; weaker ones are possible paths. */
  readonly against: 'unsigned' | 'signed' | 'trusted' | 'attested';
  readonly onPossible: 'ignore' | 'warn' | 'undetermined';
  /** Not empty. */
  readonly rules: readonly PromotionRule[];
}
