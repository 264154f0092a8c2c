// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import { hashOfFour, HashSlots } from '../../core/tables/hash-slots.ts';
import { NumberLists } from '../../core/tables/number-lists.ts';
import { TextColumns } from '../../core/tables/text-columns.ts';
import { toArray } from '../../core/long-list.ts';
import type { EdgeFact, NodeFact } from './facts.ts';
import { kindListOf } from './kinds.ts';
import {
  RELATION_NAMES,
  relationCode,
  STRENGTHS,
  type Relation,
  type Strength,
} from './relations.ts';
import { TextSets } from './text-sets.ts';
import { packWith, type PackedWriter } from './packed-writer.ts';

type TextRecord = Readonly<Record<string, string>>;

/** Strengths fit two bits below the relation. */
const STRENGTH_BITS = 2;
const STRENGTH_MASK = (1 << STRENGTH_BITS) - 1;

/**
 * Nodes and edges of a large document by column: numbers in typed arrays, each text once, nothing for the collector to look
 * at. As objects the facts of a document of 100 MB take 300 MB.
 */
export class FactColumns {
  readonly #common: string;
  readonly #texts: TextColumns;
  readonly #lists = new NumberLists();
  // nodes
  readonly #refs = new GrowingInts();
  readonly #kinds = new GrowingInts();
  readonly #names = new TextSets(this.#lists);
  /** Lists of keys and values in turn. */
  readonly #attributes = new GrowingInts();
  /** Node + 1 of a text that is a ref, by text. */
  readonly #nodeOfText = new GrowingInts();
  // edges
  readonly #froms = new GrowingInts();
  readonly #tos = new GrowingInts();
  /** Relation and strength. */
  readonly #codes = new GrowingInts();
  readonly #pointers = new TextSets(this.#lists);
  /** Lists of keys and values in turn, sorted by key. */
  readonly #qualifiers = new GrowingInts();
  /** The list as it was stated, where that is not sorted. */
  readonly #unsorted = new Map<number, number>();
  readonly #edgeSlots: HashSlots;
  #soughtFrom = 0;
  #soughtTo = 0;
  #soughtCode = 0;
  #soughtQualifiers = 0;
  /** From and to in turn. */
  readonly #dependsOn = new GrowingInts();

