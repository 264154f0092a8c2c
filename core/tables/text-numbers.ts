// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from './growing-ints.ts';
import { TextTable } from './text-table.ts';

/** A number for each of many texts, without an object for any. The first number that a text is given stays. */
export class TextNumbers {
  readonly #texts = new TextTable();
  readonly #numbers = new GrowingInts();

  has(text: string): boolean {
    return this.#texts.find(text) !== undefined;
  }

  get(text: string): number | undefined {
    const id = this.#texts.find(text);
    return id === undefined ? undefined : this.#numbers.at(id);
  }

  /** @returns true where the text is new */
  add(text: string, number: number): boolean {
    const { size } = this.#texts;
    if (this.#texts.add(text) < size) return false;
    this.#numbers.push(number);
    return true;
  }
}
