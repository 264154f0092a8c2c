// SPDX-License-Identifier: Apache-2.0
import { isDigest, type Digest } from '../core/digest.ts';
import { excerpt, isStoreFault, type PedigreeError } from '../core/errors.ts';
import type { Clock } from '../core/instant.ts';
import { closeBytes, type DocumentBytes } from '../core/stored-bytes.ts';
import type { Problem, RevocationClaim } from '../graph/domain/facts.ts';
import type { DocumentEvent, RevocationEvent, Standing } from '../graph/domain/log-event.ts';
import type { Draft, Ledger } from '../graph/ledger.ts';
import { latestEntry, type Knowledge, type KnownDocument } from '../graph/lineage/knowledge.ts';
import { canonicalizeJcs } from '../core/canonical-json-jcs.ts';
import { findInstant } from '../core/instant.ts';
import { digestTrustRoots } from '../attest/trust/roots.ts';
import { matchesAny } from '../schemas/policy/pattern.ts';
import type { SignerPolicy } from '../schemas/policy/signer-policy.ts';
import type { BlobStore } from './blobs/port.ts';
import {
  prepareDocument,
  reasonOf,
  type PrepareOptions,
  type PreparedDocument,
  type TrustContext,
} from './prepare.ts';
import type { Received } from './receive/files.ts';

/** What became of one thing that was handed in, or of a document inside it. */
export interface IngestOutcome {
  readonly source: string;
  /** Null where it was refused before it was read. */
  readonly digest: Digest | null;
  readonly standing: Standing | 'refused' | 'retracted';
  /** True where the log had it already and learnt nothing new. */
  readonly known: boolean;
  readonly format: string | null;
  readonly version: string | null;
  readonly unpackedFrom: Digest | null;
  /** Why it was refused, quarantined or left pending. */
  readonly reasons: readonly string[];
  readonly problems: readonly Problem[];
  readonly signers: readonly string[];
}

export interface IngestorOptions {
  readonly ledger: Ledger;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Trust roots as of now; read again for each group. */
  readonly trust: () => Omit<TrustContext, 'at'>;
  /** Signer policy in force on some knowledge. */
  readonly policy: (knowledge: Knowledge) => SignerPolicy;
}

export interface IngestRequest extends PrepareOptions {
  readonly project: string;
  /** Principal that hands the documents in. */
  readonly submittedBy: string;
  /** Called as soon as a thing is durable (or refused). */
  readonly onOutcome?: (outcome: IngestOutcome) => void;
}

/** Documents that share one commit: enough to spread its cost, few enough that a crash loses little work. */
const GROUP_DOCUMENTS = 64;
const GROUP_BYTES = 16 * 1024 * 1024;

/** Reads, verifies and logs documents, several to a commit. What was reported to `onOutcome` is durable. */
export class Ingestor {
  readonly #options: IngestorOptions;

  constructor(options: IngestorOptions) {
    this.#options = options;
  }

