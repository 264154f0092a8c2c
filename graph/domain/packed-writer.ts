// SPDX-License-Identifier: Apache-2.0
import type { TextColumns } from '../../core/tables/text-columns.ts';

const QUOTE = 0x22;
const DIGIT_0 = 0x30;

/** Writes the JSON of packed facts into bytes that are there, or counts how many it takes. */
export class PackedWriter {
  readonly #target: Buffer | undefined;
  #length = 0;

  /** @param target as long as was counted; without one nothing is written */
  constructor(target?: Uint8Array) {
    this.#target =
      target === undefined
        ? undefined
        : Buffer.from(target.buffer, target.byteOffset, target.byteLength);
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** One character of ASCII. */
  code(code: number): void {
    if (this.#target !== undefined) this.#target[this.#length] = code;
    this.#length++;
  }

  /** A whole number from 0 on. */
  number(value: number): void {
    if (value > 9) {
      const rest = Math.floor(value / 10);
      this.number(rest);
      this.code(DIGIT_0 + value - rest * 10);
    } else this.code(DIGIT_0 + value);
  }

  /** What is JSON already. */
  raw(json: string): void {
    if (this.#target === undefined) this.#length += Buffer.byteLength(json);
    else this.#length += this.#target.write(json, this.#length);
  }

  /** A text of a table. */
  text(texts: TextColumns, id: number): void {
    const length = texts.plainLength(id);
    if (length < 0) {
      this.raw(JSON.stringify(texts.get(id)));
      return;
    }
    this.code(QUOTE);
    if (this.#target !== undefined) texts.copyPlain(id, this.#target, this.#length);
    this.#length += length;
    this.code(QUOTE);
  }
}

/** A list that writes its own packed form. */
export interface PackedRows {
  /** What JSON.stringify writes of all rows, without the brackets around them. */
  writeRows(out: PackedWriter): void;
}

const packedRows = new WeakMap<object, PackedRows>();

/** Remembers how a list of facts is packed without making its items. */
export function packWith(list: readonly unknown[], rows: PackedRows): void {
  packedRows.set(list, rows);
}

export function packedRowsOf(list: readonly unknown[]): PackedRows | undefined {
  return packedRows.get(list);
}
