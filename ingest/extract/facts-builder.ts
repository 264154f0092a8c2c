// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256, findDigest, foldAlgorithm, isStrongAlgorithm } from '../../core/digest.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { clip } from '../../core/text.ts';
import { FactColumns } from '../../graph/domain/fact-columns.ts';
import type { Claim, Facts, Problem } from '../../graph/domain/facts.ts';
import { kindBit, kindMask, type Kind } from '../../graph/domain/kinds.ts';
import { boundRef, findPurl, levelOf } from '../../graph/domain/node-ref.ts';
import type { Relation, Strength } from '../../graph/domain/relations.ts';
import type { Digest } from '../../core/digest.ts';
import { FactObjects, type FactStore, type TextRecord } from './fact-store.ts';

export interface DigestInput {
  readonly algorithm: string;
  readonly hex: string;
}

/** Everything one record says that a thing is. */
export interface EntityInput {
  readonly kinds: readonly Kind[];
  /** Where the record stands: JSON Pointer. */
  readonly pointer: string;
  /** Labels for people. They find the node and join nothing. */
  readonly names?: readonly string[];
  /** As written; weak algorithms become names, placeholders become problems. */
  readonly digests?: readonly DigestInput[];
  /** Ready refs of content kinds (`oms:…`, `gitoid:…`). */
  readonly contentRefs?: readonly string[];
  /** purls as written; those with a version are coordinates, those without are names. */
  readonly purls?: readonly string[];
  /** Ready coordinate refs (node-ref.ts spellings). */
  readonly coordinates?: readonly string[];
  /** Shared names (`name:…`, unversioned purls). Joined at name level only. */
  readonly nameRefs?: readonly string[];
  /** Id inside the document (bom-ref, path). Used where nothing better names the thing. */
  readonly local?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** sha256 first: every format can carry it, so stars of different records meet at one centre (docs/adr/0004). */
const STAR_ORDER = ['sha256', 'sha512', 'sha384', 'blake3'];

/**
 * Compiles what a document says into facts: one node per identity, aliases as a star around the strongest, names as
 * mentions of this document linked to the shared name, duplicates folded, placeholders refused. Every extractor builds
 * its facts here, so that identity means the same in all formats.
 */
export class FactsBuilder {
  readonly #digest: Digest;
  #store: FactStore = new FactObjects();
  /** Nodes from which on they are kept by column. */
  readonly #largeNodes: number;
  /** Attributes of nodes that records disagree on. Laid over each other as records they would take time by the square. */
  readonly #overlaid = new Map<number, Map<string, string>>();
  readonly #subjects = new Set<number>();
  readonly #claims: Claim[] = [];
  readonly #problems: Problem[] = [];
  #localCounter = 0;

  /**
   * @param digest SHA-256 of the payload: the scope of local ids
   * @param largeNodes from how many nodes on facts are kept by column; what they say is the same
   */
  constructor(digest: Digest, largeNodes: number = LARGE_NODES) {
    this.#digest = digest;
    this.#largeNodes = largeNodes;
  }

  /** Adds (or finds) a thing and returns its primary node: first content identity, else first coordinate, else this document's own mention. */
  entity(input: EntityInput): number {
    const digests = this.#strongRefs(input);
    const contents = [...digests, ...(input.contentRefs ?? [])];
    const coordinates = this.#coordinates(input);
    const names = this.#weakRefs(input);
    const primary = contents[0] ?? coordinates[0];
    const id =
      primary === undefined ? this.#mention(input, names) : this.#node(primary, input.kinds);
    this.#label(id, input);
    for (const other of contents.slice(1)) this.#alias(id, other, input);
    this.#joinCoordinates(id, contents.length > 0, coordinates, input);
    if (primary !== undefined && names.length > 0) {
      const mention = this.#mention({ ...input, local: `${input.local ?? primary}#names` }, names);
      this.edge(id, 'alternateOf', mention, input.pointer, { strength: 'implied' });
    }
    return id;
  }

  /** Adds (or finds) the node of a ready ref, e.g. `run:…`, `deployment:…`. */
  nodeOf(ref: string, kinds: readonly Kind[], names: readonly string[] = []): number {
    const id = this.#node(ref, kinds);
    for (const name of names) this.#node(ref, kinds, name);
    return id;
  }

  /** A node that never leaves this document. */
  localNode(local: string, kinds: readonly Kind[], names: readonly string[] = []): number {
    return this.nodeOf(this.localRef(local), kinds, names);
  }

  localRef(local: string): string {
    return boundRef(`local:${this.#digest}#${local}`);
  }

  /** How many nodes there are so far: they are numbered from 0 on. */
  get nodeCount(): number {
    return this.#store.nodeCount;
  }

