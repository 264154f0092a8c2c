// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from './growing-ints.ts';
import { TextColumns } from './text-columns.ts';

/** So many texts are kept as they are, which is quicker. */
const FEW_TEXTS = 4096;

/** Texts in the order in which they came, by position. Where they are many they are kept as bytes. */
export class TextList {
  readonly #few: string[] = [];
  readonly #most: number;
  #many: TextColumns | undefined;
  /** Where each of the many texts is. */
  readonly #ids = new GrowingInts();

  /** @param few texts that are kept as they are */
  constructor(few: number = FEW_TEXTS) {
    this.#most = few;
  }

  get length(): number {
    return this.#few.length + this.#ids.length;
  }

  /** @throws {PedigreeError} ERR_LIMIT_SIZE where the texts of one list are longer than 2 GiB */
  push(text: string): void {
    if (this.#few.length < this.#most) {
      this.#few.push(text);
      return;
    }
    this.#many ??= new TextColumns();
    this.#ids.push(this.#many.add(text));
  }

  /** The text at a position; empty outside. */
  at(position: number): string {
    const { length } = this.#few;
    if (position < length) return this.#few[position] ?? '';
    return position < this.length ? (this.#many?.get(this.#ids.at(position - length)) ?? '') : '';
  }
}
