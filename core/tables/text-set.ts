// SPDX-License-Identifier: Apache-2.0
import { TextColumns } from './text-columns.ts';

/** So many texts are kept as they are, which is quicker. */
const FEW_TEXTS = 4096;

/** Texts that can be asked for and walked. */
export interface Texts extends Iterable<string> {
  readonly size: number;
  has(text: string): boolean;
}

/** A set of texts. Where they are many they are kept as bytes. */
export class TextSet implements Texts {
  readonly #few = new Set<string>();
  #many: TextColumns | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.size;
  }

  has(text: string): boolean {
    return this.#many === undefined ? this.#few.has(text) : this.#many.find(text) !== undefined;
  }

  /**
   * @returns true where the text is new
   * @throws {PedigreeError} ERR_LIMIT_SIZE where the texts of one set are longer than 2 GiB
   */
  add(text: string): boolean {
    const { size } = this;
    if (this.#many === undefined && size >= FEW_TEXTS) this.#turnToMany();
    if (this.#many === undefined) return this.#few.add(text).size > size;
    return this.#many.add(text) === size;
  }

  /** In the order in which they came. */
  *[Symbol.iterator](): Iterator<string> {
    yield* this.#few;
    for (let id = 0; id < (this.#many?.size ?? 0); id++) yield this.#many?.get(id) ?? '';
  }

  #turnToMany(): void {
    this.#many = new TextColumns();
    for (const text of this.#few) this.#many.add(text);
    this.#few.clear();
  }
}
