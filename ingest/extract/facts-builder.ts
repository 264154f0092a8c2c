// SPDX-License-Identifier: Apache-2.0
import {
  EMPTY_SHA256,
  findFoldedDigest,
  findLowerHex,
  foldAlgorithm,
  isFoldedStrong,
} from '../../core/digest.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { clip, wellFormed } from '../../core/text.ts';
import { FactColumns } from '../../graph/domain/fact-columns.ts';
import type { Claim, Facts, Problem } from '../../graph/domain/facts.ts';
import { kindBit, kindMask, type Kind } from '../../graph/domain/kinds.ts';
import { boundRef, findPurlRef } from '../../graph/domain/node-ref.ts';
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

/**
 * Compiles what a document says into facts: one node per identity, aliases as a star around the strongest, names as
 * mentions of this document linked to the shared name, duplicates folded, placeholders refused. Every extractor builds
 * its facts here, so that identity means the same in all formats.
 */
export class FactsBuilder {
  /** What the refs of things that only this document names begin with. */
  readonly #scope: string;
  #store: FactStore;
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
    this.#scope = `local:${digest}#`;
    this.#store = new FactObjects(this.#scope);
    this.#largeNodes = largeNodes;
  }

  /** Adds (or finds) a thing and returns its primary node: first content identity, else first coordinate, else this document's own mention. */
  entity(input: EntityInput): number {
    const { pointer, local } = input;
    const kinds = kindMask(input.kinds);
    // some may be there twice
    const names = input.nameRefs === undefined ? [] : [...input.nameRefs];
    const purls = purlRefsOf(input.purls ?? NO_TEXTS, names);
    const digests = this.#strongRefs(input, names);
    for (const text of purls.broken) this.problem('purl-invalid', pointer, `not a purl: "${text}"`);
    const contents = isEmpty(input.contentRefs)
      ? digests
      : [...digests, ...(input.contentRefs ?? NO_TEXTS)];
    const coordinates = eachOnce(input.coordinates ?? NO_TEXTS, purls.coordinates);
    const primary = contents[0] ?? coordinates[0];
    if (primary === undefined) return this.#mention(pointer, input, kinds, local, names);
    const id = this.#node(primary, kinds);
    this.#label(id, input);
    for (let at = 1; at < contents.length; at++) this.#alias(id, contents[at], kinds, pointer);
    this.#joinCoordinates(id, contents.length > 0, coordinates, kinds, pointer);
    if (names.length > 0) {
      const mention = this.#mention(pointer, input, kinds, `${local ?? primary}#names`, names);
      this.edge(id, 'alternateOf', mention, pointer, IMPLIED);
    }
    return id;
  }

  /** Adds (or finds) the node of a ready ref, e.g. `run:…`, `deployment:…`. */
  nodeOf(ref: string, kinds: readonly Kind[], names: readonly string[] = []): number {
    const id = this.#node(ref, kindMask(kinds));
    for (const name of names) this.#name(id, name);
    return id;
  }

  /** A node that never leaves this document. */
  localNode(local: string, kinds: readonly Kind[], names: readonly string[] = []): number {
    const id = this.#localNode(local, kindMask(kinds));
    for (const name of names) this.#name(id, name);
    return id;
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
    options: { strength?: Strength; qualifiers?: Readonly<Record<string, string>> } = EXPLICIT,
  ): void {
    if (from === to) {
      this.problem('self-edge', pointer, `${relation} from a thing to itself`);
      return;
    }
    const strength = options.strength ?? 'explicit';
    const qualifiers =
      options.qualifiers === undefined ? NONE : wellFormedRecord(options.qualifiers);
    const known = this.#store.findEdge(from, relation, to, strength, qualifiers);
    this.#store.addPointer(known ?? this.#addEdge(qualifiers), wellFormed(pointer));
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
        pointer: wellFormed(pointer),
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

  /** @param names where weak digests go: md5 and sha1 are shared names */
  #strongRefs({ digests, pointer }: EntityInput, names: string[]): readonly string[] {
    if (digests === undefined || digests.length === 0) return NO_TEXTS;
    const found: string[] = [];
    const ranks: number[] = [];
    for (const { algorithm, hex } of digests) {
      const folded = foldAlgorithm(algorithm);
      const digest = findFoldedDigest(folded, hex);
      if (digest === EMPTY_SHA256) {
        this.problem('empty-content', pointer, 'digest of empty content joins nothing');
      } else if (digest !== undefined) {
        found.push(digest);
        ranks.push(STAR_ORDER.indexOf(folded));
      } else if (isFoldedStrong(folded)) {
        this.problem('placeholder-digest', pointer, `not a ${algorithm} digest: "${hex}"`);
      } else {
        const weak = findWeakDigest(folded, hex);
        if (weak !== undefined) names.push(weak);
      }
    }
    return found.length < 2 ? found : strongestFirst(found, ranks);
  }

  /** This document's own node for a name, linked to each shared name by one edge. */
  #mention(
    pointer: string,
    label: Label,
    kinds: number,
    ownId: string | undefined,
    names: readonly string[],
  ): number {
    const local = ownId ?? names[0] ?? `#${this.#localCounter++}`;
    const id = this.#localNode(local, kinds);
    this.#label(id, label);
    for (const name of names) {
      const shared = this.#node(name, NAME);
      this.edge(id, 'namedAs', shared, pointer, IMPLIED);
    }
    return id;
  }

  #alias(primary: number, ref: string | undefined, kinds: number, pointer: string): void {
    if (ref === undefined) return;
    this.edge(primary, 'alternateOf', this.#node(ref, kinds), pointer, IMPLIED);
  }

  #joinCoordinates(
    primary: number,
    hasContent: boolean,
    coordinates: readonly string[],
    kinds: number,
    pointer: string,
  ): void {
    const [first] = coordinates;
    if (first === undefined) return;
    const star = hasContent ? this.#node(first, kinds) : primary;
    if (hasContent) this.edge(primary, 'specializationOf', star, pointer, IMPLIED);
    for (let at = 1; at < coordinates.length; at++) {
      this.#alias(star, coordinates[at], kinds, pointer);
    }
  }

  #label(id: number, { names, attributes }: Label): void {
    for (const name of names ?? NO_TEXTS) this.#name(id, name);
    if (attributes !== undefined) this.#describe(id, boundRecord(attributes));
  }

  /** Lays what a record says over what others have said. */
  #describe(id: number, record: TextRecord): void {
    const overlaid = this.#overlaid.get(id);
    if (overlaid !== undefined) {
      layOver(overlaid, record);
      return;
    }
    const known = this.#store.attributesOf(id);
    if (known === undefined) this.#store.setAttributes(id, record);
    else if (!isPartOf(record, known)) {
      this.#overlaid.set(id, layOver(new Map(Object.entries(known)), record));
    }
  }

  #name(id: number, name: string): void {
    if (name !== '') this.#store.addName(id, clip(name, LIMITS.refChars));
  }

  #node(text: string, kinds: number): number {
    const ref = boundRef(text);
    const id = this.#store.findNode(ref) ?? this.#roomyStore().addNode(ref);
    if (kinds !== 0) this.#store.addKinds(id, kinds);
    return id;
  }

  #localNode(local: string, kinds: number): number {
    // a ref that is cut is told by all of it
    if (this.#scope.length + local.length > LIMITS.refChars) {
      return this.#node(this.#scope + local, kinds);
    }
    const own = wellFormed(local);
    const id = this.#store.findLocal(own) ?? this.#roomyStore().addLocal(own);
    if (kinds !== 0) this.#store.addKinds(id, kinds);
    return id;
  }

  /** The store, where it has room for a node more. */
  #roomyStore(): FactStore {
    const count = this.#store.nodeCount;
    if (count >= LIMITS.nodes) {
      throw new PedigreeError(
        'ERR_LIMIT_ITEMS',
        `more than ${LIMITS.nodes} things in one document`,
      );
    }
    if (count === this.#largeNodes && this.#store instanceof FactObjects) {
      const columns = new FactColumns(this.#scope);
      this.#store.copyTo(columns);
      this.#store = columns;
    }
    return this.#store;
  }
}

