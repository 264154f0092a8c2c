// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/** Namespaces of a Croissant document, longest first, each with the one prefix that this code uses for it. */
const NAMESPACES: readonly (readonly [iri: string, prefix: string])[] = [
  ['http://mlcommons.org/croissant/RAI/', 'rai:'],
  ['http://mlcommons.org/croissant/', 'cr:'],
  // Croissant 0.8
  ['http://mlcommons.org/schema/', 'cr:'],
  ['https://schema.org/', 'sc:'],
  ['http://schema.org/', 'sc:'],
  ['http://purl.org/dc/terms/', 'dct:'],
  ['http://www.w3.org/ns/prov#', 'prov:'],
];

/** Prefixes and terms for documents whose context is an address or missing, as in the specification's own context. */
const STANDARD_CONTEXT: JsonObject = {
  '@vocab': 'https://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  ml: 'http://mlcommons.org/schema/',
  sc: 'https://schema.org/',
  dct: 'http://purl.org/dc/terms/',
  prov: 'http://www.w3.org/ns/prov#',
  rai: 'http://mlcommons.org/croissant/RAI/',
  ...Object.fromEntries(
    [
      ...['annotation', 'arrayShape', 'citeAs', 'column', 'data', 'dataType', 'examples'],
      ...['equivalentProperty', 'extract', 'field', 'fileObject', 'fileProperty', 'fileSet'],
      ...['format', 'includes', 'isArray', 'isEnumeration', 'isLiveDataset', 'jsonPath', 'key'],
      ...['md5', 'parentField', 'path', 'readLines', 'recordSet', 'references', 'regex'],
      ...['repeated', 'replace', 'samplingRate', 'sdVersion', 'separator', 'source', 'subField'],
      ...['transform', 'unArchive'],
    ].map((term) => [term, `cr:${term}`]),
  ),
  conformsTo: 'dct:conformsTo',
};

/** What the terms and prefixes of a context stand for. As a map: most that is asked for is put together, and not in it. */
function termsOf(context: JsonObject): ReadonlyMap<string, string> {
  const terms = new Map<string, string>();
  for (const term in context) {
    const iri = iriIn(context[term]);
    if (iri !== undefined) terms.set(term, iri);
  }
  return terms;
}

function iriIn(mapped: JsonValue | undefined): string | undefined {
  return typeof mapped === 'string' ? mapped : stringMember(mapped, '@id');
}

const STANDARD_TERMS = termsOf(STANDARD_CONTEXT);

function vocabIn(context: JsonObject): string {
  return stringMember(context, '@vocab') ?? '';
}

/** Croissant has about a hundred terms; whatever else a document writes is worked out each time. */
const MAX_KNOWN = 1000;
const MAX_TERMS = 200;
const MAX_TERM_CHARS = 256;

/** The members that a reader wants of a node, each under a name of the reader's. */
export interface WantedMembers<K extends string> {
  /** Which one by its meaning. */
  readonly names: ReadonlyMap<string, K>;
  /** A node that has none of them. What is found is laid over it, so that all nodes are records of one shape. */
  readonly none: FoundMembers<K>;
}

/** Members by the reader's names; undefined where the node has none that means it. */
export type FoundMembers<K extends string> = Readonly<Record<K, FoundMember | undefined>>;

/** @param meanings what a member may mean, by the reader's name for it */
export function wantMembers<K extends string>(
  meanings: Readonly<Record<K, readonly string[]>>,
): WantedMembers<K> {
  const names = new Map<string, K>();
  const none: Partial<Record<K, undefined>> = {};
  for (const name in meanings) {
    none[name] = undefined;
    for (const meaning of meanings[name]) names.set(meaning, name);
  }
  return { names, none: none as FoundMembers<K> };
}

/** An IRI in two parts: what a prefix or the vocabulary stands for, and the name below it. */
interface ExpandedTerm {
  readonly base: string;
  readonly name: string;
}

/** A member found by its meaning. */
export interface FoundMember {
  /** As the document spells it, for pointers. */
  readonly key: string;
  readonly value: JsonValue;
}

/**
 * Reads the members of a JSON-LD document by meaning instead of spelling: a term, a compact IRI and a full IRI are the same
 * member. The needed subset of JSON-LD 1.1: one context object at the top, no remote contexts, no `@graph`, no type-scoped
 * contexts.
 * @see https://www.w3.org/TR/json-ld11/#iri-expansion-within-a-context
 */
export class CroissantVocabulary {
  readonly #terms: ReadonlyMap<string, string>;
  readonly #vocab: string;
  readonly #known = new Map<string, string>();
  readonly #prefixes = new Map<string, string>();

