// SPDX-License-Identifier: Apache-2.0
import { TextColumns } from './text-columns.ts';

/** So many texts are kept as they are, which is quicker. */
const FEW_TEXTS = 4096;

/** Texts, each once, by number: 0, 1, 2 … in the order in which they came. Where they are many they are kept as bytes. */
export class TextTable {
  /** As they came. */
  readonly #few: string[] = [];
  readonly #ids = new Map<string, number>();
  /** All of them, from the text on that is one too many. */
  #many: TextColumns | undefined;
  readonly #most: number;

  /** @param few texts that are kept as they are */
  constructor(few: number = FEW_TEXTS) {
    this.#most = few;
  }

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  /** The number of a text; undefined where it is not in the table. */
  find(text: string): number | undefined {
    return this.#many === undefined ? this.#ids.get(text) : this.#many.find(text);
  }

  /**
   * The number of a text, the next one where the text is new.
   * @throws {PedigreeError} ERR_LIMIT_SIZE where the texts of one table are longer than 2 GiB
   */
  add(text: string): number {
    if (this.#many !== undefined) return this.#many.add(text);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    if (this.#few.length >= this.#most) return this.#turnToMany().add(text);
    this.#ids.set(text, this.#few.length);
    return this.#few.push(text) - 1;
  }

  /** The text of a number. */
  get(id: number): string {
    return this.#many === undefined ? (this.#few[id] ?? '') : this.#many.get(id);
  }

  #turnToMany(): TextColumns {
    const many = new TextColumns();
    for (const text of this.#few) many.add(text);
    this.#few.length = 0;
    this.#ids.clear();
    this.#many = many;
    return many;
  }
}
