// SPDX-License-Identifier: Apache-2.0
import type { TextColumns } from '../../core/tables/text-columns.ts';

const QUOTE = 0x22;
const DIGIT_0 = 0x30;
/** Longest whole number that a double tells from its neighbours. */
const MAX_DIGITS = 16;
const FIRST_BYTES = 1 << 16;
/** UTF-8 of one UTF-16 unit at most. */
const MOST_BYTES_A_UNIT = 3;

/** Writes the JSON of packed facts, a piece at a time. */
export class PackedWriter {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #length = 0;

  /** Bytes since they were taken last. */
  get length(): number {
    return this.#length;
  }

  /** The bytes written since the last time. They are overwritten by the next ones. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** One character of ASCII. */
  code(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = code;
  }

  /** A whole number from 0 on. */
  number(value: number): void {
    this.#reserve(MAX_DIGITS);
    this.#digits(value);
  }

  #digits(value: number): void {
    const rest = Math.floor(value / 10);
    if (rest > 0) this.#digits(rest);
    this.#bytes[this.#length++] = DIGIT_0 + value - rest * 10;
  }

  /** What is JSON already. */
  raw(json: string): void {
    this.#reserve(json.length * MOST_BYTES_A_UNIT);
    this.#length += this.#bytes.write(json, this.#length);
  }

  /** A text of a table. */
  text(texts: TextColumns, id: number): void {
    const length = texts.plainLength(id);
    if (length < 0) {
      this.raw(JSON.stringify(texts.get(id)));
      return;
    }
    this.#reserve(length + 2);
    this.#bytes[this.#length++] = QUOTE;
    texts.copyPlain(id, this.#bytes, this.#length);
    this.#length += length;
    this.#bytes[this.#length++] = QUOTE;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    let length = this.#bytes.length;
    while (length < needed) length *= 2;
    const grown = Buffer.alloc(length);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** A list that writes its own packed form. */
export interface PackedRows {
  /** What JSON.stringify writes of the rows from one position to another, without the brackets around them. */
  writeRows(out: PackedWriter, from: number, to: number): void;
}

const packedRows = new WeakMap<object, PackedRows>();

/** Remembers how a list of facts is packed without making its items. */
export function packWith(list: readonly unknown[], rows: PackedRows): void {
  packedRows.set(list, rows);
}

export function packedRowsOf(list: readonly unknown[]): PackedRows | undefined {
  return packedRows.get(list);
}
