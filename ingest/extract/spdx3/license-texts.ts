// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { TextTable } from '../../../core/tables/text-table.ts';
import { isAbsent } from './identity.ts';

/** Stands for a text that says nothing. */
const NONE = -1;

/** The texts of licence elements, and those that elements are said to have. */
export class LicenseTexts {
  readonly #texts = new TextTable();
  readonly #ids = new TextTable();
  /** Text of a licence element, by id. */
  readonly #textOf = new GrowingInts();
  readonly #elements = new TextTable();
  readonly #declared = new GrowingInts();
  readonly #concluded = new GrowingInts();

  /** The last text that an id is given counts; one that stands for absence is none. */
  setText(id: string, text: string): void {
    const number = this.#ids.add(id);
    const found = isAbsent(id) || isAbsent(text) ? NONE : this.#texts.add(text);
    if (number === this.#textOf.length) this.#textOf.push(found);
    else this.#textOf.set(number, found);
  }

  /** The text of a licence element; a listed licence that the document only names is known by the end of its IRI. */
  findText(id: string): string | undefined {
    const number = this.#ids.find(id);
    if (number === undefined) return isAbsent(id) ? undefined : listedName(id);
    const text = this.#textOf.at(number);
    return text === NONE ? undefined : this.#texts.get(text);
  }

  /** The first of each acknowledgement counts. */
  assign(element: string, acknowledgement: 'declared' | 'concluded', text: string): void {
    const number = this.#elements.add(element);
    if (number === this.#declared.length) {
      this.#declared.push(NONE);
      this.#concluded.push(NONE);
    }
    const texts = acknowledgement === 'declared' ? this.#declared : this.#concluded;
    if (texts.at(number) === NONE) texts.set(number, this.#texts.add(text));
  }

  /** What an element is said to have: what is declared, else what is concluded, else undefined. */
  find(element: string): string | undefined {
    const number = this.#elements.find(element);
    if (number === undefined) return undefined;
    const declared = this.#declared.at(number);
    return this.#texts.get(declared === NONE ? this.#concluded.at(number) : declared);
  }
}

function listedName(id: string): string | undefined {
  const name = /\/licenses\/([^/#]{1,128})$/.exec(id)?.[1];
  return name === undefined || isAbsent(name) ? undefined : name;
}
