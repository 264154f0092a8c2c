// SPDX-License-Identifier: Apache-2.0
import type { Facts } from '../domain/facts.ts';
import { kindMask, type IdentityLevel } from '../domain/kinds.ts';
import { levelOf } from '../domain/node-ref.ts';
import { RELATIONS, relationCode, STRENGTHS, type Relation } from '../domain/relations.ts';
import { Arcs, packMark } from './arcs.ts';

const LEVELS: readonly IdentityLevel[] = ['digest', 'coordinate', 'name', 'local'];

const NO_LABELS: ReadonlyMap<number, readonly string[]> = new Map();

/** A document's work-tree snapshot can be demoted by a narrower list; this is what that needs to know of a run. */
export interface RunInputs {
  readonly document: number;
  readonly run: number;
  readonly inputs: number;
  readonly snapshot: boolean;
  readonly products: readonly number[];
}

/** What the index keeps of a run for policy: roles and granted completeness match on these. */
export interface RunAttributes {
  readonly document: number;
  readonly step: string | null;
  readonly buildType: string | null;
  readonly builder: string | null;
}

/**
 * Reachability over everything that was ever stated: one arc per (from, relation, to, document), both directions. What a
 * question may see of it (head, policy, project, direction) is decided by tables over documents, so a retraction or a
 * policy change touches no arc.
 */
export class LineageIndex {
  /** Arcs from cause to effect: blast radius. */
  readonly down = new Arcs();
  /** Arcs from effect to cause: lineage. */
  readonly up = new Arcs();
  readonly refs: string[] = [];
  readonly runAttributes = new Map<number, RunAttributes[]>();
  readonly runInputs: RunInputs[] = [];
  /** Facts that questions need beside arcs, by document number. */
  readonly documentFacts: (DocumentSummary | undefined)[] = [];
  readonly #byRef = new Map<string, number>();
  readonly #byLabel = new Map<string, Set<number>>();
  /** Labels of each node, by the document that gives them. */
  readonly #labels: (Map<number, readonly string[]> | undefined)[] = [];
  #levels = new Uint8Array(1024);
  /** (document, kinds) of each mention of a node. */
  readonly #mentions = new Arcs();

  get nodeCount(): number {
    return this.refs.length;
  }

  get arcCount(): number {
    return this.down.size;
  }

  get byteLength(): number {
    return this.down.byteLength + this.up.byteLength + this.#mentions.byteLength;
  }

  find(ref: string): number | undefined {
    return this.#byRef.get(ref);
  }

  /** Nodes that some document labels so. */
  findByLabel(label: string): readonly number[] {
    return [...(this.#byLabel.get(label) ?? [])];
  }

  refOf(node: number): string {
    return this.refs[node] ?? '';
  }

  levelOf(node: number): IdentityLevel {
    return LEVELS[this.#levels[node] ?? 3] ?? 'local';
  }

  isName(node: number): boolean {
    return this.#levels[node] === 2;
  }

  /** Kinds of a node as stated by the documents that `counts` lets through. */
  kindsOf(node: number, counts: Uint8Array): number {
    let mask = 0;
    this.#mentions.forEach(node, (kinds, mark) => {
      if ((counts[mark] ?? 0) > 0) mask |= kinds;
    });
    return mask;
  }

  /** Labels of a node, by the document that gives them. */
  labelsOf(node: number): ReadonlyMap<number, readonly string[]> {
    return this.#labels[node] ?? NO_LABELS;
  }

  /** Documents that mention a node. */
  documentsOf(node: number): number[] {
    const found: number[] = [];
    this.#mentions.forEach(node, (_, document) => found.push(document));
    return found;
  }

  /** Adds everything that one document says. A document is added once. */
  addDocument(document: number, facts: Facts): void {
    if (this.documentFacts[document] !== undefined) return;
    const ids = facts.nodes.map((node) =>
      this.#addNode(document, node.ref, node.names, kindMask(node.kinds)),
    );
    for (const edge of facts.edges) {
      const from = ids[edge.from];
      const to = ids[edge.to];
      if (from === undefined || to === undefined) continue;
      this.#addEdge(
        document,
        from,
        edge.relation,
        to,
        STRENGTHS.indexOf(edge.strength),
        isSnapshot(edge.qualifiers),
      );
    }
    this.#addRuns(document, facts, ids);
    this.documentFacts[document] = summarise(facts, ids);
  }

