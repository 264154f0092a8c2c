// SPDX-License-Identifier: Apache-2.0
import { isUtf8Text } from './bytes.ts';
import type { JsonObject, JsonValue } from './canonical-json-jcs.ts';
import { isPedigreeError, isStoreFault } from './errors.ts';
import { parseExactJson } from './exact-json.ts';
import { decodeText, isJsonObject, parseJson, type JsonDocument } from './json.ts';
import { itemsOf, toArray } from './long-list.ts';
import { ByteView, loadAll, type DocumentBytes } from './stored-bytes.ts';

/** A list of the root that is shorter is read at once. */
const LIST_BYTES = 1 << 16;
/** Items that are parsed at a time. */
const CHUNK_BYTES = 1 << 14;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Where a list of the root stands in the bytes, cut between items. */
interface ListPlace {
  /** The name of its member, quotes included. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Its brackets. */
  readonly open: number;
  close: number;
  count: number;
  /** First byte of each chunk, and the number of its first item. */
  readonly starts: number[];
  readonly firsts: number[];
}

/**
 * Reads a large JSON object without ever holding all of it: the long lists among its members are kept as bytes, and their
 * items are parsed when they are asked for, a few at a time, again each time. Everything is checked once, here, so that
 * reading cannot fail later; the value is the one that parseJson gives, to whoever only reads it.
 * @param bytes must not change, nor be closed, as long as the document is used
 * @param chunkBytes how much of a list is parsed at a time; a test makes it small
 * @returns undefined where this is not one JSON object in UTF-8 without a fault: parseJson then says what it is
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE, here and whenever an item is asked for, where stored bytes cannot be read back
 */
export function parseLargeJson(
  bytes: DocumentBytes,
  maxDepth: number,
  chunkBytes: number = CHUNK_BYTES,
): JsonDocument | undefined {
  if (!isUtf8Text(bytes)) return undefined;
  const view = new ByteView(bytes);
  const places = findLists(view, chunkBytes, Math.min(LIST_BYTES, chunkBytes));
  try {
    const value = parseJson(withoutItems(view, places), maxDepth).value;
    if (!isJsonObject(value)) return undefined;
    for (const place of places) {
      const list = new LongList(view, place);
      if (!list.isSound(maxDepth - 1) || !putList(value, view, place, list)) return undefined;
    }
    return {
      value,
      get text() {
        return decodeText(loadAll(bytes));
      },
    };
  } catch (error) {
    if (isPedigreeError(error) && !isStoreFault(error)) return undefined;
    throw error;
  }
}

/** The text with nothing between the brackets of the lists. Whoever can parse it and each list's items can parse all of it. */
function withoutItems(bytes: ByteView, places: readonly ListPlace[]): string {
  const parts: string[] = [];
  let from = startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
  for (const { open, close } of places) {
    parts.push(bytes.text(from, open + 1));
    from = close;
  }
  return parts.join('') + bytes.text(from, bytes.length);
}

/** Writers of UTF-8 may begin with a mark, and decodeText leaves it out too. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function startsWithMark(bytes: ByteView): boolean {
  return BYTE_ORDER_MARK.every((byte, at) => bytes.at(at) === byte);
}

function putList(
  root: JsonObject,
  bytes: ByteView,
  { keyStart, keyEnd }: ListPlace,
  list: LongList,
): boolean {
  const key = JSON.parse(bytes.text(keyStart, keyEnd)) as string;
  const empty = Object.hasOwn(root, key) ? root[key] : undefined;
  if (!Array.isArray(empty) || empty.length > 0) return false;
  Object.defineProperty(root, key, { value: toArray<JsonValue>(list), enumerable: true });
  return true;
}

/**
 * Finds the long lists among the root's members. Looks at each byte once and checks nothing: where brackets do not match,
 * the pieces will not parse.
 */
function findLists(bytes: ByteView, chunkBytes: number, listBytes: number): ListPlace[] {
  const found: ListPlace[] = [];
  let list: ListPlace | undefined;
  let depth = 0;
  let keyStart = 0;
  let keyEnd = 0;
  let chunkEnd = 0;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes.at(at);
    if (code === QUOTE) {
      const start = at;
      at = stringEnd(bytes, at);
      if (depth === 1) [keyStart, keyEnd] = [start, at + 1];
    } else if (code === COMMA) {
      if (depth !== 2 || list === undefined) continue;
      list.count++;
      if (at < chunkEnd) continue;
      list.starts.push(at + 1);
      list.firsts.push(list.count);
      chunkEnd = at + chunkBytes;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth++;
      if (depth !== 2) continue;
      const isList = code === OPEN_BRACKET;
      list = isList
        ? { keyStart, keyEnd, open: at, close: at, count: 0, starts: [at + 1], firsts: [0] }
        : undefined;
      chunkEnd = at + chunkBytes;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
      if (depth !== 1 || list === undefined) continue;
      list.close = at;
      list.count++;
      if (at - list.open >= listBytes) found.push(list);
      list = undefined;
    }
  }
  return found;
}

