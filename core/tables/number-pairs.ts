// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from './growing-ints.ts';
import { hashOfFour, HashSlots } from './hash-slots.ts';

/** Pairs of whole numbers, each once, in the order in which they came. */
export class NumberPairs {
  readonly #first = new GrowingInts();
  readonly #second = new GrowingInts();
  readonly #slots: HashSlots;
  #soughtFirst = 0;
  #soughtSecond = 0;

  constructor() {
    const count = (): number => this.size;
    this.#slots = new HashSlots({
      get size() {
        return count();
      },
      hashOf: (id) => hashOfFour(this.#first.at(id), this.#second.at(id), 0, 0),
      isSought: (id) =>
        this.#first.at(id) === this.#soughtFirst && this.#second.at(id) === this.#soughtSecond,
      keyOf: (id) => `${this.#first.at(id)} ${this.#second.at(id)}`,
      soughtKey: () => `${this.#soughtFirst} ${this.#soughtSecond}`,
    });
  }

  get size(): number {
    return this.#first.length;
  }

  /** @returns true where the pair is new */
  add(first: number, second: number): boolean {
    this.#soughtFirst = first;
    this.#soughtSecond = second;
    const hash = hashOfFour(first, second, 0, 0);
    if (this.#slots.find(hash) >= 0) return false;
    this.#first.push(first);
    this.#second.push(second);
    this.#slots.enter(hash);
    return true;
  }

  first(pair: number): number {
    return this.#first.at(pair);
  }

  second(pair: number): number {
    return this.#second.at(pair);
  }
}