/** Documents with fewer are quicker as objects, and take little. */
const LARGE_NODES = 20_000;

const NONE: Readonly<Record<string, string>> = Object.freeze({});
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NO_PURLS: PurlRefs = Object.freeze({ coordinates: NO_TEXTS, broken: NO_TEXTS });
const EXPLICIT = Object.freeze({});
const IMPLIED = Object.freeze({ strength: 'implied' });
const NAME = kindBit('Name');

/** sha256 first: every format can carry it, so stars of different records meet at one centre (docs/adr/0004). */
const STAR_ORDER = ['sha256', 'sha512', 'sha384', 'blake3'];

/**
 * Each once, those of one algorithm in the order in which they came.
 * @param ranks of the digests, in the star order
 */
function strongestFirst(digests: readonly string[], ranks: readonly number[]): readonly string[] {
  const sorted: string[] = [];
  let hasSeveral = false;
  for (let rank = 0; rank < STAR_ORDER.length; rank++) {
    const before = sorted.length;
    digests.forEach((digest, at) => {
      if (ranks[at] === rank) sorted.push(digest);
    });
    hasSeveral ||= sorted.length > before + 1;
  }
  return hasSeveral ? [...new Set(sorted)] : sorted;
}

/** The shared name of a digest that identifies nothing; undefined for every other digest. */
function findWeakDigest(folded: string, hex: string): string | undefined {
  const length = folded === 'md5' ? 32 : folded === 'sha1' ? 40 : 0;
  const lower = hex.length === length ? findLowerHex(hex) : undefined;
  return lower === undefined ? undefined : `${folded}:${lower}`;
}