  /** Makes walks fast again after many additions. Cheap where there is nothing to do. */
  compact(force = false): void {
    this.down.compact(this.nodeCount, force);
    this.up.compact(this.nodeCount, force);
    this.#mentions.compact(this.nodeCount, force);
  }

  #addNode(document: number, ref: string, names: readonly string[], kinds: number): number {
    let node = this.#byRef.get(ref);
    if (node === undefined) {
      node = this.refs.length;
      this.refs.push(ref);
      this.#byRef.set(ref, node);
      if (node >= this.#levels.length) {
        const grown = new Uint8Array(this.#levels.length * 2);
        grown.set(this.#levels);
        this.#levels = grown;
      }
      this.#levels[node] = LEVELS.indexOf(levelOf(ref));
    }
    this.#mentions.add(node, kinds, document);
    if (names.length > 0) this.#addLabels(document, node, names);
    return node;
  }

  #addLabels(document: number, node: number, names: readonly string[]): void {
    (this.#labels[node] ??= new Map()).set(document, names);
    for (const name of names) {
      const nodes = this.#byLabel.get(name);
      if (nodes === undefined) this.#byLabel.set(name, new Set([node]));
      else nodes.add(node);
    }
  }

  #addEdge(
    document: number,
    from: number,
    relation: Relation,
    to: number,
    strength: number,
    snapshot: boolean,
  ): void {
    const { influence, symmetric, possibleAgainst } = RELATIONS[relation];
    if (influence === 'none' && relation !== 'wasRevisionOf') return;
    const code = relationCode(relation);
    const mark = packMark({ relation: code, strength, reverse: false, snapshot, document });
    this.down.add(to, from, mark);
    this.up.add(from, to, mark);
    if (!symmetric && !possibleAgainst) return;
    const back = packMark({ relation: code, strength, reverse: true, snapshot, document });
    this.down.add(from, to, back);
    this.up.add(to, from, back);
  }

  #addRuns(document: number, facts: Facts, ids: readonly number[]): void {
    const runs = new Map<number, { inputs: number; snapshot: boolean; products: number[] }>();
    facts.nodes.forEach((node, at) => {
      const run = ids[at];
      if (run === undefined || !node.kinds.includes('Run')) return;
      runs.set(at, { inputs: 0, snapshot: false, products: [] });
      const known = this.runAttributes.get(run) ?? [];
      known.push({
        document,
        step: node.attributes?.['step'] ?? null,
        buildType: node.attributes?.['buildType'] ?? null,
        builder: node.attributes?.['builder'] ?? null,
      });
      this.runAttributes.set(run, known);
    });
    if (runs.size === 0) return;
    for (const edge of facts.edges) {
      const reader = edge.relation === 'used' ? runs.get(edge.from) : undefined;
      const maker = edge.relation === 'wasGeneratedBy' ? runs.get(edge.to) : undefined;
      if (reader !== undefined) {
        reader.inputs++;
        reader.snapshot ||= isSnapshot(edge.qualifiers);
      }
      const product = ids[edge.from];
      if (maker !== undefined && product !== undefined) maker.products.push(product);
    }
    for (const [at, inputs] of runs) {
      this.runInputs.push({ document, run: ids[at] ?? 0, ...inputs });
    }
  }
}

/** What questions need of a document beside its arcs. */
export interface DocumentSummary {
  readonly statementKind: string;
  readonly format: string;
  /** Refs and labels of what it is about, for signer policy. */
  readonly subjectNames: readonly (readonly string[])[];
  readonly subjects: readonly number[];
  readonly claims: Facts['claims'];
  /** Index node of each of the document's nodes. */
  readonly nodes: readonly number[];
}

function summarise(facts: Facts, ids: readonly number[]): DocumentSummary {
  return {
    statementKind: facts.statementKind,
    format: facts.format,
    subjectNames: facts.subjects.map((at) => {
      const node = facts.nodes[at];
      return node === undefined ? [] : [node.ref, ...node.names];
    }),
    subjects: facts.subjects.flatMap((at) => ids[at] ?? []),
    claims: facts.claims,
    nodes: ids,
  };
}

function isSnapshot(qualifiers: Readonly<Record<string, string>>): boolean {
  return qualifiers['scope'] === 'work-tree-snapshot';
}
