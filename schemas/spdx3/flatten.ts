// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { itemsOf, toArray, type Items } from '../../core/long-list.ts';
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Located } from '../wire-reader.ts';

/** What an object of the graph is called by others: an IRI, or a blank node. */
export function idOf(value: JsonObject): string | undefined {
  return textOf(value, 'spdxId') ?? textOf(value, '@id');
}

/** Never an inherited one. */
function textOf(value: JsonObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' && Object.hasOwn(value, key) ? found : undefined;
}

/**
 * The objects of the graph in document order, those included that stand inside of others instead of being named by id. A
 * document without `@graph` is one object.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 */
export function flattenGraph(root: JsonValue): readonly Located[] {
  const objects = graphObjects(root);
  if (!objects.isLong) {
    const found: Located[] = [];
    objects.forEach((item) => found.push(item));
    return found;
  }
  objects.forEach(() => undefined);
  return toArray(objects);
}

/** The objects of a graph by number, in the order of flattenGraph. */
export interface GraphObjects extends Items<Located> {
  /** The graph is that of a large document: its objects are made when they are asked for, and not to be held. */
  readonly isLong: boolean;
  /** Goes through all of them once; only then can they be asked for by number. */
  forEach(take: (item: Located, number: number) => void): void;
}

/**
 * The objects of the graph, without holding those of a large document.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 */
export function graphObjects(root: JsonValue): GraphObjects {
  if (!isJsonObject(root)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an SPDX 3 document is an object', { at: '' });
  }
  const graph = member(root, '@graph');
  const found: Located[] = [];
  if (!Array.isArray(graph)) {
    addObject(found, root, '');
    return new HeldObjects(found);
  }
  const items = graph as readonly JsonValue[];
  const long = itemsOf(items);
  if (long !== undefined) return new LongObjects(long);
  for (let at = 0; at < items.length; at++) addItem(found, items[at], at);
  return new HeldObjects(found);
}

class HeldObjects implements GraphObjects {
  readonly isLong = false;
  readonly #found: readonly Located[];

  constructor(found: readonly Located[]) {
    this.#found = found;
  }

  get count(): number {
    return this.#found.length;
  }

  item(at: number): Located | undefined {
    return this.#found[at];
  }

  forEach(take: (item: Located, number: number) => void): void {
    let number = 0;
    for (const item of this.#found) take(item, number++);
  }
}

class LongObjects implements GraphObjects {
  readonly isLong = true;
  readonly #graph: Items<JsonValue>;
  /** Position in the graph, by object; objects inside of one another stand at one position. */
  readonly #positions = new GrowingInts();
  #lastPosition = -1;
  #lastFound: readonly Located[] = [];

  constructor(graph: Items<JsonValue>) {
    this.#graph = graph;
  }

  get count(): number {
    return this.#positions.length;
  }

  item(at: number): Located | undefined {
    if (!(at >= 0 && at < this.count)) return undefined;
    const position = this.#positions.at(at);
    let inner = 0;
    while (at > inner && this.#positions.at(at - inner - 1) === position) inner++;
    return this.#found(position)[inner];
  }

  /** Whoever asks for an inner object mostly asks for its neighbours as well. */
  #found(position: number): readonly Located[] {
    if (position !== this.#lastPosition) {
      this.#lastFound = flattenItem(this.#graph.item(position), position);
      this.#lastPosition = position;
    }
    return this.#lastFound;
  }

  forEach(take: (item: Located, number: number) => void): void {
    const isFirst = this.#positions.length === 0;
    let number = 0;
    for (let position = 0; position < this.#graph.count; position++) {
      for (const item of flattenItem(this.#graph.item(position), position)) {
        if (isFirst) this.#positions.push(position);
        take(item, number++);
      }
    }
  }
}

function flattenItem(item: JsonValue | undefined, position: number): readonly Located[] {
  const found: Located[] = [];
  addItem(found, item, position);
  return found;
}

function addItem(found: Located[], item: JsonValue | undefined, position: number): void {
  if (isJsonObject(item)) addObject(found, item, `/@graph/${position}`);
}

/** An object and those inside of it. Nearly none has any: places are only put together where one does. */
function addObject(found: Located[], value: JsonObject, pointer: string): void {
  if (hasInner(value)) addWithInner(found, value, pointer);
  else found.push({ value, pointer });
}

/** A CreationInfo may do without an id. */
function isNode(item: JsonObject): boolean {
  return idOf(item) !== undefined || textOf(item, 'type') === 'CreationInfo';
}

/** True where an object has a node somewhere inside. Nesting is bounded by the JSON reader. */
function hasInner(value: JsonObject): boolean {
  for (const key in value) {
    const item = value[key];
    if (typeof item === 'object' && isOrHasNode(item)) return true;
  }
  return false;
}

function isOrHasNode(item: JsonValue): boolean {
  if (isJsonObject(item)) return isNode(item) || hasInner(item);
  if (!Array.isArray(item)) return false;
  for (const inner of item as readonly JsonValue[]) {
    if (typeof inner === 'object' && isOrHasNode(inner)) return true;
  }
  return false;
}

/** Nesting is bounded by the JSON reader. */
function addWithInner(found: Located[], value: JsonObject, pointer: string): void {
  found.push({ value, pointer });
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object') addInner(found, item, pointerJoin(pointer, key));
  }
}

function addInner(found: Located[], item: JsonValue, pointer: string): void {
  if (Array.isArray(item)) {
    (item as readonly JsonValue[]).forEach((inner, at) => {
      if (typeof inner === 'object') addInner(found, inner, pointerJoin(pointer, at));
    });
  } else if (isJsonObject(item) && isNode(item)) {
    addWithInner(found, item, pointer);
  } else if (isJsonObject(item)) {
    // a hash, an identifier: no element, but it may hold one
    for (const [key, inner] of Object.entries(item)) {
      if (typeof inner === 'object') addInner(found, inner, pointerJoin(pointer, key));
    }
  }
}
