// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from './growing-ints.ts';

/** For each of many small numbers the items that were added to it, in that order: lists that cost eight bytes an item. */
export class NumberChains {
  /** Number + 1 of the first and the last link of an owner. */
  readonly #first = new GrowingInts();
  readonly #last = new GrowingInts();
  readonly #items = new GrowingInts();
  /** Number + 1 of the next link. */
  readonly #next = new GrowingInts();

  add(owner: number, item: number): void {
    while (this.#first.length <= owner) {
      this.#first.push(0);
      this.#last.push(0);
    }
    this.#items.push(item);
    this.#next.push(0);
    const link = this.#items.length;
    const last = this.#last.at(owner);
    if (last === 0) this.#first.set(owner, link);
    else this.#next.set(last - 1, link);
    this.#last.set(owner, link);
  }

  /** The first link of an owner, -1 where nothing was added to it. */
  firstLink(owner: number): number {
    return this.#first.at(owner) - 1;
  }

  /** The link after one, -1 at the end. */
  nextLink(link: number): number {
    return this.#next.at(link) - 1;
  }

  itemAt(link: number): number {
    return this.#items.at(link);
  }

  /** Gives back what they take, at once. Nobody has items then. */
  release(): void {
    for (const list of [this.#first, this.#last, this.#items, this.#next]) list.release();
  }

  /** The items of an owner. */
  of(owner: number): number[] {
    const found: number[] = [];
    for (let link = this.firstLink(owner); link >= 0; link = this.nextLink(link)) {
      found.push(this.itemAt(link));
    }
    return found;
  }
}
