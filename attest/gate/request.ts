// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Instant } from '../../core/instant.ts';
import type { PromotionPolicy } from '../../schemas/policy/promotion-policy.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import type { TrustAnchor } from '../tee/scheme.ts';

/** A promotion policy and where it stands in the log. */
export interface PolicyInForce {
  readonly policy: PromotionPolicy;
  /** Digest of the text that was logged, or of the file. */
  readonly digest: Digest;
  /** Null: the policy roots have not logged it, so the decision is advisory. */
  readonly logIndex: number | null;
}

/** May this model with this score on this dataset go to that environment? Everything but the facts of the graph. */
export interface GateRequest {
  readonly model: string;
  readonly dataset: string;
  /** Picks one evaluation statement; absent: the newest admissible one decides. */
  readonly evaluation?: Digest;
  readonly environment: string;
  readonly policy: PolicyInForce;
  readonly signerPolicy: { readonly policy: SignerPolicy; readonly digest: Digest };
  /** Digest of the trust roots in force, for the record. */
  readonly trustRoots: Digest;
  /** Trust anchors by evidence kind, from the operator's trust store. A kind that is absent has those of the product. */
  readonly anchors: ReadonlyMap<string, readonly TrustAnchor[]>;
  /** Whether this server counts simulated evidence at all. A policy must list it besides. */
  readonly allowSimulated: boolean;
  /** The time of the decision. */
  readonly clock: Instant;
  /** Name and version of the program, for the record. */
  readonly engine: string;
}
