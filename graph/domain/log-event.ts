// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Identity } from '../../core/identity.ts';
import type { Instant } from '../../core/instant.ts';

/** What became of a document (DESIGN.md 2). */
export type Standing = 'accepted' | 'pending' | 'quarantined' | 'opaque';

/** Outcome of one piece of TEE evidence that came with a statement, as pinned in the log. */
export interface EvidenceRecord {
  readonly kind: string;
  readonly status: 'passed' | 'failed' | 'undetermined';
  /** Hex, where the evidence passed. */
  readonly measurement?: string;
  readonly simulated: boolean;
  readonly findings: readonly string[];
}

/** Outcome of the signatures of an envelope, as pinned in the log. */
export interface SignatureRecord {
  readonly status: 'passed' | 'failed' | 'undetermined';
  /** Distinct identities whose signature holds. Empty unless passed. */
  readonly signers: readonly Identity[];
  readonly findings: readonly string[];
  /** Digest of the payload document that the signatures cover. */
  readonly payload: Digest;
  readonly evidence: readonly EvidenceRecord[];
}

/** A document was received. The same document again with nothing new appends nothing. */
export interface DocumentEvent {
  readonly type: 'accepted' | 'pending' | 'quarantined';
  readonly standing: Standing;
  readonly project: string;
  readonly document: Digest;
  readonly sizeBytes: number;
  readonly format: string;
  readonly version: string | null;
  readonly statementKind: string;
  /** Label of where it came from; never an identity. */
  readonly source: string;
  /** Name and version of the reader, e.g. `cyclonedx@1`. */
  readonly extractor: string;
  /** Digest of the packed facts; null where nothing could be extracted. */
  readonly facts: Digest | null;
  /** Outer document this one was taken out of; null where it was submitted itself. */
  readonly unpackedFrom: Digest | null;
  /** Present on envelopes. */
  readonly signature: SignatureRecord | null;
  /** Digest of the trust roots in force. */
  readonly trustRoots: Digest;
  readonly collateral: readonly Digest[];
  /** Why it is pending or quarantined; empty otherwise. */
  readonly reasons: readonly string[];
  readonly submittedBy: string;
  readonly receivedAt: Instant;
}

/** A tombstone on (project, document), or its removal. */
export interface RetractionEvent {
  readonly type: 'retracted' | 'reinstated';
  readonly project: string;
  readonly document: Digest;
  readonly reason: string;
  readonly by: string;
  readonly receivedAt: Instant;
}

/** A revocation statement was judged under the state just before its index. */
export interface RevocationEvent {
  readonly type: 'revocation';
  readonly project: string;
  /** The statement's payload document. */
  readonly document: Digest;
  readonly target: string;
  readonly reason: string;
  readonly severity: string | null;
  readonly since: Instant | null;
  readonly until: Instant | null;
  /** Statement that this one withdraws, or null. */
  readonly withdraws: Digest | null;
  readonly fixed: readonly string[];
  /** False: the signer may not revoke this; the statement is listed as claimed and changes nothing. */
  readonly effective: boolean;
  readonly by: string;
  readonly receivedAt: Instant;
}

/** A policy or the trust roots were replaced by the policy roots. The text is kept as a blob under its digest. */
export interface PolicyEvent {
  readonly type: 'policy';
  readonly kind: 'SignerPolicy' | 'PromotionPolicy' | 'TrustRoots';
  readonly name: string;
  readonly project: string;
  readonly content: Digest;
  readonly by: string;
  readonly receivedAt: Instant;
}

/** A gate decided. The decision document is kept as a blob under its digest. */
export interface DecisionEvent {
  readonly type: 'decision';
  readonly project: string;
  readonly decision: Digest;
  readonly outcome: 'allow' | 'deny' | 'undetermined';
  readonly advisory: boolean;
  readonly environment: string;
  readonly policy: Digest;
  /** Nonces that this decision bound, each to the evaluation statement it came in. */
  readonly nonces: readonly { readonly nonce: string; readonly statement: Digest }[];
  readonly receivedAt: Instant;
}

/** First entry: pins the log key, the policy roots and their threshold. */
export interface AdministrationEvent {
  readonly type: 'administration';
  readonly action: 'genesis';
  readonly origin: string;
  readonly logKey: Identity;
  readonly policyRoots: readonly Identity[];
  readonly threshold: number;
  readonly project: string;
  /** The log that this one continues (restore, migration): its origin, and its size and root when it was left. Absent: none. */
  readonly former?: { readonly origin: string; readonly size: number; readonly root: string };
  readonly receivedAt: Instant;
}

export type LogEvent =
  | DocumentEvent
  | RetractionEvent
  | RevocationEvent
  | PolicyEvent
  | DecisionEvent
  | AdministrationEvent;
