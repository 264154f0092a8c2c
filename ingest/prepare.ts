// SPDX-License-Identifier: Apache-2.0
import { sha256, type Digest } from '../core/digest.ts';
import { isPedigreeError, isStoreFault, PedigreeError } from '../core/errors.ts';
import type { Instant } from '../core/instant.ts';
import { LIMITS } from '../core/limits.ts';
import type { DocumentBytes } from '../core/stored-bytes.ts';
import type { Facts, Problem } from '../graph/domain/facts.ts';
import type { EvidenceRecord, SignatureRecord, Standing } from '../graph/domain/log-event.ts';
import { bindStatement } from '../attest/tee/bind.ts';
import { findScheme } from '../attest/tee/registry.ts';
import type { TrustAnchor } from '../attest/tee/scheme.ts';
import type { TrustRoots } from '../attest/trust/roots.ts';
import { verifyEnvelope } from '../attest/signature/verify-envelope.ts';
import { claimsOf } from '../attest/verified.ts';
import type { AttachedEvidence, SignedEnvelope } from '../schemas/envelope.ts';
import type { Reading } from './extract/extractor.ts';
import { readDocument } from './extract/registry.ts';

/** What verification may lean on: the operator's files, and the time. */
export interface TrustContext {
  readonly roots: TrustRoots;
  /** Trust anchors of TEE kinds beside the pinned ones. */
  readonly teeAnchors: ReadonlyMap<string, readonly TrustAnchor[]>;
  readonly at: Instant;
}

/** A document ready to be logged: read, verified, nothing written yet. */
export interface PreparedDocument {
  readonly digest: Digest;
  /** Whoever handed them in closes them. */
  readonly bytes: DocumentBytes;
  readonly source: string;
  readonly unpackedFrom: Digest | null;
  readonly standing: Standing;
  readonly format: string;
  readonly version: string | null;
  readonly statementKind: string;
  readonly extractor: string;
  readonly facts: Facts | null;
  readonly signature: SignatureRecord | null;
  readonly reasons: readonly string[];
  readonly conformant: boolean | null;
  readonly problems: readonly Problem[];
}

export interface PrepareOptions {
  readonly subject?: string;
  readonly strict?: boolean;
}

/**
 * Reads a document and everything inside it, outer first. Never throws for what a document contains: what cannot be read
 * is quarantined with its reason.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE where stored bytes cannot be read back
 */
export async function prepareDocument(
  bytes: DocumentBytes,
  source: string,
  trust: TrustContext,
  options: PrepareOptions = {},
): Promise<PreparedDocument[]> {
  const prepared: PreparedDocument[] = [];
  await prepareInto(prepared, { name: source, bytes }, null, 0, trust, options);
  return prepared;
}

async function prepareInto(
  prepared: PreparedDocument[],
  document: { readonly name: string; readonly bytes: DocumentBytes },
  unpackedFrom: Digest | null,
  depth: number,
  trust: TrustContext,
  options: PrepareOptions,
): Promise<void> {
  const digest = sha256(document.bytes);
  const base = { digest, bytes: document.bytes, source: document.name, unpackedFrom };
  let read: { reading: Reading; extractor: string };
  let signature: SignatureRecord | null;
  try {
    if (depth > LIMITS.unpackDepth) {
      throw new PedigreeError(
        'ERR_LIMIT_DEPTH',
        `more than ${LIMITS.unpackDepth} documents inside one another`,
      );
    }
    read = await readDocument(document.bytes, { digest, source: document.name, ...options });
    // a verifier that breaks on one document must not keep the others out
    signature = signatureRecord(read.reading, trust);
  } catch (error) {
    if (isStoreFault(error)) throw error;
    prepared.push({ ...base, ...quarantined(error) });
    return;
  }
  const { reading, extractor } = read;
  const { facts } = reading;
  prepared.push({
    ...base,
    ...standingOf(reading, signature),
    format: facts.format,
    version: facts.version,
    statementKind: facts.statementKind,
    extractor,
    facts,
    signature,
    conformant: reading.conformant,
    problems: distinctProblems([...facts.problems, ...reading.conformanceProblems]),
  });
  for (const inner of reading.inner ?? []) {
    const name = inner.name === 'payload' ? document.name : `${document.name}!${inner.name}`;
    const about = inner.subject === undefined ? options : { ...options, subject: inner.subject };
    await prepareInto(prepared, { name, bytes: inner.bytes }, digest, depth + 1, trust, about);
  }
}

