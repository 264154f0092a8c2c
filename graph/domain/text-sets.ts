// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import type { NumberLists } from '../../core/tables/number-lists.ts';

/** Texts of one set that are kept as a list; a set with more would cost its square. */
const MOST_LISTED = 8;
const MANY = -0x80000000;

/** Sets of texts, by number of the text, one for each of a row of owners. Nearly all of them hold none or one. */
export class TextSets {
  readonly #lists: NumberLists;
  /** 0: none; above: one text + 1; below: the negative number of a list; MANY. */
  readonly #sets = new GrowingInts();
  readonly #many = new Map<number, Set<number>>();

  constructor(lists: NumberLists) {
    this.#lists = lists;
  }

  /** An empty set for the next owner. */
  push(): void {
    this.#sets.push(0);
  }

  add(owner: number, text: number): void {
    const set = this.#sets.at(owner);
    if (set === 0) this.#sets.set(owner, text + 1);
    else if (set === MANY) this.#many.get(owner)?.add(text);
    else if (set !== text + 1) this.#addToList(owner, text);
  }

  /** The only text of a set; undefined where there are none or several. */
  single(owner: number): number | undefined {
    const set = this.#sets.at(owner);
    return set > 0 ? set - 1 : undefined;
  }

  isEmpty(owner: number): boolean {
    return this.#sets.at(owner) === 0;
  }

  /** In the order in which they were added. */
  textsOf(owner: number): readonly number[] {
    const set = this.#sets.at(owner);
    if (set === 0) return [];
    if (set === MANY) return [...(this.#many.get(owner) ?? [])];
    return set > 0 ? [set - 1] : this.#lists.get(-set);
  }

  #addToList(owner: number, text: number): void {
    const known = this.textsOf(owner);
    if (known.includes(text)) return;
    if (known.length < MOST_LISTED) {
      this.#sets.set(owner, -this.#lists.add([...known, text]));
      return;
    }
    this.#sets.set(owner, MANY);
    this.#many.set(owner, new Set([...known, text]));
  }
}