  refOf(id: number): string {
    const ref = this.#store.refOf(id);
    if (ref === undefined)
      throw new PedigreeError('ERR_INTERNAL', `no node ${id} in this document`);
    return ref;
  }

  addKind(id: number, kind: Kind): void {
    this.#store.addKinds(id, kindBit(kind));
  }

  /** States an edge. The same edge again adds a pointer; an edge to itself is dropped with a problem. */
  edge(
    from: number,
    relation: Relation,
    to: number,
    pointer: string,
    options: { strength?: Strength; qualifiers?: Readonly<Record<string, string>> } = {},
  ): void {
    if (from === to) {
      this.problem('self-edge', pointer, `${relation} from a thing to itself`);
      return;
    }
    const strength = options.strength ?? 'explicit';
    const qualifiers = options.qualifiers === undefined ? NONE : wellFormed(options.qualifiers);
    const known = this.#store.findEdge(from, relation, to, strength, qualifiers);
    this.#store.addPointer(known ?? this.#addEdge(qualifiers), pointer.toWellFormed());
  }

  #addEdge(qualifiers: TextRecord): number {
    if (this.#store.edgeCount >= LIMITS.edges) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${LIMITS.edges} edges in one document`);
    }
    return this.#store.addEdge(qualifiers);
  }

  /** Raw listing between components: kept for display and paths inside the document. */
  dependsOn(from: number, to: number): void {
    this.#store.addDependsOn(from, to);
  }

  /** Declares what the document is about. */
  subject(id: number): void {
    this.#subjects.add(id);
  }

