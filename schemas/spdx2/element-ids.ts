// SPDX-License-Identifier: Apache-2.0
import { TextTable } from '../../core/tables/text-table.ts';

/** The ids that a document and its elements bear, each with a number: 0, 1, 2 … in the order in which they came. */
export class ElementIds {
  readonly #numbers: TextTable;
  /** Where the second element with an id stands. */
  readonly #repeated = new Map<string, string>();

  /** @param isHeld the document is, and with it every id */
  constructor(isHeld: boolean) {
    this.#numbers = new TextTable(isHeld ? Number.POSITIVE_INFINITY : undefined);
  }

  /** @returns the number of the id */
  add(id: string, element: { readonly pointer: string }): number {
    const { size } = this.#numbers;
    const number = this.#numbers.add(id);
    if (number < size && !this.#repeated.has(id)) this.#repeated.set(id, element.pointer);
    return number;
  }

  /** The number of an id; undefined where nothing bears it. */
  find(id: string): number | undefined {
    return this.#numbers.find(id);
  }

  /** Ids that several bear, each with the place of the second one. */
  get repeated(): ReadonlyMap<string, string> {
    return this.#repeated;
  }
}