  /** Ingests a stream of things and closes their bytes. @returns every outcome, in order */
  async ingest(
    received: AsyncIterable<Received> | Iterable<Received>,
    request: IngestRequest,
  ): Promise<IngestOutcome[]> {
    const outcomes: IngestOutcome[] = [];
    let group: PreparedDocument[] = [];
    const taken: DocumentBytes[] = [];
    let bytes = 0;
    let trust = this.#options.trust();
    const report = (outcome: IngestOutcome): void => {
      outcomes.push(outcome);
      request.onOutcome?.(outcome);
    };
    const flush = async (): Promise<void> => {
      if (group.length === 0) return;
      const done = await this.#commitEach(group, request);
      release();
      group = [];
      bytes = 0;
      trust = this.#options.trust();
      done.forEach(report);
    };
    const release = (): void => taken.splice(0).forEach(closeBytes);
    try {
      for await (const one of received) {
        if ('refused' in one) {
          report(refusedOutcome(one.source, one.refused));
          continue;
        }
        taken.push(one.bytes);
        const context = { ...trust, at: this.#options.clock() };
        const prepared = await prepareDocument(one.bytes, one.source, context, request);
        group.push(...prepared);
        bytes += one.bytes.length;
        if (group.length >= GROUP_DOCUMENTS || bytes >= GROUP_BYTES) await flush();
      }
      await flush();
    } finally {
      release();
    }
    return outcomes;
  }

  /** One document that cannot be kept as read is quarantined by itself; it does not take its group with it. */
  async #commitEach(
    group: readonly PreparedDocument[],
    request: IngestRequest,
  ): Promise<IngestOutcome[]> {
    try {
      return await this.#commit(group, request);
    } catch (error) {
      if (isStoreFault(error)) throw error;
      const trees = byRoot(group);
      const outcomes: IngestOutcome[] = [];
      for (const tree of trees) {
        const rest = trees.length > 1 ? this.#commitEach(tree, request) : undefined;
        outcomes.push(...(await (rest ?? this.#commit(quarantinedTree(tree, error), request))));
      }
      return outcomes;
    }
  }

  async #commit(
    group: readonly PreparedDocument[],
    request: IngestRequest,
  ): Promise<IngestOutcome[]> {
    const { ledger, blobs } = this.#options;
    // bytes first: a log entry never names bytes that could still be lost
    await blobs.put(group);
    const fresh = new Set<PreparedDocument>();
    await ledger.append((knowledge) => {
      fresh.clear();
      return this.#drafts(group, request, knowledge, fresh);
    });
    return group.map((prepared) => {
      const outcome = outcomeOf(prepared, !fresh.has(prepared), ledger.knowledge, request);
      const conflicts = versionConflicts(prepared, ledger, request.project);
      return conflicts.length === 0
        ? outcome
        : { ...outcome, problems: [...outcome.problems, ...conflicts] };
    });
  }

  /** Entries for what the log does not know yet; the same document again adds nothing. */
  #drafts(
    group: readonly PreparedDocument[],
    request: IngestRequest,
    knowledge: Knowledge,
    fresh: Set<PreparedDocument>,
  ): Draft[] {
    const drafts: Draft[] = [];
    const inGroup = new Set<string>();
    const receivedAt = this.#options.clock();
    const trustRoots = digestTrustRoots(this.#options.trust().roots);
    for (const prepared of group) {
      const event = documentEvent(prepared, request, { receivedAt, trustRoots });
      const draft: Draft = prepared.facts === null ? { event } : { event, facts: prepared.facts };
      const key = canonicalizeJcs([event.document, event.unpackedFrom, event.signature]);
      const known = knowledge.findDocument(request.project, prepared.digest);
      if (inGroup.has(key) || (known !== undefined && !saysMore(known, prepared, knowledge)))
        continue;
      inGroup.add(key);
      fresh.add(prepared);
      drafts.push(draft);
      drafts.push(...this.#revocations(prepared, group, request, knowledge, receivedAt));
    }
    return drafts;
  }

  /** Revocation statements are judged once, under the state just before their index. */
  #revocations(
    prepared: PreparedDocument,
    group: readonly PreparedDocument[],
    request: IngestRequest,
    knowledge: Knowledge,
    receivedAt: RevocationEvent['receivedAt'],
  ): Draft[] {
    const claims = (prepared.facts?.claims ?? []).filter((claim) => claim.type === 'revocation');
    if (claims.length === 0) return [];
    const signers = new Set<string>();
    for (const { signature } of group) {
      if (signature?.status === 'passed' && signature.payload === prepared.digest) {
        for (const signer of signature.signers) signers.add(signer);
      }
    }
    const known = knowledge.findDocument(request.project, prepared.digest);
    if (known !== undefined) {
      for (const signer of knowledge.signersOf(known, Number.MAX_SAFE_INTEGER)) signers.add(signer);
    }
    const policy = this.#options.policy(knowledge);
    return claims.map((claim) => ({
      event: revocationEvent(
        claim,
        prepared.digest,
        [...signers],
        policy,
        request.project,
        receivedAt,
      ),
    }));
  }
}

/** Splits a group where documents that were handed in begin. */
function byRoot(group: readonly PreparedDocument[]): PreparedDocument[][] {
  const trees: PreparedDocument[][] = [];
  for (const prepared of group) {
    const last = trees.at(-1);
    if (prepared.unpackedFrom === null || last === undefined) trees.push([prepared]);
    else last.push(prepared);
  }
  return trees;
}

/** The outermost document alone, kept with the reason; what is inside it cannot be trusted to have been read right. */
function quarantinedTree(tree: readonly PreparedDocument[], error: unknown): PreparedDocument[] {
  const reasons = [reasonOf(error)];
  return tree.slice(0, 1).map((root) => {
    return { ...root, standing: 'quarantined', facts: null, signature: null, reasons };
  });
}

function revocationEvent(
  claim: RevocationClaim,
  document: Digest,
  signers: readonly string[],
  policy: SignerPolicy,
  project: string,
  receivedAt: RevocationEvent['receivedAt'],
): RevocationEvent {
  const withdraws =
    claim.withdraws !== undefined && isDigest(claim.withdraws) ? claim.withdraws : null;
  const mandated = signers.filter((signer) => mayRevoke(policy, [signer], claim.target));
  return {
    type: 'revocation',
    project,
    document,
    target: claim.target,
    reason: claim.reason,
    severity: claim.severity ?? null,
    since: findInstant(claim.since ?? '') ?? null,
    until: findInstant(claim.until ?? '') ?? null,
    withdraws,
    fixed: claim.fixed ?? [],
    effective: mandated.length > 0,
    // it stands as long as a signature of one of those who may make it does
    by: (mandated.length > 0 ? mandated : signers).join(' '),
    receivedAt,
  };
}

/** True where one of the signers has a mandate over the target. */
export function mayRevoke(
  policy: SignerPolicy,
  signers: readonly string[],
  target: string,
): boolean {
  return policy.mayRevoke.some(
    (mandate) =>
      mandate.signers.some((signer) => signers.includes(signer)) &&
      matchesAny(mandate.targets, target),
  );
}

/** True where the log would learn something: another way in, another verdict, other facts. */
function saysMore(known: KnownDocument, prepared: PreparedDocument, knowledge: Knowledge): boolean {
  const latest = latestEntry(known, Number.MAX_SAFE_INTEGER);
  if (latest === undefined) return true;
  const parent = prepared.unpackedFrom === null ? null : prepared.unpackedFrom;
  const sameWay = known.sources.some((source) => {
    const outer =
      source.parent === null ? null : (knowledge.documents[source.parent]?.digest ?? null);
    return outer === parent;
  });
  if (!sameWay) return true;
  const { signature } = prepared;
  return (
    latest.standing !== prepared.standing ||
    latest.extractor !== prepared.extractor ||
    canonicalizeJcs(latest.signature) !== canonicalizeJcs(signature)
  );
}

/**
 * Two documents that call themselves the same version of the same thing and differ: both stay, nobody is asked to guess
 * which one is meant, and the one that comes now says so (DESIGN.md 3, supersession).
 */
function versionConflicts(
  { digest, facts }: PreparedDocument,
  { index, knowledge }: Ledger,
  project: string,
): Problem[] {
  const claims = (facts?.claims ?? []).filter((claim) => claim.type === 'supersession');
  return claims.flatMap(({ family, version, pointer }) => {
    const node = index.find(`${family}/${version}`);
    const mentions = node === undefined ? [] : index.documentsOf(node);
    const others = mentions.flatMap((id) => {
      const document = knowledge.documents[id];
      const isSame = index.documentFacts[id]?.claims.some(
        (claim) =>
          claim.type === 'supersession' && claim.family === family && claim.version === version,
      );
      if (document === undefined || isSame !== true) return [];
      const isOther = document.digest !== digest && document.project === project;
      return isOther && knowledge.isLive(document, Number.MAX_SAFE_INTEGER) ? [document] : [];
    });
    const [first] = others;
    if (first === undefined) return [];
    const source = latestEntry(first, Number.MAX_SAFE_INTEGER)?.source ?? '';
    const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
    const message = `has the serial number and version of ${first.digest} ("${excerpt(source)}")${more}, and other content; both stay`;
    return [{ code: 'same-bom-other-content', pointer, message }];
  });
}

function documentEvent(
  prepared: PreparedDocument,
  request: IngestRequest,
  pinned: Pick<DocumentEvent, 'receivedAt' | 'trustRoots'>,
): DocumentEvent {
  const { standing } = prepared;
  return {
    type: standing === 'opaque' ? 'accepted' : standing,
    standing,
    project: request.project,
    document: prepared.digest,
    sizeBytes: prepared.bytes.length,
    format: prepared.format,
    version: prepared.version,
    statementKind: prepared.statementKind,
    source: prepared.source,
    extractor: prepared.extractor,
    facts: null,
    unpackedFrom: prepared.unpackedFrom,
    signature: prepared.signature,
    collateral: [],
    reasons: prepared.reasons,
    submittedBy: request.submittedBy,
    ...pinned,
  };
}

function outcomeOf(
  prepared: PreparedDocument,
  known: boolean,
  knowledge: Knowledge,
  request: IngestRequest,
): IngestOutcome {
  const document = knowledge.findDocument(request.project, prepared.digest);
  const stands = document === undefined || knowledge.isLive(document, Number.MAX_SAFE_INTEGER);
  return {
    source: prepared.source,
    digest: prepared.digest,
    standing: stands ? prepared.standing : 'retracted',
    known,
    format: prepared.format,
    version: prepared.version,
    unpackedFrom: prepared.unpackedFrom,
    reasons: stands ? prepared.reasons : ['a retraction stands against this document'],
    problems: prepared.problems,
    signers: prepared.signature?.signers ?? [],
  };
}

function refusedOutcome(source: string, error: PedigreeError): IngestOutcome {
  const reason = `${error.code}: ${error.message}`;
  return {
    source,
    digest: null,
    standing: 'refused',
    known: false,
    format: null,
    version: null,
    unpackedFrom: null,
    reasons: [reason],
    problems: [],
    signers: [],
  };
}