  get subjects(): readonly number[] {
    return [...this.#subjects];
  }

  claim(claim: Claim): void {
    this.#claims.push(claim);
  }

  /** Lists a fault or a tolerance. Beyond the limit only the last one is replaced by a count. */
  problem(code: string, pointer: string, message: string): void {
    if (this.#problems.length < LIMITS.problems) {
      this.#problems.push({
        code,
        pointer: pointer.toWellFormed(),
        message: excerpt(message, 200),
      });
    } else {
      this.#problems[LIMITS.problems - 1] = {
        code: 'more-problems',
        pointer: '',
        message: `more than ${LIMITS.problems} problems; the rest are not listed`,
      };
    }
  }

  get problemCount(): number {
    return this.#problems.length;
  }

  /** The facts, in an order that depends on content only. The last thing that is asked of a builder. */
  build(about: { format: string; version: string | null; statementKind: string }): Facts {
    for (const [id, overlaid] of this.#overlaid) {
      this.#store.setAttributes(id, Object.fromEntries(overlaid));
    }
    this.#store.seal();
    return {
      ...about,
      nodes: this.#store.nodes(),
      edges: this.#store.edges(),
      subjects: [...this.#subjects],
      claims: this.#claims,
      dependsOn: this.#store.dependsOn(),
      problems: this.#problems,
    };
  }

  #strongRefs(input: EntityInput): readonly string[] {
    if (isEmpty(input.digests)) return NO_TEXTS;
    const found = new Set<string>();
    for (const { algorithm, hex } of input.digests ?? []) {
      const digest = findDigest(algorithm, hex);
      if (digest !== undefined && digest !== EMPTY_SHA256) found.add(digest);
      else if (digest === EMPTY_SHA256) {
        this.problem('empty-content', input.pointer, 'digest of empty content joins nothing');
      } else if (isStrongAlgorithm(algorithm)) {
        this.problem('placeholder-digest', input.pointer, `not a ${algorithm} digest: "${hex}"`);
      }
    }
    return found.size < 2 ? [...found] : [...found].sort((a, b) => starRank(a) - starRank(b));
  }

  #coordinates(input: EntityInput): readonly string[] {
    const ready = input.coordinates ?? NO_TEXTS;
    if (isEmpty(input.purls) && ready.length < 2) return ready;
    const found = new Set<string>(ready);
    for (const text of input.purls ?? []) {
      const purl = findPurl(text);
      if (purl === undefined) this.problem('purl-invalid', input.pointer, `not a purl: "${text}"`);
      else if (levelOf(purl) === 'coordinate') found.add(purl);
    }
    return [...found];
  }

  /** md5, sha1 and unversioned purls: shared names, with everything else the caller calls a name. */
  #weakRefs(input: EntityInput): readonly string[] {
    const ready = input.nameRefs ?? NO_TEXTS;
    if (isEmpty(input.purls) && isEmpty(input.digests) && ready.length < 2) return ready;
    const found = new Set<string>(ready);
    for (const text of input.purls ?? []) {
      const purl = findPurl(text);
      if (purl !== undefined && levelOf(purl) === 'name') found.add(purl);
    }
    for (const { algorithm, hex } of input.digests ?? []) {
      const folded = foldAlgorithm(algorithm);
      const length = folded === 'md5' ? 32 : folded === 'sha1' ? 40 : 0;
      if (length > 0 && hex.length === length && /^[0-9a-f]+$/i.test(hex)) {
        found.add(`${folded}:${hex.toLowerCase()}`);
      }
    }
    return [...found];
  }

  /** This document's own node for a name, linked to each shared name by one edge. */
  #mention(input: EntityInput, names: readonly string[]): number {
    const local = input.local ?? names[0] ?? `#${this.#localCounter++}`;
    const id = this.#boundNode(this.localRef(local), input.kinds);
    this.#label(id, input);
    for (const name of names) {
      const shared = this.#node(name, ['Name']);
      this.edge(id, 'namedAs', shared, input.pointer, { strength: 'implied' });
    }
    return id;
  }

  #alias(primary: number, ref: string, input: EntityInput): void {
    const other = this.#node(ref, input.kinds);
    this.edge(primary, 'alternateOf', other, input.pointer, { strength: 'implied' });
  }

  #joinCoordinates(
    primary: number,
    hasContent: boolean,
    coordinates: readonly string[],
    input: EntityInput,
  ): void {
    const first = coordinates[0];
    if (first === undefined) return;
    const star = hasContent ? this.#node(first, input.kinds) : primary;
    if (hasContent)
      this.edge(primary, 'specializationOf', star, input.pointer, { strength: 'implied' });
    for (const ref of coordinates.slice(1)) this.#alias(star, ref, input);
  }

  #label(id: number, { names, attributes }: EntityInput): void {
    for (const name of names ?? []) this.#name(id, name);
    if (attributes === undefined) return;
    const bound = boundRecord(attributes);
    const overlaid = this.#overlaid.get(id) ?? this.#attributesToOverlay(id, bound);
    if (overlaid === undefined) this.#store.setAttributes(id, bound);
    else for (const [key, value] of Object.entries(bound)) overlaid.set(key, value);
  }

  /** What a node has already, where a record says something else or more; undefined where it has nothing. */
  #attributesToOverlay(id: number, record: TextRecord): Map<string, string> | undefined {
    const known = this.#store.attributesOf(id);
    if (known === undefined) return undefined;
    const overlaid = new Map(Object.entries(known));
    const isSame = Object.entries(record).every(([key, value]) => overlaid.get(key) === value);
    if (!isSame) this.#overlaid.set(id, overlaid);
    return overlaid;
  }

  #name(id: number, name: string): void {
    if (name !== '') this.#store.addName(id, clip(name, LIMITS.refChars));
  }

  #node(text: string, kinds: readonly Kind[], name?: string): number {
    const id = this.#boundNode(boundRef(text), kinds);
    if (name !== undefined) this.#name(id, name);
    return id;
  }

  /** The node of a ref that is bounded already. */
  #boundNode(ref: string, kinds: readonly Kind[]): number {
    const id = this.#store.findNode(ref) ?? this.#addNode(ref);
    if (kinds.length > 0) this.#store.addKinds(id, kindMask(kinds));
    return id;
  }

  #addNode(ref: string): number {
    const id = this.#store.nodeCount;
    if (id >= LIMITS.nodes) {
      throw new PedigreeError(
        'ERR_LIMIT_ITEMS',
        `more than ${LIMITS.nodes} things in one document`,
      );
    }
    if (id === this.#largeNodes && this.#store instanceof FactObjects) {
      const columns = new FactColumns();
      this.#store.copyTo(columns);
      this.#store = columns;
    }
    this.#store.addNode(ref);
    return id;
  }
}

/** Documents with fewer are quicker as objects, and take little. */
const LARGE_NODES = 20_000;

const NONE: Readonly<Record<string, string>> = Object.freeze({});
const NO_TEXTS: readonly string[] = Object.freeze([]);

function boundRecord(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isBound = (key: string): boolean =>
    key.length <= LIMITS.refChars && key.isWellFormed() && record[key]?.isWellFormed() !== false;
  if (Object.keys(record).every(isBound)) return record;
  return Object.fromEntries(Object.entries(record).map(boundEntry));
}

function boundEntry([key, value]: [string, string]): [string, string] {
  return [clip(key, LIMITS.refChars), value.toWellFormed()];
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

function starRank(ref: string): number {
  return STAR_ORDER.findIndex((algorithm) => ref.startsWith(`${algorithm}:`));
}

function wellFormed(record: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isWell = (key: string): boolean =>
    key.isWellFormed() && record[key]?.isWellFormed() !== false;
  if (Object.keys(record).every(isWell)) return record;
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]),
  );
}
