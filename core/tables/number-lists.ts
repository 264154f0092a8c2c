// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from './growing-ints.ts';
import { hashOfNumbers, HashSlots } from './hash-slots.ts';

/** Lists of whole numbers, each once, by number; the empty list is 0. */
export class NumberLists {
  readonly #starts = new GrowingInts();
  /** Each list after the other. */
  readonly #numbers = new GrowingInts();
  readonly #slots: HashSlots;
  #sought: readonly number[] = [];

  constructor() {
    const count = (): number => this.#starts.length;
    this.#slots = new HashSlots({
      get size() {
        return count();
      },
      hashOf: (id) => hashOfNumbers(this.get(id)),
      isSought: (id) => this.#isSought(id),
      keyOf: (id) => this.get(id).join(' '),
      soughtKey: () => this.#sought.join(' '),
    });
    this.add([]);
  }

  /** The number of a list, the next one where it is new. */
  add(list: readonly number[]): number {
    this.#sought = list;
    const hash = hashOfNumbers(list);
    const known = this.#slots.find(hash);
    if (known >= 0) return known;
    const id = this.#starts.length;
    this.#starts.push(this.#numbers.length);
    for (const number of list) this.#numbers.push(number);
    this.#slots.enter(hash);
    return id;
  }

  /** Gives back what only adding takes, at once. Nothing may be added any more. */
  seal(): void {
    this.#slots.release();
  }

  /** A copy of the list of a number. */
  get(id: number): number[] {
    const list: number[] = [];
    const end = this.#endOf(id);
    for (let at = this.#starts.at(id); at < end; at++) list.push(this.#numbers.at(at));
    return list;
  }

  lengthOf(id: number): number {
    return this.#endOf(id) - this.#starts.at(id);
  }

  /** One number of a list. */
  at(id: number, position: number): number {
    return this.#numbers.at(this.#starts.at(id) + position);
  }

  #endOf(id: number): number {
    return id + 1 < this.#starts.length ? this.#starts.at(id + 1) : this.#numbers.length;
  }

  #isSought(id: number): boolean {
    const { length } = this.#sought;
    if (this.lengthOf(id) !== length) return false;
    for (let at = 0; at < length; at++) if (this.at(id, at) !== this.#sought[at]) return false;
    return true;
  }
}