  /** @param common what the refs of things that only this document names begin with */
  constructor(common = '') {
    this.#common = common;
    this.#texts = new TextColumns(common);
    const count = (): number => this.edgeCount;
    this.#edgeSlots = new HashSlots({
      get size() {
        return count();
      },
      hashOf: (id) => this.#hashOfEdge(id),
      isSought: (id) => this.#isSought(id),
      keyOf: (id) => this.#keyOfEdge(id),
      soughtKey: () => this.#soughtKey(),
    });
  }

  get nodeCount(): number {
    return this.#refs.length;
  }

  get edgeCount(): number {
    return this.#froms.length;
  }

  /** The node of a ref. */
  findNode(ref: string): number | undefined {
    const text = this.#texts.find(ref);
    const node = text === undefined ? 0 : this.#nodeOfText.at(text);
    return node === 0 ? undefined : node - 1;
  }

  /** A node for a ref that has none. */
  addNode(ref: string): number {
    const text = this.#texts.add(ref);
    while (this.#nodeOfText.length <= text) this.#nodeOfText.push(0);
    this.#nodeOfText.set(text, this.nodeCount + 1);
    this.#refs.push(text);
    this.#kinds.push(0);
    this.#names.push();
    this.#attributes.push(0);
    return this.nodeCount - 1;
  }

  findLocal(local: string): number | undefined {
    return this.findNode(this.#common + local);
  }

  addLocal(local: string): number {
    return this.addNode(this.#common + local);
  }

  refOf(node: number): string | undefined {
    return node < this.nodeCount ? this.#texts.get(this.#refs.at(node)) : undefined;
  }

  addKinds(node: number, mask: number): void {
    this.#kinds.set(node, this.#kinds.at(node) | mask);
  }

  addName(node: number, name: string): void {
    this.#names.add(node, this.#texts.add(name));
  }

  attributesOf(node: number): TextRecord | undefined {
    const list = this.#attributes.at(node);
    return list === 0 ? undefined : this.#recordOf(list);
  }

  setAttributes(node: number, attributes: TextRecord): void {
    this.#attributes.set(node, this.#listOf(Object.entries(attributes)));
  }

  /** The edge that says the same, with the same qualifiers in whatever order. */
  findEdge(
    from: number,
    relation: Relation,
    to: number,
    strength: Strength,
    qualifiers: TextRecord,
  ): number | undefined {
    this.#soughtFrom = from;
    this.#soughtTo = to;
    this.#soughtCode = (relationCode(relation) << STRENGTH_BITS) | STRENGTHS.indexOf(strength);
    this.#soughtQualifiers = this.#sortedList(qualifiers);
    const found = this.#edgeSlots.find(this.#soughtHash());
    return found < 0 ? undefined : found;
  }

  /** Adds the edge that findEdge has just not found, with the qualifiers that it was asked for. */
  addEdge(qualifiers: TextRecord): number {
    const id = this.edgeCount;
    this.#froms.push(this.#soughtFrom);
    this.#tos.push(this.#soughtTo);
    this.#codes.push(this.#soughtCode);
    this.#qualifiers.push(this.#soughtQualifiers);
    if (this.#soughtQualifiers !== NO_LIST) {
      const stated = this.#listOf(Object.entries(qualifiers));
      if (stated !== this.#soughtQualifiers) this.#unsorted.set(id, stated);
    }
    this.#pointers.push();
    this.#edgeSlots.enter(this.#soughtHash());
    return id;
  }

  addPointer(edge: number, pointer: string): void {
    this.#pointers.add(edge, this.#texts.add(pointer));
  }

  addDependsOn(from: number, to: number): void {
    this.#dependsOn.push(from);
    this.#dependsOn.push(to);
  }

  /** Gives back what only adding takes, at once. Nothing may be found or added any more. */
  seal(): void {
    this.#texts.seal();
    this.#lists.seal();
    this.#edgeSlots.release();
    this.#nodeOfText.release();
  }

  /** The nodes, each made when it is asked for. */
  nodes(): readonly NodeFact[] {
    const nodes = toArray({ count: this.nodeCount, item: (at) => this.#node(at) });
    packWith(nodes, { writeRows: (out, from, to) => this.#writeNodes(out, from, to) });
    return nodes;
  }

  /** The edges, each made when it is asked for. */
  edges(): readonly EdgeFact[] {
    const edges = toArray({ count: this.edgeCount, item: (at) => this.#edge(at) });
    packWith(edges, { writeRows: (out, from, to) => this.#writeEdges(out, from, to) });
    return edges;
  }

  /** The raw pairs, each made when it is asked for. */
  dependsOn(): readonly (readonly [from: number, to: number])[] {
    const count = this.#dependsOn.length / 2;
    const pairs = toArray<readonly [from: number, to: number]>({
      count,
      item: (at) =>
        at < count ? [this.#dependsOn.at(2 * at), this.#dependsOn.at(2 * at + 1)] : undefined,
    });
    packWith(pairs, { writeRows: (out, from, to) => this.#writeDependsOn(out, from, to) });
    return pairs;
  }

  #node(at: number): NodeFact | undefined {
    const ref = this.refOf(at);
    if (ref === undefined) return undefined;
    const kinds = kindListOf(this.#kinds.at(at));
    const names = this.#sorted(this.#names, at);
    const list = this.#attributes.at(at);
    if (list === NO_LIST) return { ref, kinds, names };
    const read = (): TextRecord => this.#recordOf(list);
    // most of those who walk the nodes do not ask for them, and a record costs more than the rest of a node
    return {
      ref,
      kinds,
      names,
      get attributes() {
        return read();
      },
    };
  }

  #edge(at: number): EdgeFact | undefined {
    if (at >= this.edgeCount) return undefined;
    const code = this.#codes.at(at);
    return {
      from: this.#froms.at(at),
      relation: RELATION_NAMES[code >> STRENGTH_BITS] ?? 'dependsOn',
      to: this.#tos.at(at),
      strength: STRENGTHS[code & STRENGTH_MASK] ?? 'inferred',
      pointers: this.#sorted(this.#pointers, at),
      qualifiers: this.#recordOf(this.#statedQualifiers(at)),
    };
  }

  #writeNodes(out: PackedWriter, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (at > from) out.code(COMMA);
      out.code(OPEN_BRACKET);
      out.text(this.#texts, this.#refs.at(at));
      out.code(COMMA);
      out.number(this.#kinds.at(at));
      out.code(COMMA);
      this.#writeSorted(out, this.#names, at);
      const attributes = this.#attributes.at(at);
      if (attributes !== NO_LIST) this.#writeRecord(out, attributes);
      out.code(CLOSE_BRACKET);
    }
  }

  #writeEdges(out: PackedWriter, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const code = this.#codes.at(at);
      if (at > from) out.code(COMMA);
      out.code(OPEN_BRACKET);
      out.number(this.#froms.at(at));
      out.code(COMMA);
      out.number(code >> STRENGTH_BITS);
      out.code(COMMA);
      out.number(this.#tos.at(at));
      out.code(COMMA);
      out.number(code & STRENGTH_MASK);
      out.code(COMMA);
      this.#writeSorted(out, this.#pointers, at);
      const qualifiers = this.#statedQualifiers(at);
      if (qualifiers !== NO_LIST) this.#writeRecord(out, qualifiers);
      out.code(CLOSE_BRACKET);
    }
  }

  #writeDependsOn(out: PackedWriter, from: number, to: number): void {
    for (let at = 2 * from; at < 2 * to; at++) {
      if (at > 2 * from) out.code(COMMA);
      out.number(this.#dependsOn.at(at));
    }
  }

  #writeSorted(out: PackedWriter, sets: TextSets, owner: number): void {
    const single = sets.single(owner);
    if (single === undefined) {
      out.raw(JSON.stringify(this.#sorted(sets, owner)));
      return;
    }
    out.code(OPEN_BRACKET);
    out.text(this.#texts, single);
    out.code(CLOSE_BRACKET);
  }

  /** A comma and the record that a list of keys and values is. */
  #writeRecord(out: PackedWriter, list: number): void {
    out.code(COMMA);
    const length = this.#lists.lengthOf(list);
    for (let at = 0; at < length; at += 2) {
      out.code(at === 0 ? OPEN_BRACE : COMMA);
      out.text(this.#texts, this.#lists.at(list, at));
      out.code(COLON);
      out.text(this.#texts, this.#lists.at(list, at + 1));
    }
    out.code(CLOSE_BRACE);
  }

  #sorted(sets: TextSets, owner: number): readonly string[] {
    if (sets.isEmpty(owner)) return NO_TEXTS;
    return sets
      .textsOf(owner)
      .map((text) => this.#texts.get(text))
      .sort();
  }

  /** Keys and values in the order in which an object gives them: what is made of the list again is the same. */
  #listOf(entries: readonly (readonly [string, string])[]): number {
    if (entries.length === 0) return NO_LIST;
    const list: number[] = [];
    for (const [key, value] of entries) list.push(this.#texts.add(key), this.#texts.add(value));
    return this.#lists.add(list);
  }

  #sortedList(record: TextRecord): number {
    const entries = Object.entries(record);
    return this.#listOf(
      entries.length < 2 ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  #recordOf(list: number): TextRecord {
    if (list === NO_LIST) return NONE;
    const entries: [string, string][] = [];
    for (let at = 0; at < this.#lists.lengthOf(list); at += 2) {
      const [key, value] = [this.#lists.at(list, at), this.#lists.at(list, at + 1)];
      entries.push([this.#texts.get(key), this.#texts.get(value)]);
    }
    return Object.fromEntries(entries);
  }

  #statedQualifiers(edge: number): number {
    return this.#unsorted.get(edge) ?? this.#qualifiers.at(edge);
  }

  #isSought(edge: number): boolean {
    return (
      this.#froms.at(edge) === this.#soughtFrom &&
      this.#tos.at(edge) === this.#soughtTo &&
      this.#codes.at(edge) === this.#soughtCode &&
      this.#qualifiers.at(edge) === this.#soughtQualifiers
    );
  }

  #soughtHash(): number {
    return hashOfFour(this.#soughtFrom, this.#soughtTo, this.#soughtCode, this.#soughtQualifiers);
  }

  #hashOfEdge(edge: number): number {
    return hashOfFour(
      this.#froms.at(edge),
      this.#tos.at(edge),
      this.#codes.at(edge),
      this.#qualifiers.at(edge),
    );
  }

  #soughtKey(): string {
    const ends = [this.#soughtFrom, this.#soughtTo, this.#soughtCode, this.#soughtQualifiers];
    return ends.join(' ');
  }

  #keyOfEdge(edge: number): string {
    const ends = [this.#froms.at(edge), this.#tos.at(edge)];
    return [...ends, this.#codes.at(edge), this.#qualifiers.at(edge)].join(' ');
  }
}

const NO_LIST = 0;
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NONE: TextRecord = Object.freeze({});

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