/** Position of the closing quote of the string that opens at `open`, or the end. */
function stringEnd(bytes: ByteView, open: number): number {
  let at = open + 1;
  for (; at < bytes.length; at++) {
    const code = bytes.at(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return at;
}

/** The items of a list that is kept as bytes. */
class LongList {
  readonly count: number;
  readonly #bytes: ByteView;
  readonly #place: ListPlace;
  #last = -1;
  #lastItems: readonly JsonValue[] = [];
  /** The chunk before: neighbours are asked for in turn. */
  #before = -1;
  #itemsBefore: readonly JsonValue[] = [];

  constructor(bytes: ByteView, place: ListPlace) {
    this.#bytes = bytes;
    this.#place = place;
    this.count = place.count;
  }

  /** Parses everything once: syntax, nesting, members written twice, and that each chunk has the items that were counted. */
  isSound(maxDepth: number): boolean {
    return this.#place.firsts.every((first, chunk) => {
      const { value } = parseJson(this.#text(chunk), maxDepth);
      const next = this.#place.firsts[chunk + 1] ?? this.count;
      return Array.isArray(value) && value.length === next - first && value.length > 0;
    });
  }

  item(at: number): JsonValue | undefined {
    if (!(at >= 0 && at < this.count)) return undefined;
    const chunk = this.#chunkOf(at);
    if (chunk !== this.#last) this.#turnTo(chunk);
    return this.#lastItems[at - (this.#place.firsts[chunk] ?? 0)];
  }

  /** A Map would do it too, but old tables of a Map keep what was in them alive from one collection of the young to the next. */
  #turnTo(chunk: number): void {
    const items = chunk === this.#before ? this.#itemsBefore : this.#parse(chunk);
    this.#before = this.#last;
    this.#itemsBefore = this.#lastItems;
    this.#last = chunk;
    this.#lastItems = items;
  }

  #parse(chunk: number): readonly JsonValue[] {
    return parseExactJson(this.#text(chunk)) as readonly JsonValue[];
  }

  #text(chunk: number): string {
    const { starts, close } = this.#place;
    const next = starts[chunk + 1];
    // a comma stands before the next chunk
    const end = next === undefined ? close : next - 1;
    return `[${this.#bytes.text(starts[chunk] ?? close, end)}]`;
  }

  /** Mostly the chunk of the item before, or the one after it. */
  #chunkOf(at: number): number {
    const { firsts } = this.#place;
    for (const guess of [this.#last, this.#last + 1]) {
      const first = firsts[guess];
      if (first !== undefined && first <= at && at < (firsts[guess + 1] ?? this.count))
        return guess;
    }
    let low = 0;
    for (let high = firsts.length - 1; low < high;) {
      const middle = (low + high + 1) >> 1;
      if ((firsts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** True for a list of a large document, which mapLongList reads. */
export function isLongList(items: readonly JsonValue[]): boolean {
  return itemsOf(items) !== undefined;
}

/**
 * What `make` makes of each item of a list of a large document, made again whenever it is asked for; undefined results are
 * left out. Undefined for every other list.
 * @param make the first reading, item by item in order
 * @param makeAgain must give what `make` gave; two of its results for one item are equal, not the same
 */
export function mapLongList<T>(
  items: readonly JsonValue[],
  make: (item: JsonValue | undefined, at: number) => T | undefined,
  makeAgain: (item: JsonValue | undefined, at: number) => T | undefined,
): readonly T[] | undefined {
  if (itemsOf(items) === undefined) return undefined;
  // positions of what is left, written down only from the first item on that is left out
  let kept: number[] | undefined;
  for (let at = 0; at < items.length; at++) {
    if (make(items[at], at) !== undefined) kept?.push(at);
    else kept ??= Array.from({ length: at }, (_, before) => before);
  }
  const positions = kept;
  return toArray({
    count: positions?.length ?? items.length,
    item: (at) => {
      const position = positions === undefined ? at : (positions[at] ?? items.length);
      return position < items.length ? makeAgain(items[position], position) : undefined;
    },
  });
}
