// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from './growing-ints.ts';

/** Slots that are looked at for one entry. */
const MAX_PROBES = 48;
const FIRST_SLOTS = 16;

/** The entries of a table, numbered 0, 1, 2 …, and the one that is being looked for. */
export interface TableEntries {
  readonly size: number;
  /** The hash that the entry was looked for by. */
  hashOf(id: number): number;
  isSought(id: number): boolean;
  /** Tells one entry from all others. Rarely asked. */
  keyOf(id: number): string;
  soughtKey(): string;
}

/**
 * Finds entries that are kept in typed arrays, by hash (open addressing, linear probing). Entries that somebody has made
 * fall on one another do not make it slow: what finds no slot within reach goes to a Map, which hashes by itself.
 */
export class HashSlots {
  readonly #entries: TableEntries;
  /** Number + 1 of the entry in a slot. As many slots as a power of two. */
  readonly #slots = new GrowingInts();
  readonly #overflow = new Map<string, number>();

  constructor(entries: TableEntries) {
    this.#entries = entries;
    this.#slots.clearTo(FIRST_SLOTS);
  }

  /** The sought entry, or -1. */
  find(hash: number): number {
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const entry = this.#slots.at((hash + probe) & mask);
      if (entry === 0) return -1;
      if (this.#entries.isSought(entry - 1)) return entry - 1;
    }
    return this.#overflow.size === 0 ? -1 : (this.#overflow.get(this.#entries.soughtKey()) ?? -1);
  }

  /** Enters the entry that was added last and that find has not found. */
  enter(hash: number): void {
    const { size } = this.#entries;
    if (size * 3 > this.#slots.length * 2) this.enterAll();
    else this.#put(size - 1, hash);
  }

  /** Enters every entry that there is, into slots of which a third stays free. */
  enterAll(): void {
    const { size } = this.#entries;
    let length = this.#slots.length;
    while (size * 3 > length * 2) length *= 2;
    this.#slots.clearTo(length);
    this.#overflow.clear();
    for (let id = 0; id < size; id++) this.#put(id, this.#entries.hashOf(id));
  }

  /** Gives back what finding takes, at once. Nothing may be looked for or entered any more. */
  release(): void {
    this.#slots.release();
    this.#overflow.clear();
  }

  #put(id: number, hash: number): void {
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & mask;
      if (this.#slots.at(slot) !== 0) continue;
      this.#slots.set(slot, id + 1);
      return;
    }
    this.#overflow.set(this.#entries.keyOf(id), id);
  }
}

const PRIME = 0x01000193;
const START = 0x811c9dc5 | 0;

/** Hash of a text (FNV-1a over UTF-16 units), its bits mixed. */
export function hashOfText(text: string): number {
  let hash = START;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return mixed(hash);
}

/** Hash of whole numbers below 2 ** 32. */
export function hashOfNumbers(numbers: ArrayLike<number>): number {
  let hash = START;
  for (let at = 0; at < numbers.length; at++) hash = mixed(hash ^ (numbers[at] ?? 0));
  return hash;
}

/** Hash of four whole numbers, without a list of them. */
export function hashOfFour(a: number, b: number, c: number, d: number): number {
  return mixed(mixed(mixed(mixed(START ^ a) ^ b) ^ c) ^ d);
}

/** The finishing step of MurmurHash3: every bit has a say in every other. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
