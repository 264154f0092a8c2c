// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../errors.ts';
import { GrowingInts } from './growing-ints.ts';
import { hashOfText, HashSlots } from './hash-slots.ts';

/** Bytes that texts are kept in at a time. */
const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const BLOCK_MASK = BLOCK_BYTES - 1;
const FIRST_BYTES = 1 << 10;
/** All that one table keeps: positions are 31 bits. */
const MAX_BLOCKS = 1 << (31 - BLOCK_BITS);
/** A longer text is kept as it is. */
const LONGEST = 1 << 14;
/** Starts of texts that are not kept as bytes. */
const OUTSIDE = -1;
/** Bits of a length. JSON writes the text as it is, between quotes. */
const PLAIN = 1 << 16;
/** The text begins with the common beginning, which is not kept with it. */
const COMMON = 1 << 17;
const LENGTH_MASK = PLAIN - 1;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Texts, each once, by number, kept as bytes: a million of them cost little more than their characters and nothing that the
 * collector must look at.
 */
export class TextColumns {
  readonly #blocks: Buffer[] = [];
  #end = 0;
  readonly #starts = new GrowingInts();
  readonly #lengths = new GrowingInts();
  readonly #hashes = new GrowingInts();
  /** Long texts, and those with characters beyond U+00FF. */
  readonly #outside = new Map<number, string>();
  readonly #slots: HashSlots;
  readonly #common: Buffer;
  readonly #commonText: string;
  #sought = '';
  #soughtHash = 0;

  /** @param common what many texts begin with, without a character that JSON escapes or that is not ASCII; kept once */
  constructor(common = '') {
    this.#common = Buffer.from(common, 'latin1');
    this.#commonText = common;
    const count = (): number => this.size;
    this.#slots = new HashSlots({
      get size() {
        return count();
      },
      hashOf: (id) => this.#hashes.at(id),
      isSought: (id) => this.#hashes.at(id) === this.#soughtHash && this.#isText(id, this.#sought),
      keyOf: (id) => this.get(id),
      soughtKey: () => this.#sought,
    });
  }

  get size(): number {
    return this.#starts.length;
  }

  /** The number of a text; undefined where it is not in the table. */
  find(text: string): number | undefined {
    const id = this.#find(text);
    return id < 0 ? undefined : id;
  }

  /**
   * The number of a text, the next one where the text is new.
   * @throws {PedigreeError} ERR_LIMIT_SIZE where the texts of one table are longer than 2 GiB
   */
  add(text: string): number {
    const known = this.#find(text);
    if (known >= 0) return known;
    const id = this.size;
    const hash = this.#soughtHash;
    this.#keep(id, text);
    this.#hashes.push(hash);
    this.#slots.enter(hash);
    return id;
  }

  /** Gives back what only looking for texts takes, at once. Nothing may be found or added any more. */
  seal(): void {
    this.#slots.release();
    this.#hashes.release();
  }

  /** The text of a number. */
  get(id: number): string {
    const start = this.#starts.at(id);
    if (start === OUTSIDE) return this.#outside.get(id) ?? '';
    const from = start & BLOCK_MASK;
    const length = this.#lengths.at(id);
    const to = from + (length & LENGTH_MASK);
    const own = this.#blocks[start >>> BLOCK_BITS]?.toString('latin1', from, to) ?? '';
    return (length & COMMON) === 0 ? own : this.#commonText + own;
  }

  /** Characters of a text that is kept as bytes and that JSON writes as they are, between quotes; -1 for every other text. */
  plainLength(id: number): number {
    const length = this.#lengths.at(id);
    if ((length & PLAIN) === 0) return -1;
    return (length & LENGTH_MASK) + this.#commonLength(length);
  }

  /** Writes the bytes of a plain text. */
  copyPlain(id: number, target: Uint8Array, at: number): void {
    const start = this.#starts.at(id);
    const block = this.#blocks[start >>> BLOCK_BITS];
    if (block === undefined) return;
    const from = start & BLOCK_MASK;
    const length = this.#lengths.at(id);
    const common = this.#commonLength(length);
    if (common > 0) target.set(this.#common, at);
    const to = at + common;
    const own = length & LENGTH_MASK;
    for (let byte = 0; byte < own; byte++) target[to + byte] = block[from + byte] ?? 0;
  }

  /** Characters that a text has before those that are kept with it. */
  #commonLength(length: number): number {
    return (length & COMMON) === 0 ? 0 : this.#common.length;
  }

  #find(text: string): number {
    this.#sought = text;
    this.#soughtHash = hashOfText(text);
    return this.#slots.find(this.#soughtHash);
  }

  #isText(id: number, text: string): boolean {
    const start = this.#starts.at(id);
    if (start === OUTSIDE) return this.#outside.get(id) === text;
    const block = this.#blocks[start >>> BLOCK_BITS];
    const length = this.#lengths.at(id);
    const common = this.#commonLength(length);
    if (block === undefined || (length & LENGTH_MASK) + common !== text.length) return false;
    if (common > 0 && !text.startsWith(this.#commonText)) return false;
    const from = (start & BLOCK_MASK) - common;
    for (let at = common; at < text.length; at++) {
      if (block[from + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  #keep(id: number, text: string): void {
    const isCommon = this.#common.length > 0 && text.startsWith(this.#commonText);
    const common = isCommon ? this.#common.length : 0;
    const length = text.length - common;
    if (length > LONGEST || !isOneByte(text)) {
      this.#outside.set(id, text);
      this.#starts.push(OUTSIDE);
      this.#lengths.push(0);
      return;
    }
    const block = this.#blockFor(length);
    const from = this.#end & BLOCK_MASK;
    let isPlain = true;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(common + at);
      isPlain &&= code >= 0x20 && code < 0x80 && code !== QUOTE && code !== BACKSLASH;
      block[from + at] = code;
    }
    this.#starts.push(this.#end);
    this.#lengths.push(length | (isPlain ? PLAIN : 0) | (isCommon ? COMMON : 0));
    this.#end += length;
  }

  /** The block that has room for so many bytes from `#end` on. */
  #blockFor(length: number): Buffer {
    const number = this.#end >>> BLOCK_BITS;
    const from = this.#end & BLOCK_MASK;
    const last = this.#blocks[number];
    if (last !== undefined && from + length <= last.length) return last;
    if (number === 0 && from + length <= BLOCK_BYTES) {
      // most tables are small
      const grown = Buffer.alloc(firstLength(from + length));
      last?.copy(grown);
      this.#blocks[0] = grown;
      return grown;
    }
    if (this.#blocks.length >= MAX_BLOCKS) {
      throw new PedigreeError('ERR_LIMIT_SIZE', 'more text than one table keeps');
    }
    const fresh = Buffer.alloc(BLOCK_BYTES);
    this.#end = this.#blocks.length << BLOCK_BITS;
    this.#blocks.push(fresh);
    return fresh;
  }
}

/** Length of a first block that holds so many bytes: a power of two. */
function firstLength(bytes: number): number {
  let length = FIRST_BYTES;
  while (length < bytes) length *= 2;
  return Math.min(length, BLOCK_BYTES);
}

function isOneByte(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}
