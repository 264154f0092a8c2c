// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../core/json.ts';
import { itemsOf } from '../../core/long-list.ts';
import { sha256 } from '../../core/digest.ts';

/**
 * Gives equal JSON values equal numbers, in time linear in everything it is shown: a value's number is looked up by its
 * kind and the numbers of its members, and each object is visited once however deeply arrays that must be unique are
 * nested in each other. Nothing is compared pairwise, and there are no hashes to collide.
 */
export class ValueInterner {
  readonly #ids = new Map<string, number>();
  readonly #known = new Map<object, number>();

  /** The number of a value. Two values have the same one exactly when JSON Schema calls them equal. */
  idOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) {
      return this.#intern(typeof value === 'string' ? `"${value}` : `=${String(value)}`);
    }
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const id = this.#intern(Array.isArray(value) ? this.#listKey(value) : this.#recordKey(value));
    this.#known.set(value, id);
    return id;
  }

  #listKey(items: readonly unknown[]): string {
    return `[${items.map((item) => this.idOf(item)).join()}`;
  }

  #recordKey(record: object): string {
    const members = Object.entries(record).map(([key, item]) => [this.idOf(key), this.idOf(item)]);
    members.sort(([a = 0], [b = 0]) => a - b);
    return `{${members.join()}`;
  }

  #intern(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }
}

/** Position of the first item that equals an earlier one, or -1. */
export function findRepeatedItem(items: readonly unknown[], interner: ValueInterner): number {
  const seen = new Set<number>();
  for (let at = 0; at < items.length; at++) {
    const id = interner.idOf(items[at]);
    if (seen.has(id)) return at;
    seen.add(id);
  }
  return -1;
}

/** Finds repetitions in the lists of one document, and holds little of a large one. */
export class UniqueLists {
  readonly #isLarge: boolean;
  #interner = new ValueInterner();
  /** Where the item of a long list is whose values have numbers now. */
  #place = '';

  constructor(root: unknown) {
    this.#isLarge = isJsonObject(root) && Object.values(root).some(isLongList);
  }

  /** @param pointer where the list stands */
  hasRepeatedItem(items: readonly unknown[], pointer: string): boolean {
    if (!this.#isLarge) return findRepeatedItem(items, this.#interner) >= 0;
    if (isLongList(items)) return findRepeatedLongItem(items) >= 0;
    this.#turnTo(placeOf(pointer));
    return findRepeatedItem(items, this.#interner) >= 0;
  }

  /** No list but the long one has anything of two of its items: what was numbered for the one before is not needed again. */
  #turnTo(place: string): void {
    if (place === this.#place) return;
    this.#place = place;
    this.#interner = new ValueInterner();
  }
}

function isLongList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && itemsOf(value as unknown[]) !== undefined;
}

/** The first two tokens of a pointer: long lists are members of the root. */
function placeOf(pointer: string): string {
  const end = pointer.indexOf('/', pointer.indexOf('/', 1) + 1);
  return end < 0 ? pointer : pointer.slice(0, end);
}

/** Of items that are not held, a digest is. */
function findRepeatedLongItem(items: readonly unknown[]): number {
  const seen = new Set<string>();
  for (let at = 0; at < items.length; at++) {
    const digest = sha256(canonicalText(items[at]));
    if (seen.has(digest)) return at;
    seen.add(digest);
  }
  return -1;
}

/** Two values have the same text exactly when JSON Schema calls them equal. Unlike RFC 8785 it knows halves of surrogate pairs. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${(value as unknown[]).map(canonicalText).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`);
  return `{${members.join()}}`;
}
