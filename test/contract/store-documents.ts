// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { sha256, type Digest } from '../../core/digest.ts';
import { parseInstant } from '../../core/instant.ts';
import { packFacts } from '../../graph/domain/facts-codec.ts';
import { FactColumns } from '../../graph/domain/fact-columns.ts';
import type { EdgeFact, Facts, NodeFact } from '../../graph/domain/facts.ts';
import { kindMask, KINDS } from '../../graph/domain/kinds.ts';
import type { Standing } from '../../graph/domain/log-event.ts';
import { RELATION_NAMES, STRENGTHS } from '../../graph/domain/relations.ts';
import { edgeLinesOf, nodeLine, standingLine } from '../../graph/domain/state-lines.ts';
import {
  EMPTY_HEAD,
  type Commit,
  type DocumentPlacement,
  type GraphStore,
  type Head,
} from '../../graph/port/store.ts';

/** A document before it has a place in a log. */
export interface TestDocument {
  readonly project: string;
  readonly document: Digest;
  readonly facts: Facts;
}

export function factsOf(nodes: readonly NodeFact[], edges: readonly EdgeFact[] = []): Facts {
  return {
    format: 'test',
    version: '1',
    statementKind: 'sbom',
    nodes,
    edges,
    subjects: nodes.length > 0 ? [0] : [],
    claims: [],
    dependsOn: [],
    problems: [],
  };
}

/** The same facts as a large document has them. */
export function inColumns(facts: Facts): Facts {
  const columns = new FactColumns();
  facts.nodes.forEach(({ ref, kinds, names, attributes }, node) => {
    columns.addNode(ref);
    columns.addKinds(node, kindMask(kinds));
    for (const name of names) columns.addName(node, name);
    if (attributes !== undefined) columns.setAttributes(node, attributes);
  });
  facts.edges.forEach(({ from, relation, to, strength, pointers, qualifiers }, edge) => {
    columns.findEdge(from, relation, to, strength, qualifiers);
    columns.addEdge(qualifiers);
    for (const pointer of pointers) columns.addPointer(edge, pointer);
  });
  for (const [from, to] of facts.dependsOn) columns.addDependsOn(from, to);
  columns.seal();
  const [nodes, edges] = [columns.nodes(), columns.edges()];
  return { ...facts, nodes, edges, dependsOn: columns.dependsOn() };
}

export function nodeOf(ref: string, kinds: NodeFact['kinds'] = ['Package']): NodeFact {
  return { ref, kinds, names: [] };
}

export function edgeOf(
  from: number,
  relation: EdgeFact['relation'],
  to: number,
  qualifiers: EdgeFact['qualifiers'] = {},
): EdgeFact {
  return { from, relation, to, strength: 'explicit', pointers: [`/${from}/${to}`], qualifiers };
}

/** A document whose digest follows from its name. */
export function documentOf(name: string, facts: Facts, project = 'default'): TestDocument {
  return { project, document: sha256(`document ${name}`), facts };
}

/** A log that a test writes: keeps the head and gives each document its ordinal. */
export class TestLog {
  head: Head = EMPTY_HEAD;
  readonly #ordinals = new Map<string, number>();