  /** @param context the document's `@context`; anything but an object means the standard one */
  constructor(context: JsonValue | undefined) {
    const own = isJsonObject(context) ? context : undefined;
    this.#terms = own === undefined ? STANDARD_TERMS : termsOf(own);
    this.#vocab = vocabIn(own ?? STANDARD_CONTEXT);
  }

  /** True where another context maps the same terms to the same: then each member means in both what it means in one. */
  isOf(context: JsonObject): boolean {
    let count = 0;
    for (const term in context) {
      const iri = iriIn(context[term]);
      if (iri === undefined) continue;
      if (this.#terms.get(term) !== iri) return false;
      count++;
    }
    return count === this.#terms.size && this.#vocab === vocabIn(context);
  }

  /** True where its context is not larger than those that tools write. */
  get isUsual(): boolean {
    if (this.#terms.size > MAX_TERMS) return false;
    for (const [term, iri] of this.#terms) {
      if (term.length > MAX_TERM_CHARS || iri.length > MAX_TERM_CHARS) return false;
    }
    return true;
  }

  /** `prefix:name` with the prefixes of this file, the expanded IRI where the namespace is another, or the keyword. */
  meaning(term: string): string {
    if (term.startsWith('@')) return term;
    let meaning = this.#known.get(term);
    if (meaning === undefined) {
      meaning = this.#compact(this.#expand(term, 0));
      // a vocabulary may outlive its document
      const isUsual = this.#known.size < MAX_KNOWN && term.length <= MAX_TERM_CHARS;
      if (isUsual) this.#known.set(term, meaning);
    }
    return meaning;
  }

  /** The first member that means one of the given names. */
  find(node: JsonValue | undefined, ...meanings: readonly string[]): FoundMember | undefined {
    if (!isJsonObject(node)) return undefined;
    for (const key in node) {
      if (!meanings.includes(this.meaning(key))) continue;
      const value = node[key];
      if (value !== undefined) return { key, value };
    }
    return undefined;
  }

  /** The first member of each meaning that is wanted, in one walk over the node. */
  findAll<K extends string>(
    node: JsonValue | undefined,
    wanted: WantedMembers<K>,
  ): FoundMembers<K> {
    if (!isJsonObject(node)) return wanted.none;
    const found: Record<K, FoundMember | undefined> = { ...wanted.none };
    for (const key in node) {
      const name = wanted.names.get(this.meaning(key));
      const value = node[key];
      if (name !== undefined && value !== undefined) found[name] ??= { key, value };
    }
    return found;
  }

  /** Every type of a node, by meaning. */
  typesOf(node: JsonValue | undefined): readonly string[] {
    return this.typesIn(this.find(node, '@type'));
  }

  /** Every type that a member of types names, by meaning. */
  typesIn(member: FoundMember | undefined): readonly string[] {
    const found = member?.value;
    if (typeof found === 'string') return [this.meaning(found)];
    const types = Array.isArray(found) ? (found as readonly JsonValue[]) : [found];
    return types.flatMap((type) => (typeof type === 'string' ? [this.meaning(type)] : []));
  }

  /** The prefix of this file for the namespace. A namespace ends in `/` or `#`, so a name without them is no part of it. */
  #compact({ base, name }: ExpandedTerm): string {
    if (name.includes('/') || name.includes('#')) return compact(base + name);
    let prefix = this.#prefixes.get(base);
    if (prefix === undefined) {
      prefix = compact(base);
      const isUsual = this.#prefixes.size < MAX_KNOWN && base.length <= MAX_TERM_CHARS;
      if (isUsual) this.#prefixes.set(base, prefix);
    }
    return prefix + name;
  }

  #expand(term: string, hops: number): ExpandedTerm {
    // two hops reach every term of a Croissant context; a context that refers in circles stops here
    if (hops > 4) return { base: '', name: term };
    const mapped = this.#terms.get(term);
    if (mapped !== undefined && mapped !== term) return this.#expand(mapped, hops + 1);
    const colon = term.indexOf(':');
    if (colon < 0) return { base: this.#vocab, name: term };
    const [prefix, rest] = [term.slice(0, colon), term.slice(colon + 1)];
    const namespace = rest.startsWith('//') ? undefined : this.#terms.get(prefix);
    if (namespace === undefined) return { base: '', name: term };
    const expanded = this.#expand(namespace, hops + 1);
    return { base: expanded.base + expanded.name, name: rest };
  }
}

function compact(iri: string): string {
  for (const [namespace, prefix] of NAMESPACES) {
    if (iri.startsWith(namespace)) return prefix + iri.slice(namespace.length);
  }
  return iri;
}
