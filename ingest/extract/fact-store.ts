// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import type { EdgeFact, NodeFact } from '../../graph/domain/facts.ts';
import { kindListOf, type Kind } from '../../graph/domain/kinds.ts';
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
  /** A node for a ref that has none. @returns its number, the count before */
  addNode(ref: string): number;
  /** The same for what follows the scope of the document in the ref of a thing that only this document names. */
  findLocal(local: string): number | undefined;
  addLocal(local: string): number;
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

/** A node until all is said of it. */
interface NodeDraft {
  readonly ref: string;
  kinds: readonly Kind[];
  names: readonly string[];
  attributes?: TextRecord;
}

/** An edge until all places that state it are there. */
interface EdgeDraft {
  readonly from: number;
  readonly relation: Relation;
  readonly to: number;
  readonly strength: Strength;
  pointers: readonly string[];
  readonly qualifiers: TextRecord;
}

/** Edges to one node that are looked through one by one. Where there are more, they are found by key. */
const FEW_EDGES = 32;

/** Facts as objects: quick for the many small documents. They are made once, and completed when all is said. */
export class FactObjects implements FactStore {
  readonly #scope: string;
  readonly #nodes: NodeDraft[] = [];
  readonly #byRef = new Map<string, number>();
  /** Nodes that only this document names, by what follows its scope: most refs of some documents begin with the same 78 characters. */
  readonly #byLocal = new Map<string, number>();
  readonly #kinds: number[] = [];
  /** Number + 1 of the edge that was the last to lead to a node. */
  readonly #lastTo: number[] = [];
  readonly #edges: EdgeDraft[] = [];
  /** Number + 1 of the edge before that leads to the same node. */
  readonly #before: number[] = [];
  /** Nodes that many edges lead to, and those edges. */
  readonly #crowded = new Set<number>();
  readonly #byKey = new Map<number | string, number>();
  /** Nodes with many names, edges with many places; a set for each of the others would cost more than all else. */
  readonly #manyNames = new Map<number, Set<string>>();
  readonly #manyPointers = new Map<number, Set<string>>();
  #lastPointers: readonly string[] = [];
  readonly #dependsOn: (readonly [number, number])[] = [];
  #soughtFrom = 0;
  #soughtRelation: Relation = 'dependsOn';
  #soughtTo = 0;
  #soughtStrength: Strength = 'explicit';