  /** A copy that goes on from the same head. */
  fork(): TestLog {
    const copy = new TestLog();
    copy.head = this.head;
    for (const [key, ordinal] of this.#ordinals) copy.#ordinals.set(key, ordinal);
    return copy;
  }

  /** The commit that accepts documents, one entry each. The head moves when `accepted` is called. */
  commitOf(documents: readonly TestDocument[]): Commit {
    const first = this.head.size;
    const entries = documents.map(({ project, document }, position) => ({
      index: first + position,
      event: JSON.stringify({ document, project, type: 'accepted' }),
      salt: sha256(`salt ${first + position} ${document}`).slice('sha256:'.length),
    }));
    documents.forEach((document, position) => this.#number(document, first + position));
    return {
      expected: this.head,
      next: headOf(first + entries.length),
      entries,
      blobs: documents.map(({ facts }) => packFacts(facts)),
      placements: documents.map((document) => this.placementOf(document)),
    };
  }

  placementOf(
    document: TestDocument,
    change: Partial<Pick<DocumentPlacement, 'live' | 'standing' | 'source'>> = {},
  ): DocumentPlacement {
    return {
      project: document.project,
      document: document.document,
      ordinal: this.#ordinals.get(keyOf(document)) ?? 0,
      standing: 'accepted',
      format: document.facts.format,
      source: 'test',
      live: true,
      factsDigest: packFacts(document.facts).digest,
      facts: document.facts,
      ...change,
    };
  }

  retractionOf(document: TestDocument): DocumentPlacement {
    return { ...this.placementOf(document, { live: false, standing: 'retracted' }), facts: null };
  }

  async accept(store: GraphStore, documents: readonly TestDocument[]): Promise<void> {
    const commit = this.commitOf(documents);
    await store.commit(commit);
    this.head = commit.next;
  }

  #number(document: TestDocument, ordinal: number): void {
    const key = keyOf(document);
    if (!this.#ordinals.has(key)) this.#ordinals.set(key, ordinal);
  }
}

function keyOf({ project, document }: TestDocument): string {
  return JSON.stringify([project, document]);
}

/** A head of some size. Stores do not look into the roots. */
export function headOf(size: number): Head {
  if (size === 0) return EMPTY_HEAD;
  return {
    size,
    frontier: [sha256(`root ${size}`).slice('sha256:'.length)],
    time: parseInstant('2026-11-21T12:00:00Z'),
  };
}

/** What the state lines must be, computed from the placements alone. Sorted. */
export function expectedLines(placements: readonly DocumentPlacement[]): string[] {
  const lines: string[] = [];
  const kinds = new Map<string, { project: string; ref: string; mask: number }>();
  for (const { project, document, standing, live, facts } of placements) {
    lines.push(standingLine(project, document, standing));
    if (!live || facts === null) continue;
    lines.push(...edgeLinesOf(project, document, facts));
    for (const node of facts.nodes) {
      const key = JSON.stringify([project, node.ref]);
      const mask = (kinds.get(key)?.mask ?? 0) | kindMask(node.kinds);
      kinds.set(key, { project, ref: node.ref, mask });
    }
  }
  for (const { project, ref, mask } of kinds.values()) lines.push(nodeLine(project, ref, mask));
  return lines.sort();
}

/** Everything that a reader gives, in its order. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The lines that a store gives. Sorted. */
export async function linesOf(store: GraphStore): Promise<string[]> {
  return (await allOf(store.stateLines())).sort();
}

/** What has broken stores and query languages before. */
export const ODD_TEXTS: readonly string[] = [
  "o'clock",
  '"double"',
  '`backtick` ``two``',
  "') DETACH DELETE n //",
  '"}) MATCH (n) DETACH DELETE n //',
  '$project',
  '$(type)',
  '{{handlebars}}',
  'line\nbreak\r\ntab\t',
  'null\u0000byte',
  '\\u0041 backslash \\',
  '__proto__',
  'constructor',
  'ünïcödé 模型 🧬 e\u0301',
  '\u202eright to left',
  ' leading and trailing ',
  '%27%20OR%201=1',
  'x'.repeat(2000),
  '模'.repeat(2000),
  'ǅ',
];

const REFS = [
  'sha256:1111',
  'sha256:2222',
  'pkg:npm/a@1',
  'name:hf/model',
  'run:ci#1',
  ...ODD_TEXTS.slice(0, 4),
];

const textArbitrary = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(...ODD_TEXTS),
);

const qualifiersArbitrary = fc
  .array(fc.tuple(textArbitrary, textArbitrary), { maxLength: 3 })
  .map((entries): Record<string, string> => Object.fromEntries(entries));

/** Facts over few refs, so that documents overlap; parallel edges, loops and nodes without kinds included. */
export const factsArbitrary: fc.Arbitrary<Facts> = fc
  .uniqueArray(fc.constantFrom(...REFS), { minLength: 1, maxLength: 6 })
  .chain((refs) =>
    fc.record({
      nodes: fc.tuple(...refs.map(nodeArbitrary)),
      edges: fc.array(edgeArbitrary(refs.length), { maxLength: 8 }),
    }),
  )
  .map(({ nodes, edges }) => factsOf(nodes, edges));

function nodeArbitrary(ref: string): fc.Arbitrary<NodeFact> {
  return fc.record({
    ref: fc.constant(ref),
    kinds: fc.subarray([...KINDS], { maxLength: 3 }),
    names: fc.array(textArbitrary, { maxLength: 2 }),
  });
}

function edgeArbitrary(nodes: number): fc.Arbitrary<EdgeFact> {
  return fc.record({
    from: fc.nat({ max: nodes - 1 }),
    relation: fc.constantFrom(...RELATION_NAMES),
    to: fc.nat({ max: nodes - 1 }),
    strength: fc.constantFrom(...STRENGTHS),
    pointers: fc.array(textArbitrary, { maxLength: 2 }),
    qualifiers: qualifiersArbitrary,
  });
}

/** Documents with distinct digests, in two projects. */
export const documentsArbitrary: fc.Arbitrary<TestDocument[]> = fc
  .array(fc.record({ facts: factsArbitrary, project: fc.constantFrom('default', "o'ther") }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((items) =>
    items.map(({ facts, project }, position) => documentOf(`random ${position}`, facts, project)),
  );

export const STANDINGS: readonly Standing[] = ['accepted', 'pending', 'quarantined', 'opaque'];
