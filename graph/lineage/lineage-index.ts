// SPDX-License-Identifier: Apache-2.0
import type { Facts } from '../domain/facts.ts';
import { kindMask, type IdentityLevel } from '../domain/kinds.ts';
import { levelOf } from '../domain/node-ref.ts';
import { RELATIONS, relationCode, STRENGTHS, type Relation } from '../domain/relations.ts';
import { Arcs, packMark } from './arcs.ts';

const LEVELS: readonly IdentityLevel[] = ['digest', 'coordinate', 'name', 'local'];

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
  readonly #labels: string[] = [];
  readonly #byLabel = new Map<string, number>();
  /** (label, document) of each label that a document gives a node. */
  readonly #labelled = new Arcs();
  /** (node, document) of each label. */
  readonly #bearers = new Arcs();
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
    const parts = [this.down, this.up, this.#mentions, this.#labelled, this.#bearers];
    return parts.reduce((sum, arcs) => sum + arcs.byteLength, 0);
  }

  find(ref: string): number | undefined {
    return this.#byRef.get(ref);
  }

  /** Nodes that some document labels so. */
  findByLabel(text: string): readonly number[] {
    const label = this.#byLabel.get(text);
    const nodes = new Set<number>();
    if (label !== undefined) this.#bearers.forEach(label, (node) => nodes.add(node));
    return [...nodes];
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
    const found = new Map<number, string[]>();
    this.#labelled.forEach(node, (label, document) => {
      const text = this.#labels[label] ?? '';
      const known = found.get(document);
      if (known === undefined) found.set(document, [text]);
      else known.push(text);
    });
    return found;
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
    this.#labelled.compact(this.nodeCount, force);
    this.#bearers.compact(this.#labels.length, force);
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
    for (const name of names) this.#addLabel(document, node, name);
    return node;
  }

  #addLabel(document: number, node: number, text: string): void {
    let label = this.#byLabel.get(text);
    if (label === undefined) {
      label = this.#labels.length;
      this.#labels.push(text);
      this.#byLabel.set(text, label);
    }
    this.#labelled.add(node, label, document);
    this.#bearers.add(label, node, document);
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