  /** @param scope what the refs of things that only this document names begin with */
  constructor(scope: string) {
    this.#scope = scope;
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  get edgeCount(): number {
    return this.#edges.length;
  }

  findNode(ref: string): number | undefined {
    return ref.startsWith(this.#scope)
      ? this.#byLocal.get(ref.slice(this.#scope.length))
      : this.#byRef.get(ref);
  }

  addNode(ref: string): number {
    if (ref.startsWith(this.#scope)) return this.addLocal(ref.slice(this.#scope.length));
    this.#byRef.set(ref, this.#nodes.length);
    return this.#push(ref);
  }

  findLocal(local: string): number | undefined {
    return this.#byLocal.get(local);
  }

  addLocal(local: string): number {
    this.#byLocal.set(local, this.#nodes.length);
    return this.#push(this.#scope + local);
  }

  #push(ref: string): number {
    this.#kinds.push(0);
    this.#lastTo.push(0);
    return this.#nodes.push({ ref, kinds: NO_KINDS, names: NO_TEXTS }) - 1;
  }

  refOf(node: number): string | undefined {
    return this.#nodes[node]?.ref;
  }

  addKinds(node: number, mask: number): void {
    this.#kinds[node] = (this.#kinds[node] ?? 0) | mask;
  }

  addName(node: number, name: string): void {
    const draft = this.#nodes[node];
    if (draft !== undefined) draft.names = withText(draft.names, this.#manyNames, node, name);
  }

  attributesOf(node: number): TextRecord | undefined {
    return this.#nodes[node]?.attributes;
  }

  setAttributes(node: number, attributes: TextRecord): void {
    const draft = this.#nodes[node];
    if (draft !== undefined && !isPlain(attributes)) draft.attributes = attributes;
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
    if (this.#crowded.has(to)) return this.#byKey.get(this.#soughtKey(qualifiers));
    let looked = 0;
    for (let edge = this.#lastTo[to] ?? 0; edge > 0; edge = this.#before[edge - 1] ?? 0) {
      const known = this.#edges[edge - 1];
      if (known !== undefined && this.#isSought(known, qualifiers)) return edge - 1;
      if (++looked === FEW_EDGES) {
        this.#crowd(to);
        return this.#byKey.get(this.#soughtKey(qualifiers));
      }
    }
    return undefined;
  }

  #isSought(edge: EdgeDraft, qualifiers: TextRecord): boolean {
    return (
      edge.from === this.#soughtFrom &&
      edge.relation === this.#soughtRelation &&
      edge.strength === this.#soughtStrength &&
      isSameRecord(edge.qualifiers, qualifiers)
    );
  }

  #soughtKey(qualifiers: TextRecord): number | string {
    return keyOf(
      this.#soughtFrom,
      this.#soughtRelation,
      this.#soughtTo,
      this.#soughtStrength,
      qualifiers,
    );
  }

  /** From now on the edges that lead to a node are found by key. */
  #crowd(to: number): void {
    this.#crowded.add(to);
    for (let edge = this.#lastTo[to] ?? 0; edge > 0; edge = this.#before[edge - 1] ?? 0) {
      const known = this.#edges[edge - 1];
      if (known === undefined) continue;
      const { from, relation, strength, qualifiers } = known;
      this.#byKey.set(keyOf(from, relation, to, strength, qualifiers), edge - 1);
    }
  }

  addEdge(qualifiers: TextRecord): number {
    const id = this.#edges.length;
    const to = this.#soughtTo;
    this.#edges.push({
      from: this.#soughtFrom,
      relation: this.#soughtRelation,
      to,
      strength: this.#soughtStrength,
      pointers: NO_TEXTS,
      qualifiers,
    });
    this.#before.push(this.#lastTo[to] ?? 0);
    this.#lastTo[to] = id + 1;
    if (this.#crowded.has(to)) this.#byKey.set(this.#soughtKey(qualifiers), id);
    return id;
  }

  addPointer(edge: number, pointer: string): void {
    const draft = this.#edges[edge];
    if (draft === undefined) return;
    // a record states several edges at one place
    if (draft.pointers.length > 0) {
      draft.pointers = withText(draft.pointers, this.#manyPointers, edge, pointer);
    } else if (this.#lastPointers[0] === pointer) draft.pointers = this.#lastPointers;
    else this.#lastPointers = draft.pointers = [pointer];
  }

  addDependsOn(from: number, to: number): void {
    this.#dependsOn.push([from, to]);
  }

  seal(): void {
    this.#nodes.forEach((node, at) => {
      node.kinds = kindListOf(this.#kinds[at] ?? 0);
    });
    for (const [node, names] of this.#manyNames) {
      const draft = this.#nodes[node];
      if (draft !== undefined) draft.names = [...names].sort();
    }
    for (const [edge, pointers] of this.#manyPointers) {
      const draft = this.#edges[edge];
      if (draft !== undefined) draft.pointers = [...pointers].sort();
    }
  }

  nodes(): readonly NodeFact[] {
    return this.#nodes;
  }

  edges(): readonly EdgeFact[] {
    return this.#edges;
  }

  dependsOn(): readonly (readonly [from: number, to: number])[] {
    return this.#dependsOn;
  }

  /** Puts all of it into another store that is empty. */
  copyTo(other: FactStore): void {
    this.#nodes.forEach(({ ref, names, attributes }, node) => {
      other.addNode(ref);
      other.addKinds(node, this.#kinds[node] ?? 0);
      for (const name of this.#manyNames.get(node) ?? names) other.addName(node, name);
      if (attributes !== undefined) other.setAttributes(node, attributes);
    });
    this.#edges.forEach(({ from, relation, to, strength, pointers, qualifiers }, edge) => {
      other.findEdge(from, relation, to, strength, qualifiers);
      other.addEdge(qualifiers);
      for (const pointer of this.#manyPointers.get(edge) ?? pointers) {
        other.addPointer(edge, pointer);
      }
    });
    for (const [from, to] of this.#dependsOn) other.addDependsOn(from, to);
  }
}

/** Shared by all that have none. */
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NO_KINDS: readonly Kind[] = Object.freeze([]);

/** True for a record without a member. */
function isPlain(record: TextRecord): boolean {
  for (const key in record) if (Object.hasOwn(record, key)) return false;
  return true;
}

/** True for records with the same members, in whatever order. */
function isSameRecord(one: TextRecord, other: TextRecord): boolean {
  if (one === other) return true;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && other[key] === one[key]);
}

/** Tells one edge from all others. */
function keyOf(
  from: number,
  relation: Relation,
  to: number,
  strength: Strength,
  qualifiers: TextRecord,
): number | string {
  // nodes are below LIMITS.nodes, relations and strengths below 64 and 4: exact in a double
  const pair = from * LIMITS.nodes + to;
  const key = (pair * 64 + relationCode(relation)) * 4 + STRENGTHS.indexOf(strength);
  return isPlain(qualifiers) ? key : `${key} ${JSON.stringify(sortedEntries(qualifiers))}`;
}

/** Texts of one owner that are kept sorted in a list. Where there are more, they are in a set. */
const FEW_TEXTS = 8;

/**
 * One or more texts with one more of them, each once.
 * @param many the texts of every owner that has many
 */
function withText(
  known: readonly string[],
  many: Map<number, Set<string>>,
  owner: number,
  text: string,
): readonly string[] {
  if (known.length === 0) return [text];
  if (known.length === FEW_TEXTS) {
    const all = many.get(owner);
    if (all === undefined) many.set(owner, new Set(known).add(text));
    else all.add(text);
    return known;
  }
  const [only = ''] = known;
  if (known.length === 1) {
    if (text === only) return known;
    return text < only ? [text, only] : [only, text];
  }
  let at = known.length;
  while (at > 0 && text < (known[at - 1] ?? '')) at--;
  return at > 0 && known[at - 1] === text ? known : known.toSpliced(at, 0, text);
}

function sortedEntries(record: TextRecord): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
