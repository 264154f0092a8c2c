// SPDX-License-Identifier: Apache-2.0
import { FEW_INTS, GrowingInts } from './growing-ints.ts';
import { hashOfFour, HashSlots } from './hash-slots.ts';

/** Makes one number of two: exact in a double as long as both are below this. */
const BOUND = 2 ** 26;

/** Pairs of whole numbers from 0 to 2 ** 26 - 1, each once, in the order in which they came. */
export class NumberPairs {
  readonly #first = new GrowingInts();
  readonly #second = new GrowingInts();
  /** The pairs as numbers, until they are many. */
  readonly #few = new Set<number>();
  #many: HashSlots | undefined;
  #soughtFirst = 0;
  #soughtSecond = 0;

  get size(): number {
    return this.#first.length;
  }

  /** @returns true where the pair is new */
  add(first: number, second: number): boolean {
    if (this.#many === undefined && this.size < FEW_INTS) return this.#addToFew(first, second);
    return this.#addToMany((this.#many ??= this.#turnToMany()), first, second);
  }

  #addToFew(first: number, second: number): boolean {
    const { size } = this.#few;
    if (this.#few.add(first * BOUND + second).size === size) return false;
    this.#push(first, second);
    return true;
  }

  #turnToMany(): HashSlots {
    this.#few.clear();
    const count = (): number => this.size;
    const slots = new HashSlots({
      get size() {
        return count();
      },
      hashOf: (id) => hashOfFour(this.#first.at(id), this.#second.at(id), 0, 0),
      isSought: (id) =>
        this.#first.at(id) === this.#soughtFirst && this.#second.at(id) === this.#soughtSecond,
      keyOf: (id) => `${this.#first.at(id)} ${this.#second.at(id)}`,
      soughtKey: () => `${this.#soughtFirst} ${this.#soughtSecond}`,
    });
    slots.enterAll();
    return slots;
  }

  #addToMany(slots: HashSlots, first: number, second: number): boolean {
    this.#soughtFirst = first;
    this.#soughtSecond = second;
    const hash = hashOfFour(first, second, 0, 0);
    if (slots.find(hash) >= 0) return false;
    this.#push(first, second);
    slots.enter(hash);
    return true;
  }

  #push(first: number, second: number): void {
    this.#first.push(first);
    this.#second.push(second);
  }

  /** Gives back what they take, at once. There is no pair then, and none may be added. */
  release(): void {
    this.#first.release();
    this.#second.release();
    this.#few.clear();
    this.#many?.release();
  }

  first(pair: number): number {
    return this.#first.at(pair);
  }

  second(pair: number): number {
    return this.#second.at(pair);
  }
}
