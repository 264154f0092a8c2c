// SPDX-License-Identifier: Apache-2.0
import { FactsBuilder } from '../facts-builder.ts';
import { compileBoundary } from '../sbom/boundary.ts';
import { addSubject } from '../subject.ts';
import { iriCoordinate } from './identity.ts';
import { stateMetrics } from './metrics.ts';
import { stateRelationship } from './relationships.ts';
import { Spdx3Graph } from './spdx3-graph.ts';
import type { Facts } from '../../../graph/domain/facts.ts';
import type { Collection, Spdx3Document } from '../../../schemas/spdx3/model.ts';
import type { ReadContext } from '../extractor.ts';

/**
 * What an SPDX 3 document says, as facts.
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 */
export function extractSpdx3(source: Spdx3Document, context: ReadContext): Facts {
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of source.problems) builder.problem(code, pointer, message);
  const graph = new Spdx3Graph(source, builder, createDocument(source, builder, context));
  for (const relationship of source.relationships) stateRelationship(graph, relationship);
  stateBuilds(graph);
  stateSuppliers(graph);
  stateSnippets(graph);
  stateMetrics(graph);
  compileBoundary(graph, findRoots(graph, context));
  const version = source.specVersions[0] ?? null;
  return builder.build({ format: 'spdx3-jsonld', version, statementKind: 'sbom' });
}

function createDocument(
  source: Spdx3Document,
  builder: FactsBuilder,
  context: ReadContext,
): number {
  const [document, second] = source.documents;
  if (second !== undefined) {
    builder.problem('several-documents', second.pointer, 'the first SpdxDocument counts');
  }
  const attributes: Record<string, string> = {};
  const created = source.creations[0]?.created;
  if (created !== undefined) attributes['timestamp'] = created.slice(0, 64);
  if (document !== undefined && document.profiles.length > 0) {
    attributes['profiles'] = document.profiles.join(', ').slice(0, 256);
  }
  return builder.entity({
    kinds: ['Bom'],
    pointer: document?.pointer ?? '',
    names: document?.name === undefined ? [] : [document.name],
    coordinates: [iriCoordinate(document?.id) ?? `document:${context.digest}`],
    attributes,
  });
}

/** An element that the document names as what it is about, and where it does. */
interface Named {
  readonly id: string;
  readonly pointer: string;
}

/** Root elements, followed through collections, and what the document or a collection `describes`. */
function findRoots(graph: Spdx3Graph, context: ReadContext): readonly number[] {
  const { builder, document, source } = graph;
  const roots = new Set<number>();
  for (const { id, pointer } of rootElements(graph).concat(described(graph))) {
    const node = graph.resolve(id, pointer);
    if (node === undefined || node === document) continue;
    roots.add(node);
    builder.subject(node);
    builder.edge(document, 'describes', node, pointer);
  }
  if (roots.size > 0) return [...roots];
  builder.problem(
    'no-subject',
    source.documents[0]?.pointer ?? '',
    'nothing says what it describes',
  );
  if (context.subject === undefined || context.subject === '') {
    builder.subject(document);
    return [document];
  }
  const record = { kinds: ['Package'] as const, pointer: '', local: 'subject' };
  const node = addSubject(builder, context, { ...record, names: [context.subject] });
  builder.edge(document, 'describes', node, '');
  return [node];
}

/** A collection stands for its own root elements; one that is entered once is not entered again. */
function rootElements(graph: Spdx3Graph): readonly Named[] {
  const { documents, collections } = graph.source;
  const found: Named[] = [];
  const seen = new Set<Collection>();
  const queue: Collection[] = documents.length > 0 ? documents.slice(0, 1) : [...collections];
  for (let at = 0; at < queue.length; at++) {
    const collection = queue[at];
    if (collection === undefined || seen.has(collection)) continue;
    seen.add(collection);
    collection.rootElements.forEach((id, index) => {
      const inner = graph.findCollection(id);
      if (inner !== undefined) queue.push(inner);
      else found.push({ id, pointer: `${collection.pointer}/rootElement/${index}` });
    });
  }
  return found;
}

function described(graph: Spdx3Graph): readonly Named[] {
  const found: Named[] = [];
  for (const position of graph.describing) {
    const relationship = graph.source.relationships[position];
    if (relationship === undefined) continue;
    const { from, to, pointer } = relationship;
    if (graph.findCollection(from) === undefined) continue;
    for (const id of to) found.push({ id, pointer });
  }
  return found;
}

/** The configuration that started a build, and the role of its run. */
function stateBuilds(graph: Spdx3Graph): void {
  const { builder } = graph;
  for (const { id, pointer, configSourceUris, configSourceHashes } of graph.source.builds) {
    const run = id === undefined ? undefined : graph.resolve(id, pointer);
    if (run === undefined) continue;
    builder.claim({ type: 'run-role', about: run, activity: 'build', pointer });
    configSourceUris.forEach((uri, at) => {
      const place = `${pointer}/build_configSourceUri/${at}`;
      const config = builder.entity({
        kinds: ['Config'],
        pointer: place,
        names: [uri],
        // one digest for each source, in the same order
        digests: configSourceHashes.slice(at, at + 1),
        local: place,
      });
      graph.typed(run, 'used', config, place, { qualifiers: { role: 'config' } });
    });
  }
}

function stateSuppliers(graph: Spdx3Graph): void {
  for (const { about, role, agent, pointer } of graph.supplies) {
    const node = graph.resolve(agent, pointer);
    if (node === undefined || node === about) continue;
    graph.builder.edge(about, 'wasAttributedTo', node, pointer, { qualifiers: { role } });
  }
}

/** A snippet is a part of its file. */
function stateSnippets(graph: Spdx3Graph): void {
  for (const position of graph.particular) {
    const { id, snippetFromFile, pointer } = graph.source.artifacts[position] ?? {};
    if (id === undefined || snippetFromFile === undefined || pointer === undefined) continue;
    const whole = graph.resolve(snippetFromFile, pointer);
    const part = graph.resolve(id, pointer);
    if (whole !== undefined && part !== undefined) graph.contain(whole, part, pointer);
  }
}
