// SPDX-License-Identifier: Apache-2.0
import { FEW_INTS, GrowingInts } from './growing-ints.ts';
import { TextTable } from './text-table.ts';

const NO_NUMBER = -1;
const LARGEST = 2 ** 31 - 1;

/**
 * Texts in the order in which they came, by position. Made for JSON Pointers: where they are many, of those that lead to an
 * item of a list the list and a number are kept.
 */
export class TextList {
  /** As they came. */
  readonly #few: string[] = [];
  readonly #most: number;
  /** What stands before the last slash, or a whole text that does not end in a number. */
  readonly #beginnings = new TextTable();
  readonly #beginningOf = new GrowingInts();
  readonly #numbers = new GrowingInts();

  /** @param few texts that are kept as they are, which is quicker */
  constructor(few: number = FEW_INTS) {
    this.#most = few;
  }

  get length(): number {
    return this.#few.length + this.#numbers.length;
  }

  /** @throws {PedigreeError} ERR_LIMIT_SIZE where the texts of one list are longer than 2 GiB */
  push(text: string): void {
    if (this.#few.length < this.#most) {
      this.#few.push(text);
      return;
    }
    const slash = text.lastIndexOf('/');
    const number = slash < 0 ? NO_NUMBER : indexIn(text.slice(slash + 1));
    const beginning = number === NO_NUMBER ? text : text.slice(0, slash);
    this.#beginningOf.push(this.#beginnings.add(beginning));
    this.#numbers.push(number);
  }

  /** The text at a position; empty outside. */
  at(position: number): string {
    const { length } = this.#few;
    if (position < length) return this.#few[position] ?? '';
    const many = position - length;
    if (many >= this.#numbers.length) return '';
    const beginning = this.#beginnings.get(this.#beginningOf.at(many));
    const number = this.#numbers.at(many);
    return number === NO_NUMBER ? beginning : `${beginning}/${number}`;
  }
}

/** The number that a token is written as, where writing it gives the same text. */
function indexIn(token: string): number {
  const number = Number(token);
  const isIndex = number >= 0 && number <= LARGEST && String(number) === token;
  return isIndex && Number.isInteger(number) ? number : NO_NUMBER;
}
