// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Facts, Problem } from '../../graph/domain/facts.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { AttachedEvidence, SignedEnvelope } from '../../schemas/envelope.ts';

/** What a reader is told beside the document. */
export interface ReadContext {
  /** SHA-256 of the document's bytes: the scope of everything local. */
  readonly digest: Digest;
  /** Where the bytes came from, a label for people (relative path). Never an identity. */
  readonly source?: string;
  /** `--subject REF` for reports that name nothing. */
  readonly subject?: string;
  /** Run the strict schema. Default false: it costs more than reading, so bulk ingest leaves it out; `conformant` is then null. */
  readonly strict?: boolean;
}

/** A document inside another. */
export interface InnerDocument {
  /** Label inside the outer document: member path, line number, `payload`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /**
   * Ref of the thing that the inner document is about, where the outer one says so (a BOM as the predicate of a statement
   * is about the statement's subject). Becomes ReadContext.subject.
   */
  readonly subject?: string;
}

/** What a document says. */
export interface Reading {
  readonly facts: Facts;
  /**
   * Strict conformance to the format's own schema; for a format without one, to what its reader cannot do without. null where
   * it was not asked for (ReadContext.strict), and for what has no form of its own.
   */
  readonly conformant: boolean | null;
  /** Why it does not conform. */
  readonly conformanceProblems: readonly Problem[];
  /** Present for envelopes: what was signed, for attest/ to judge. */
  readonly envelope?: SignedEnvelope;
  /** Documents found inside; each becomes an entry of its own. An envelope's payload is one of them. */
  readonly inner?: readonly InnerDocument[];
  /** TEE evidence attached to the envelope, for attest/ to judge together with it. */
  readonly evidence?: readonly AttachedEvidence[];
}

/**
 * One format's way from a decoded document to facts. Adding a format is one file here and one line in registry.ts.
 * `read` throws PedigreeError where the document is not what it claims to be (it is then quarantined), and is pure.
 */
export interface FormatReader {
  /** Formats (Detected.format) that this reader takes. */
  readonly formats: readonly string[];
  /** Name and version pinned in log entries; raised whenever the facts of any document would change. */
  readonly extractor: string;
  read(decoded: Decoded, detected: Detected, context: ReadContext): Reading;
}
