// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import type { EdgeFact, NodeFact } from '../../graph/domain/facts.ts';
import { kindListOf } from '../../graph/domain/kinds.ts';
import {
  relationCode,
  STRENGTHS,
  type Relation,
  type Strength,
} from '../../graph/domain/relations.ts';

export type TextRecord = Readonly<Record<string, string>>;

/**
 * Where nodes and edges are put down while a document is read; texts come bounded and well-formed. As objects here, by
 * column in FactColumns (graph/domain): what they give is the same.
 */
export interface FactStore {
  readonly nodeCount: number;
  readonly edgeCount: number;
  findNode(ref: string): number | undefined;
  /** A node for a ref that has none. Its number is the count before. */
  addNode(ref: string): void;
  refOf(node: number): string | undefined;
  addKinds(node: number, mask: number): void;
  addName(node: number, name: string): void;
  attributesOf(node: number): TextRecord | undefined;
  setAttributes(node: number, attributes: TextRecord): void;
  /** The edge that says the same, with the same qualifiers in whatever order. */
  findEdge(
    from: number,
    relation: Relation,
    to: number,
    strength: Strength,
    qualifiers: TextRecord,
  ): number | undefined;
  /** Adds the edge that findEdge has just not found, with the qualifiers that it was asked for. */
  addEdge(qualifiers: TextRecord): number;
  addPointer(edge: number, pointer: string): void;
  addDependsOn(from: number, to: number): void;
  /** Called when everything is there: nothing is found or added any more. */
  seal(): void;
  nodes(): readonly NodeFact[];
  edges(): readonly EdgeFact[];
  dependsOn(): readonly (readonly [from: number, to: number])[];
}

/** One or more texts, each once. Nearly everything has one, and a set for each would cost more than all else. */
type Texts = string | Set<string>;

/** Facts as objects: quick for the many small documents. */
export class FactObjects implements FactStore {
  readonly #refs: string[] = [];
  readonly #byRef = new Map<string, number>();
  readonly #kinds: number[] = [];
  readonly #names: (Texts | undefined)[] = [];
  readonly #attributes: (TextRecord | undefined)[] = [];
  readonly #edges: EdgeFact[] = [];
  readonly #edgePointers: (Texts | undefined)[] = [];
  readonly #plainEdges = new Map<number, number>();
  readonly #qualifiedEdges = new Map<string, number>();
  readonly #dependsOn: (readonly [number, number])[] = [];
  #soughtFrom = 0;
  #soughtRelation: Relation = 'dependsOn';
  #soughtTo = 0;
  #soughtStrength: Strength = 'explicit';
  #soughtKey: number | string = 0;

  get nodeCount(): number {
    return this.#refs.length;
  }

  get edgeCount(): number {
    return this.#edges.length;
  }

  findNode(ref: string): number | undefined {
    return this.#byRef.get(ref);
  }

  addNode(ref: string): void {
    this.#byRef.set(ref, this.#refs.length);
    this.#refs.push(ref);
    this.#kinds.push(0);
    this.#names.push(undefined);
    this.#attributes.push(undefined);
  }

  refOf(node: number): string | undefined {
    return this.#refs[node];
  }

  addKinds(node: number, mask: number): void {
    this.#kinds[node] = (this.#kinds[node] ?? 0) | mask;
  }

  addName(node: number, name: string): void {
    this.#names[node] = withText(this.#names[node], name);
  }

  attributesOf(node: number): TextRecord | undefined {
    return this.#attributes[node];
  }

  setAttributes(node: number, attributes: TextRecord): void {
    this.#attributes[node] = attributes;
  }

  findEdge(
    from: number,
    relation: Relation,
    to: number,
    strength: Strength,
    qualifiers: TextRecord,
  ): number | undefined {
    this.#soughtFrom = from;
    this.#soughtRelation = relation;
    this.#soughtTo = to;
    this.#soughtStrength = strength;
    // nodes are below LIMITS.nodes, relations and strengths below 64 and 4: exact in a double
    const pair = from * LIMITS.nodes + to;
    const plainKey = (pair * 64 + relationCode(relation)) * 4 + STRENGTHS.indexOf(strength);
    if (isPlain(qualifiers)) {
      this.#soughtKey = plainKey;
      return this.#plainEdges.get(plainKey);
    }
    this.#soughtKey = `${plainKey} ${JSON.stringify(sortedEntries(qualifiers))}`;
    return this.#qualifiedEdges.get(this.#soughtKey);
  }

  addEdge(qualifiers: TextRecord): number {
    const id = this.#edges.length;
    this.#edges.push({
      from: this.#soughtFrom,
      relation: this.#soughtRelation,
      to: this.#soughtTo,
      strength: this.#soughtStrength,
      pointers: NO_TEXTS,
      qualifiers,
    });
    this.#edgePointers.push(undefined);
    if (typeof this.#soughtKey === 'number') this.#plainEdges.set(this.#soughtKey, id);
    else this.#qualifiedEdges.set(this.#soughtKey, id);
    return id;
  }

  addPointer(edge: number, pointer: string): void {
    this.#edgePointers[edge] = withText(this.#edgePointers[edge], pointer);
  }

  addDependsOn(from: number, to: number): void {
    this.#dependsOn.push([from, to]);
  }

  seal(): void {
    // nothing here is worth giving back before all of it is
  }

  nodes(): readonly NodeFact[] {
    return this.#refs.map((ref, node) => {
      const kinds = kindListOf(this.#kinds[node] ?? 0);
      const fact = { ref, kinds, names: sortedTexts(this.#names[node]) };
      const attributes = this.#attributes[node];
      return attributes === undefined || isPlain(attributes) ? fact : { ...fact, attributes };
    });
  }

  edges(): readonly EdgeFact[] {
    return this.#edges.map((edge, at) => ({
      ...edge,
      pointers: sortedTexts(this.#edgePointers[at]),
    }));
  }

  dependsOn(): readonly (readonly [from: number, to: number])[] {
    return this.#dependsOn;
  }

  /** Puts all of it into another store that is empty. */
  copyTo(other: FactStore): void {
    this.#refs.forEach((ref, node) => {
      other.addNode(ref);
      other.addKinds(node, this.#kinds[node] ?? 0);
      for (const name of textsOf(this.#names[node])) other.addName(node, name);
      const attributes = this.#attributes[node];
      if (attributes !== undefined) other.setAttributes(node, attributes);
    });
    this.#edges.forEach(({ from, relation, to, strength, qualifiers }, edge) => {
      other.findEdge(from, relation, to, strength, qualifiers);
      other.addEdge(qualifiers);
      for (const pointer of textsOf(this.#edgePointers[edge])) other.addPointer(edge, pointer);
    });
    for (const [from, to] of this.#dependsOn) other.addDependsOn(from, to);
  }
}

const NO_TEXTS: readonly string[] = Object.freeze([]);

/** True for a record without a member. */
function isPlain(record: TextRecord): boolean {
  for (const key in record) if (Object.hasOwn(record, key)) return false;
  return true;
}

function withText(known: Texts | undefined, text: string): Texts {
  if (known === undefined || known === text) return text;
  return typeof known === 'string' ? new Set([known, text]) : known.add(text);
}

function textsOf(texts: Texts | undefined): Iterable<string> {
  if (texts === undefined) return NO_TEXTS;
  return typeof texts === 'string' ? [texts] : texts;
}

function sortedTexts(texts: Texts | undefined): readonly string[] {
  if (texts === undefined) return NO_TEXTS;
  return typeof texts === 'string' ? [texts] : [...texts].sort();
}

function sortedEntries(record: TextRecord): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
