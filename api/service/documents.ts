// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { Instant } from '../../core/instant.ts';
import type { Standing } from '../../graph/domain/log-event.ts';
import type { TrustClass } from '../../graph/domain/trust-class.ts';
import { latestEntry, type KnownDocument } from '../../graph/lineage/knowledge.ts';
import type { View } from '../../graph/lineage/view.ts';
import { badCursor, encodeCursor, type Page, type PageRequest } from './page.ts';

/** Standings of documents, with the one that a tombstone gives. */
export const DOCUMENT_STANDINGS = [
  'accepted',
  'pending',
  'quarantined',
  'opaque',
  'retracted',
] as const satisfies readonly (Standing | 'retracted')[];
export type DocumentStanding = (typeof DOCUMENT_STANDINGS)[number];

/** What the log says of one document. */
export interface DocumentSummary {
  readonly digest: Digest;
  readonly project: string;
  readonly standing: DocumentStanding;
  readonly format: string;
  readonly version: string | null;
  readonly statementKind: string;
  /** Label of where it came from. */
  readonly source: string;
  readonly sizeBytes: number;
  readonly extractor: string;
  /** Class that its word has for a thing now; null where it does not count. */
  readonly class: TrustClass | null;
  /** Why it is pending or quarantined. */
  readonly reasons: readonly string[];
  /** Present on envelopes. */
  readonly signature: {
    readonly status: 'passed' | 'failed' | 'undetermined';
    readonly signers: readonly string[];
    readonly findings: readonly string[];
  } | null;
  /** Outer documents that it was taken out of. */
  readonly unpackedFrom: readonly Digest[];
  readonly submittedBy: string;
  readonly receivedAt: Instant;
  readonly logIndex: number;
}

export interface DocumentFilter {
  /** Absent: every standing. */
  readonly standing?: DocumentStanding;
}

/** Documents of the view, newest first. */
export function listDocuments(
  view: View,
  { standing }: DocumentFilter,
  { first, after }: PageRequest,
): Page<DocumentSummary> {
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : indexOfKey(after);
  const items: { cursor: string; node: DocumentSummary }[] = [];
  let hasNext = false;
  let total = 0;
  for (const document of view.knowledge.documents.toReversed()) {
    if (!isSeen(view, document)) continue;
    const has = view.knowledge.standing(document, view.scope.asOf);
    if (standing !== undefined && has !== standing) continue;
    total++;
    if (document.firstIndex >= before) continue;
    const node = items.length < first ? describeDocument(view, document) : undefined;
    if (node === undefined) hasNext = true;
    else items.push({ cursor: encodeCursor(String(document.firstIndex)), node });
  }
  return { items, hasNext, total };
}

/** Documents that mention a node and count, newest first. */
export function listDocumentsOf(
  view: View,
  node: number,
  page: PageRequest,
): Page<DocumentSummary> {
  const before = page.after === undefined ? Number.MAX_SAFE_INTEGER : indexOfKey(page.after);
  const found = [...new Set(view.index.documentsOf(node))]
    .filter((id) => (view.tables.asThreat[id] ?? 0) > 0)
    .flatMap((id) => view.document(id) ?? [])
    .sort((a, b) => b.firstIndex - a.firstIndex);
  const rest = found.filter((document) => document.firstIndex < before);
  const items = rest.slice(0, page.first).flatMap((document) => {
    const summary = describeDocument(view, document);
    const cursor = encodeCursor(String(document.firstIndex));
    return summary === undefined ? [] : [{ cursor, node: summary }];
  });
  return { items, hasNext: rest.length > page.first, total: found.length };
}

/** What is known of (project, digest) in this view; undefined where nothing is. */
export function findDocument(
  view: View,
  project: string,
  digest: string,
): DocumentSummary | undefined {
  const document = view.knowledge.findDocument(project, digest);
  return document === undefined ? undefined : describeDocument(view, document);
}

function describeDocument(view: View, document: KnownDocument): DocumentSummary | undefined {
  const { asOf } = view.scope;
  const latest = latestEntry(document, asOf);
  if (latest === undefined || !isSeen(view, document)) return undefined;
  const { signature } = latest;
  const counts = (view.tables.asSupport[document.id] ?? 0) > 0;
  return {
    digest: document.digest,
    project: document.project,
    standing: view.knowledge.standing(document, asOf),
    format: latest.format,
    version: latest.version,
    statementKind: latest.statementKind,
    source: latest.source,
    sizeBytes: latest.sizeBytes,
    extractor: latest.extractor,
    class: counts ? view.supportClass(document.id) : null,
    reasons: latest.reasons,
    signature:
      signature === null
        ? null
        : { status: signature.status, signers: signature.signers, findings: signature.findings },
    unpackedFrom: outerDocuments(view, document),
    submittedBy: latest.submittedBy,
    receivedAt: document.receivedAt,
    logIndex: document.firstIndex,
  };
}

function outerDocuments(view: View, document: KnownDocument): Digest[] {
  return document.sources
    .filter(({ index, parent }) => parent !== null && index < view.scope.asOf)
    .flatMap(({ parent }) => view.document(parent ?? -1)?.digest ?? [])
    .sort();
}

function isSeen(view: View, document: KnownDocument): boolean {
  const { asOf, projects } = view.scope;
  return document.firstIndex < asOf && (projects === null || projects.has(document.project));
}

/** Log index that a cursor of a list in log order means. @throws {PedigreeError} ERR_USAGE */
export function indexOfKey(key: string): number {
  if (!/^\d{1,15}$/.test(key)) throw badCursor();
  return Number(key);
}