/** @param names where purls without a version go */
function purlRefsOf(texts: readonly string[], names: string[]): PurlRefs {
  if (texts.length === 0) return NO_PURLS;
  const coordinates: string[] = [];
  const broken: string[] = [];
  for (const text of texts) {
    const purl = findPurlRef(text);
    if (purl === undefined) broken.push(text);
    else (purl.level === 'name' ? names : coordinates).push(purl.ref);
  }
  return { coordinates, broken };
}

/** The texts of both in their order, each once. Nearly always there is one in all. */
function eachOnce(some: readonly string[], more: readonly string[]): readonly string[] {
  if (some.length === 0 && more.length < 2) return more;
  if (more.length === 0 && some.length < 2) return some;
  return [...new Set([...some, ...more])];
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

/** What the purls of a record are worth; those that are names went to the names. */
interface PurlRefs {
  readonly coordinates: readonly string[];
  /** Texts that are no purls. */
  readonly broken: readonly string[];
}

/** What is said of a thing to people: its node and the mention of its names both say it. */
type Label = Pick<EntityInput, 'names' | 'attributes'>;

/** True where a record says nothing but what another says. */
function isPartOf(record: TextRecord, known: TextRecord): boolean {
  for (const key in record) {
    if (!Object.hasOwn(known, key) || known[key] !== record[key]) return false;
  }
  return true;
}

function layOver(overlaid: Map<string, string>, record: TextRecord): Map<string, string> {
  for (const [key, value] of Object.entries(record)) overlaid.set(key, value);
  return overlaid;
}

function boundRecord(record: TextRecord): TextRecord {
  for (const key in record) {
    if (key.length > LIMITS.refChars || !isWell(record, key)) {
      return Object.fromEntries(Object.entries(record).map(boundEntry));
    }
  }
  return record;
}

function boundEntry([key, value]: [string, string]): [string, string] {
  return [clip(key, LIMITS.refChars), value.toWellFormed()];
}

function wellFormedRecord(record: TextRecord): TextRecord {
  for (const key in record) if (!isWell(record, key)) return wellFormedCopy(record);
  return record;
}

function wellFormedCopy(record: TextRecord): TextRecord {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key.toWellFormed(), value.toWellFormed()]),
  );
}

/** True where no half of a surrogate pair stands alone, neither in a key nor in its value. */
function isWell(record: TextRecord, key: string): boolean {
  return key.isWellFormed() && record[key]?.isWellFormed() !== false;
}
