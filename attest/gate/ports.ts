// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import type { Instant } from '../../core/instant.ts';
import type { AttachedEvidence } from '../../schemas/envelope.ts';

/** Trust class of evidence under the signer policy in force, weakest first. */
export type EvidenceClass = 'inferred' | 'unsigned' | 'signed' | 'trusted' | 'attested';

/** One score that the graph knows for the (model, dataset) asked about. */
export interface EvaluationEvidence {
  /** Payload digest of the evaluation statement. */
  readonly statement: Digest;
  readonly metric: string;
  /** Source text of the number. */
  readonly value: string;
  readonly sampleSize: string | null;
  readonly harness: Digest | null;
  readonly nonce: string | null;
  /** Refs that the statement names. */
  readonly model: string;
  readonly dataset: string;
  /** Node of the evaluation in the graph, for questions about it. Absent: `document:<statement>`. */
  readonly ref?: string;
  readonly class: EvidenceClass;
  /** Highest class it ever had under this policy, whatever was lost since. Absent: the class it has now. */
  readonly everClass?: EvidenceClass;
  readonly signers: readonly Identity[];
  /** Time our log received it: authenticity is judged then. */
  readonly receivedAt: Instant;
  readonly logIndex: number;
  /** Exactly the signed bytes (DSSE PAE) of the best envelope; null where it was never signed. */
  readonly signedBytes: Uint8Array | null;
  /** TEE evidence that came with it. */
  readonly evidence: readonly AttachedEvidence[];
}

/** One way from something revoked to a thing that was asked about. */
export interface ContaminationPath {
  /** The revoked target. */
  readonly target: string;
  readonly reason: string;
  /** Log index of the revocation. */
  readonly revocationIndex: number;
  /** Refs from the thing asked about back to the target, for people. */
  readonly path: readonly string[];
  readonly class: EvidenceClass;
}

export interface Contamination {
  readonly affected: readonly ContaminationPath[];
  readonly possible: readonly ContaminationPath[];
  /** Boilerplate digests that the walk stepped over. */
  readonly skipped: readonly string[];
}

export interface ClosureReport {
  readonly closed: boolean;
  /** What is missing, in words, nearest first: "inputs of run train_poisoned". */
  readonly missing: readonly string[];
  /** What could not be seen: withheld, truncated, pending or purged evidence. Makes the answer undetermined, never open. */
  readonly withheld?: readonly string[];
  /** The statements that close it. */
  readonly evidence?: readonly { readonly document: Digest; readonly logIndex: number }[];
}

/** Evidence that says a statement of some kind about a ref was signed. */
export interface SignatureEvidence {
  readonly document: Digest;
  readonly statementKind: string;
  readonly class: EvidenceClass;
  readonly signers: readonly Identity[];
  readonly logIndex: number;
}

/** What the gate must know of the graph, as of one head. The graph side implements it; nothing here knows how. */
export interface GateFacts {
  readonly head: { readonly size: number; readonly root: string };
  /** Evaluations whose model and dataset are these refs (or aliases), newest first. */
  evaluations(model: string, dataset: string): Promise<readonly EvaluationEvidence[]>;
  contamination(refs: readonly string[], minClass: EvidenceClass): Promise<Contamination>;
  closure(ref: string, minClass: EvidenceClass): Promise<ClosureReport>;
  signatures(ref: string): Promise<readonly SignatureEvidence[]>;
  /** Statement that a nonce is bound to for this gate, or null. */
  nonceOwner(nonce: string): Promise<Digest | null>;
}
