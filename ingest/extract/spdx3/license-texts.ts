// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { TextNumbers } from '../../../core/tables/text-numbers.ts';
import { TextTable } from '../../../core/tables/text-table.ts';

/** The texts of licence elements, and those that elements are said to have. */
export class LicenseTexts {
  readonly #texts = new TextTable();
  readonly #ids = new TextTable();
  /** Text of a licence element, by id. */
  readonly #textOf = new GrowingInts();
  readonly #declared = new TextNumbers();
  readonly #concluded = new TextNumbers();

  /** The last text that an id is given counts. */
  setText(id: string, text: string): void {
    const number = this.#ids.add(id);
    if (number === this.#textOf.length) this.#textOf.push(this.#texts.add(text));
    else this.#textOf.set(number, this.#texts.add(text));
  }

  /** The text of a licence element; undefined where none has the id. */
  findText(id: string): string | undefined {
    const number = this.#ids.find(id);
    return number === undefined ? undefined : this.#texts.get(this.#textOf.at(number));
  }

  /** The first of each acknowledgement counts. */
  assign(element: string, acknowledgement: 'declared' | 'concluded', text: string): void {
    const table = acknowledgement === 'declared' ? this.#declared : this.#concluded;
    table.add(element, this.#texts.add(text));
  }

  /** What an element is said to have: what is declared, else what is concluded, else undefined. */
  find(element: string): string | undefined {
    const number = this.#declared.get(element) ?? this.#concluded.get(element);
    return number === undefined ? undefined : this.#texts.get(number);
  }
}