/** What a reader tolerates and strict mode refuses may be one thing: it is listed once. */
function distinctProblems(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(
    problems.map((one) => [JSON.stringify([one.code, one.pointer, one.message]), one]),
  );
  return [...byText.values()];
}

/**
 * Quarantine takes the signature, not the content: the payload of a broken envelope stays an unsigned document. An envelope
 * that nobody signed is not signed invalidly: it is kept as what it is, and proves nothing.
 */
function standingOf(
  { facts, envelope }: Reading,
  signature: SignatureRecord | null,
): { standing: Standing; reasons: readonly string[] } {
  if (signature?.status === 'failed' && envelope?.signatures.length !== 0)
    return { standing: 'quarantined', reasons: signature.findings };
  if (signature?.status === 'undetermined')
    return { standing: 'pending', reasons: signature.findings };
  return { standing: facts.format === 'opaque' ? 'opaque' : 'accepted', reasons: [] };
}

function quarantined(
  error: unknown,
): Omit<PreparedDocument, 'digest' | 'bytes' | 'source' | 'unpackedFrom'> {
  return {
    standing: 'quarantined',
    format: 'unreadable',
    version: null,
    statementKind: 'opaque',
    extractor: 'none',
    facts: null,
    signature: null,
    reasons: [reasonOf(error)],
    conformant: false,
    problems: [],
  };
}

/** Code, place and cause in one line. A fault of ours is named as such, never as the document's. */
export function reasonOf(error: unknown): string {
  if (!isPedigreeError(error))
    return 'ERR_INTERNAL: the reader broke on this document; please report it';
  const at = error.at === undefined || error.at === '' ? '' : ` at ${error.at}`;
  const line = error.line === undefined ? '' : ` (line ${error.line})`;
  return `${error.code}: ${error.message}${at}${line}`;
}

function signatureRecord(reading: Reading, trust: TrustContext): SignatureRecord | null {
  const { envelope } = reading;
  if (envelope === undefined) return null;
  const payload = sha256(envelope.payload);
  const evidence = (reading.evidence ?? []).map((one) => evidenceRecord(one, envelope, trust));
  const verdict = verifyEnvelope(envelope, trust.roots);
  if (verdict.status !== 'passed') {
    const findings = verdict.findings.map((finding) => `${finding.code}: ${finding.message}`);
    return { status: verdict.status, signers: [], findings, payload, evidence };
  }
  const { signers } = claimsOf(verdict.value);
  const findings = verdict.warnings.map((finding) => `${finding.code}: ${finding.message}`);
  return { status: 'passed', signers, findings, payload, evidence };
}

/** Judges TEE evidence under the strict default policy of its kind, bound to exactly these signed bytes. */
function evidenceRecord(
  attached: AttachedEvidence,
  envelope: SignedEnvelope,
  trust: TrustContext,
): EvidenceRecord {
  const { kind } = attached;
  const scheme = findScheme(kind);
  if (scheme === undefined) {
    return {
      kind,
      status: 'undetermined',
      simulated: false,
      findings: [`kind-unsupported: ${kind}`],
    };
  }
  const outcome = scheme.run({
    evidence: attached.evidence,
    endorsements: new Map([...attached.endorsements].map(([role, bytes]) => [role, [bytes]])),
    anchors: [...scheme.pinnedAnchors(), ...(trust.teeAnchors.get(kind) ?? [])],
    at: trust.at,
    policy: {},
    binding: bindStatement(kind, envelope.signedBytes),
  });
  const measurement = outcome.claims?.measurement ?? null;
  return {
    kind,
    status: outcome.verdict,
    ...(outcome.verdict === 'passed' && measurement !== null ? { measurement } : {}),
    simulated: outcome.claims?.simulated ?? kind === 'simulated',
    findings: outcome.findings.map((finding) => `${finding.code}: ${finding.message}`),
  };
}
