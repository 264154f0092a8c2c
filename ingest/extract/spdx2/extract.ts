// SPDX-License-Identifier: Apache-2.0
import { compileBoundary } from '../sbom/boundary.ts';
import { sharedName } from '../cyclonedx/identity.ts';
import { addSubject } from '../subject.ts';
import { meaningOf, type Meaning } from './meanings.ts';
import { documentRef, SpdxGraph } from './spdx-graph.ts';
import type { Facts } from '../../../graph/domain/facts.ts';
import type { Relationship, SpdxDocument } from '../../../schemas/spdx2/model.ts';
import type { ReadContext } from '../extractor.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/**
 * What an SPDX 2 document says, as facts, but for the problems of the document itself. The same for every encoding.
 * @param builder a new one
 * @param format `spdx2-json`, `spdx2-tv`…
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 */
export function extractSpdx2(
  source: SpdxDocument,
  builder: FactsBuilder,
  format: string,
  context: ReadContext,
): Facts {
  const graph = new SpdxGraph(source, builder, createDocument(source, builder, context));
  const roots = new Roots(graph);
  source.describes.each((id, pointer) => roots.add(id, pointer));
  source.relationships.each((relationship) => stateRelationship(graph, roots, relationship));
  stateImpliedContainment(graph);
  stateSuppliers(graph);
  compileBoundary(graph, roots.finish(context));
  return builder.build({ format, version: source.spdxVersion, statementKind: 'sbom' });
}

function createDocument(source: SpdxDocument, builder: FactsBuilder, context: ReadContext): number {
  const attributes: Record<string, string> = {};
  if (source.created !== undefined) attributes['timestamp'] = source.created.slice(0, 64);
  if (source.creators.length > 0) {
    attributes['creators'] = source.creators.slice(0, 32).join(', ').slice(0, 512);
  }
  return builder.entity({
    kinds: ['Bom'],
    pointer: '',
    names: source.name === undefined ? [] : [source.name],
    coordinates: [documentRef(source, context.digest)],
    attributes,
  });
}

/** What the document is about, in all the ways in which documents say it. */
class Roots {
  readonly #graph: SpdxGraph;
  readonly #found = new Set<number>();

  constructor(graph: SpdxGraph) {
    this.#graph = graph;
  }

  add(id: string, pointer: string): void {
    const node = this.#graph.resolve(id, pointer);
    if (node === undefined) return;
    if (node === this.#graph.document) {
      this.#graph.builder.problem('describes-itself', pointer, 'a document about the document');
      return;
    }
    this.#found.add(node);
    this.#graph.builder.subject(node);
    this.#graph.builder.edge(this.#graph.document, 'describes', node, pointer);
  }

  /** Without any: what the caller says the document is about, else the document itself. */
  finish(context: ReadContext): readonly number[] {
    if (this.#found.size > 0) return [...this.#found];
    const { builder, document } = this.#graph;
    builder.problem('no-subject', '', 'the document does not say what it describes');
    if (context.subject === undefined || context.subject === '') {
      builder.subject(document);
      return [document];
    }
    const record = { kinds: ['Package'] as const, pointer: '', local: 'subject' };
    const node = addSubject(builder, context, { ...record, names: [context.subject] });
    builder.edge(document, 'describes', node, '');
    return [node];
  }
}

function stateRelationship(graph: SpdxGraph, roots: Roots, relationship: Relationship): void {
  const { pointer, type } = relationship;
  const meaning = meaningOf(type);
  if (meaning === undefined) {
    graph.builder.problem('relationship-unknown', pointer, `no such relationship: "${type}"`);
    return;
  }
  const reversed = meaning.form !== 'none' && meaning.reversed;
  const [effect, cause] = reversed
    ? [relationship.to, relationship.from]
    : [relationship.from, relationship.to];
  if (meaning.form === 'describes' && graph.namesDocument(effect)) {
    roots.add(cause, pointer);
    return;
  }
  const from = graph.resolve(effect, pointer);
  const to = graph.resolve(cause, pointer);
  if (from !== undefined && to !== undefined) stateMeaning(graph, meaning, from, to, pointer);
}

function stateMeaning(
  graph: SpdxGraph,
  meaning: Meaning,
  from: number,
  to: number,
  pointer: string,
): void {
  switch (meaning.form) {
    case 'contains':
      listForeign(graph, to, pointer);
      graph.contain(from, to, pointer);
      break;
    case 'dependsOn':
      listForeign(graph, to, pointer);
      graph.dependOn(from, to, pointer);
      break;
    case 'typed': {
      const { relation, qualifiers, strength } = meaning;
      if (relation === 'wasRevisionOf') graph.builder.edge(from, relation, to, pointer);
      else graph.typed(from, relation, to, pointer, { qualifiers, strength });
      break;
    }
    case 'describes':
      if (from !== to) graph.builder.edge(from, 'describes', to, pointer);
      break;
    case 'none':
  }
}

/** A part that stands in another document is a part all the same. */
function listForeign(graph: SpdxGraph, node: number, pointer: string): void {
  if (node !== graph.document) graph.list(node, pointer);
}

/** `hasFiles`, the files behind a package in tag-value, and the file that a snippet is of. */
function stateImpliedContainment(graph: SpdxGraph): void {
  graph.wholes.forEach((whole, at) => {
    graph.source.filesOf(graph.withFiles[at] ?? -1).each((id, pointer) => {
      const part = graph.resolve(id, pointer);
      if (part !== undefined) graph.contain(whole, part, pointer);
    });
  });
  graph.source.snippets.each(({ spdxId, fromFile, pointer }) => {
    if (spdxId === undefined || fromFile === undefined) return;
    const whole = graph.resolve(fromFile, pointer);
    const part = graph.resolve(spdxId, pointer);
    if (whole !== undefined && part !== undefined) graph.contain(whole, part, pointer);
  });
}

function stateSuppliers(graph: SpdxGraph): void {
  const known = new Map<string, number>();
  for (const { about, role, agent, pointer } of graph.supplies) {
    const node = known.get(agent) ?? supplierNode(graph, agent, pointer);
    known.set(agent, node);
    graph.builder.edge(about, 'wasAttributedTo', node, pointer, ROLES[role]);
  }
}

const ROLES = {
  supplier: { qualifiers: { role: 'supplier' } },
  originator: { qualifiers: { role: 'originator' } },
} as const;

function supplierNode({ builder }: SpdxGraph, name: string, pointer: string): number {
  return builder.entity({
    kinds: ['Supplier'],
    pointer,
    names: [name],
    nameRefs: sharedName('supplier', name),
    local: `supplier ${name}`,
  });
}
