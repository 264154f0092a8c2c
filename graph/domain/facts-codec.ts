// SPDX-License-Identifier: Apache-2.0
import type { BytePieces } from '../../core/byte-pieces.ts';
import { sha256, sha256OfPieces, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { parseExactJson } from '../../core/exact-json.ts';
import type { Claim, EdgeFact, Facts, NodeFact, Problem } from './facts.ts';
import { kindMask, kindsOf, type Kind } from './kinds.ts';
import { packedRowsOf, PackedWriter, type PackedRows } from './packed-writer.ts';
import { RELATION_NAMES, relationCode, STRENGTHS } from './relations.ts';

type PackedNode = [
  ref: string,
  kinds: number,
  names: readonly string[],
  attributes?: Readonly<Record<string, string>>,
];
type PackedEdge = [
  from: number,
  relation: number,
  to: number,
  strength: number,
  pointers: readonly string[],
  qualifiers?: Readonly<Record<string, string>>,
];

interface PackedFacts {
  readonly packed: 1;
  readonly format: string;
  readonly version: string | null;
  readonly statementKind: string;
  readonly nodes: readonly PackedNode[];
  readonly edges: readonly PackedEdge[];
  readonly subjects: readonly number[];
  readonly claims: readonly Claim[];
  readonly dependsOn: readonly number[];
  readonly problems: readonly Problem[];
}

export interface PackedFactsBlob {
  readonly digest: Digest;
  /** In pieces where the facts are kept by column. */
  readonly bytes: Uint8Array | BytePieces;
}

/** Facts never change once built, and are packed again wherever their digest is checked. */
const packedBlobs = new WeakMap<Facts, PackedFactsBlob>();

/** Facts as kept: JSON by rows with members in one fixed order, so that equal facts have equal bytes. */
export function packFacts(facts: Facts): PackedFactsBlob {
  const known = packedBlobs.get(facts);
  if (known !== undefined) return known;
  const blob = encode(facts);
  packedBlobs.set(facts, blob);
  return blob;
}

function encode(facts: Facts): PackedFactsBlob {
  const members = toPackedMembers(facts);
  const isLarge = Object.values(members).some(
    (value) => value instanceof Rows && value.own !== undefined,
  );
  if (isLarge) return inPieces(facts);
  const bytes = joined([...memberTexts(members)].map((text) => UTF_8.encode(text)));
  return { digest: sha256(bytes), bytes };
}

/** Made once for digest and length, and again whenever the bytes are asked for: they are never held. */
function inPieces(facts: Facts): PackedFactsBlob {
  let length = 0;
  const pieces = (): Iterable<Uint8Array> => memberPieces(toPackedMembers(facts));
  const counted = function* (): Generator<Uint8Array> {
    for (const piece of pieces()) {
      length += piece.length;
      yield piece;
    }
  };
  const digest = sha256OfPieces(counted());
  return { digest, bytes: { length, pieces } };
}

function toPackedMembers(facts: Facts): PackedMembers {
  const { nodes, edges, dependsOn } = facts;
  return {
    packed: 1,
    format: facts.format,
    version: facts.version,
    statementKind: facts.statementKind,
    nodes: rowsOf(nodes, (some) => some.map(toPackedNode)),
    edges: rowsOf(edges, (some) => some.map(toPackedEdge)),
    subjects: facts.subjects,
    claims: facts.claims,
    dependsOn: rowsOf(dependsOn, (some) => some.flat()),
    problems: facts.problems,
  };
}

function toPackedNode({ ref, kinds, names, attributes }: NodeFact): PackedNode {
  const row: PackedNode = [ref, kindMask(kinds), names];
  if (attributes !== undefined) row.push(attributes);
  return row;
}

function toPackedEdge(edge: EdgeFact): PackedEdge {
  const { from, to, pointers, qualifiers } = edge;
  const strength = STRENGTHS.indexOf(edge.strength);
  const row: PackedEdge = [from, relationCode(edge.relation), to, strength, pointers];
  if (Object.keys(qualifiers).length > 0) row.push(qualifiers);
  return row;
}

/** Rows that become text at a time: what a large document becomes would else be held three times over. */
const ROWS_AT_A_TIME = 1000;
const PIECE_BYTES = 1 << 18;

/** The rows that a list is made of, or else what is made of its items. */
function rowsOf<T>(list: readonly T[], make: (items: readonly T[]) => readonly unknown[]): Rows {
  return new Rows(list.length, packedRowsOf(list), (from, to) => make(list.slice(from, to)));
}

/** A list that is made as it is written. */
class Rows {
  /** Present where the list writes its rows itself. */
  readonly own: PackedRows | undefined;
  readonly #count: number;
  readonly #make: (from: number, to: number) => readonly unknown[];

  constructor(
    count: number,
    own: PackedRows | undefined,
    make: (from: number, to: number) => readonly unknown[],
  ) {
    this.#count = count;
    this.own = own;
    this.#make = make;
  }

  /** What JSON.stringify writes of the list, piece by piece. */
  *texts(): Generator<string> {
    yield '[';
    for (let at = 0; at < this.#count; at += ROWS_AT_A_TIME) {
      const text = JSON.stringify(this.#make(at, at + ROWS_AT_A_TIME)).slice(1, -1);
      yield at === 0 ? text : `,${text}`;
    }
    yield ']';
  }

  /** The same with what the writer holds before, whenever that is enough for a piece. The rest stays in the writer. */
  *pieces(out: PackedWriter): Generator<Uint8Array> {
    if (this.own === undefined) {
      for (const text of this.texts()) out.raw(text);
      return;
    }
    out.raw('[');
    for (let at = 0; at < this.#count; at += ROWS_AT_A_TIME) {
      if (at > 0) out.raw(',');
      this.own.writeRows(out, at, Math.min(at + ROWS_AT_A_TIME, this.#count));
      if (out.length >= PIECE_BYTES) yield out.take();
    }
    out.raw(']');
  }
}

type PackedMembers = Readonly<Record<keyof PackedFacts, unknown>>;

const UTF_8 = new TextEncoder();

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function* memberTexts(packed: PackedMembers): Generator<string> {
  let mark = '{';
  for (const [key, value] of Object.entries(packed)) {
    yield `${mark}${JSON.stringify(key)}:`;
    if (value instanceof Rows) yield* value.texts();
    else yield JSON.stringify(value);
    mark = ',';
  }
  yield '}';
}

/** What JSON.stringify writes, piece by piece. */
function* memberPieces(packed: PackedMembers): Generator<Uint8Array> {
  const out = new PackedWriter();
  let mark = '{';
  for (const [key, value] of Object.entries(packed)) {
    out.raw(`${mark}${JSON.stringify(key)}:`);
    if (value instanceof Rows) yield* value.pieces(out);
    else out.raw(JSON.stringify(value));
    mark = ',';
  }
  out.raw('}');
  yield out.take();
}

/**
 * Reads what packFacts wrote.
 * @throws {PedigreeError} ERR_STORE_CORRUPT where the bytes are something else
 */
export function unpackFacts(bytes: Uint8Array): Facts {
  let packed: PackedFacts;
  try {
    packed = parseExactJson(new TextDecoder().decode(bytes)) as unknown as PackedFacts;
  } catch (cause) {
    throw new PedigreeError('ERR_STORE_CORRUPT', 'packed facts are not readable', { cause });
  }
  if (packed?.packed !== 1)
    throw new PedigreeError('ERR_STORE_CORRUPT', 'packed facts of an unknown version');
  return {
    format: packed.format,
    version: packed.version,
    statementKind: packed.statementKind,
    nodes: packed.nodes.map(([ref, kinds, names, attributes]) =>
      attributes === undefined
        ? { ref, kinds: kindsOfMask(kinds), names }
        : { ref, kinds: kindsOfMask(kinds), names, attributes },
    ),
    edges: packed.edges.map(([from, relation, to, strength, pointers, qualifiers]) => ({
      from,
      relation: known(RELATION_NAMES[relation]),
      to,
      strength: known(STRENGTHS[strength]),
      pointers,
      qualifiers: qualifiers ?? {},
    })),
    subjects: packed.subjects,
    claims: packed.claims,
    dependsOn: pairs(packed.dependsOn),
    problems: packed.problems,
  };
}

/** Few masks occur, in very many nodes. */
const kindLists = new Map<number, readonly Kind[]>();

function kindsOfMask(mask: number): readonly Kind[] {
  const known = kindLists.get(mask);
  if (known !== undefined) return known;
  const kinds = kindsOf(mask);
  kindLists.set(mask, kinds);
  return kinds;
}

function known<T>(value: T | undefined): T {
  if (value === undefined)
    throw new PedigreeError('ERR_STORE_CORRUPT', 'packed facts use an unknown code');
  return value;
}

function pairs(flat: readonly number[]): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    result.push([flat[at] as number, flat[at + 1] as number]);
  }
  return result;
}
