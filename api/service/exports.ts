// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { parseExactJson } from '../../core/exact-json.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import { lineageGraph } from '../../graph/lineage/lineage-graph.ts';
import { latestEntry, type KnownDocument } from '../../graph/lineage/knowledge.ts';
import { resolveRef } from '../../graph/lineage/resolve-ref.ts';
import type { View } from '../../graph/lineage/view.ts';
import type { ProofBundle } from '../../graph/log/proof-bundle.ts';
import type { Exported, NotCarried } from '../export/account.ts';
import { DOCUMENT_FORMATS, exportAs } from '../export/formats.ts';
import { exportBundle, type LoggedEnvelope } from '../export/in-toto-bundle/export.ts';
import { documentsOfGraphs, projectLineage } from '../export/project.ts';
import type { ExportDirection, Projection } from '../export/projection.ts';
import type { Pedigree, QuestionOptions } from './pedigree.ts';

export const EXPORT_FORMATS = [...DOCUMENT_FORMATS, 'in-toto-bundle'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly ref: string;
  readonly format: ExportFormat;
  readonly direction: ExportDirection;
  readonly question?: QuestionOptions;
}

/** Proves that the log holds an entry. @throws {PedigreeError} ERR_NOT_FOUND where nothing published reaches it */
export type Prover = (index: number) => Promise<ProofBundle>;

const MAX_NODES = 20_000;

/** The stable JSON of an export. */
export interface ExportJson {
  readonly format: ExportFormat;
  readonly mediaType: string;
  /** A JSON document, or the text of the lines of a bundle. */
  readonly document: unknown;
  readonly notCarried: readonly NotCarried[];
}

export function exportJson(format: ExportFormat, exported: Exported): ExportJson {
  const { mediaType, bytes, notCarried } = exported;
  const text = new TextDecoder().decode(bytes);
  const document: unknown = format === 'in-toto-bundle' ? text : parseExactJson(text);
  return { format, mediaType, document, notCarried };
}

/**
 * Writes the lineage of a REF in a format, with the list of what the format does not carry.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_AMBIGUOUS_REF, ERR_LIMIT_ITEMS, ERR_LIMIT_SIZE
 */
export async function exportLineage(
  pedigree: Pedigree,
  prove: Prover,
  { ref, format, direction, question = {} }: ExportRequest,
): Promise<Exported> {
  const view = await pedigree.view(question);
  const { projection, documents } = await project(pedigree, view, ref, direction);
  if (format !== 'in-toto-bundle') return exportAs(format, projection, pedigree.engine);
  return exportBundle(projection, await envelopesOf(pedigree, view, documents, prove));
}

/**
 * The lineage of a REF with everything that documents say about it, in no format.
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_AMBIGUOUS_REF, ERR_LIMIT_ITEMS
 */
export async function projectRef(
  pedigree: Pedigree,
  ref: string,
  direction: ExportDirection,
  question: QuestionOptions = {},
): Promise<Projection> {
  const view = await pedigree.view(question);
  return (await project(pedigree, view, ref, direction)).projection;
}

async function project(
  pedigree: Pedigree,
  view: View,
  ref: string,
  direction: ExportDirection,
): Promise<{ readonly projection: Projection; readonly documents: readonly KnownDocument[] }> {
  const head = { size: pedigree.ledger.head.size, root: pedigree.ledger.root };
  const roots = resolveRef(view, ref);
  const graphs = (['up', 'down'] as const)
    .filter((way) => direction === way || direction === 'both')
    .map((way) => lineageGraph(view, roots, way, MAX_NODES));
  const facts = new Map<number, Facts>();
  const documents: KnownDocument[] = [];
  for (const id of documentsOfGraphs(view, graphs)) {
    const document = view.document(id);
    if (document === undefined) continue;
    documents.push(document);
    const stated = await pedigree.ledger.factsOf(document, view.scope.asOf);
    if (stated !== undefined) facts.set(id, stated);
  }
  return { projection: projectLineage(view, graphs, facts, { direction, head }), documents };
}

/** The envelopes that the documents were taken out of, each once. */
async function envelopesOf(
  pedigree: Pedigree,
  view: View,
  documents: readonly KnownDocument[],
  prove: Prover,
): Promise<LoggedEnvelope[]> {
  const payloads = new Map<KnownDocument, KnownDocument[]>();
  for (const document of documents) {
    for (const id of document.envelopes) {
      const outer = view.document(id);
      const isSigned = outer !== undefined && signatureOf(view, outer) !== null;
      if (!isSigned || !view.knowledge.isLive(outer, view.scope.asOf)) continue;
      const known = payloads.get(outer);
      if (known === undefined) payloads.set(outer, [document]);
      else known.push(document);
    }
  }
  const found: LoggedEnvelope[] = [];
  let size = 0;
  for (const [outer, inner] of payloads) {
    const latest = latestEntry(outer, view.scope.asOf);
    const bytes = await pedigree.blobs.find(outer.digest);
    size += bytes?.length ?? 0;
    if (size > LIMITS.documentBytes) {
      throw new PedigreeError(
        'ERR_LIMIT_SIZE',
        `the envelopes have more than ${LIMITS.documentBytes} bytes together`,
      );
    }
    found.push({
      digest: outer.digest,
      source: view.sourceOf(outer.id),
      format: latest?.format ?? 'opaque',
      payloads: inner.map(({ digest }) => digest).sort(),
      logIndex: latest?.index ?? outer.firstIndex,
      bytes,
      proof: await findProof(prove, latest?.index ?? outer.firstIndex),
    });
  }
  return found;
}

function signatureOf(view: View, document: KnownDocument): unknown {
  return latestEntry(document, view.scope.asOf)?.signature ?? null;
}

async function findProof(prove: Prover, index: number): Promise<ProofBundle | undefined> {
  try {
    return await prove(index);
  } catch (error) {
    if (isPedigreeError(error) && error.code === 'ERR_NOT_FOUND') return undefined;
    throw error;
  }
}
