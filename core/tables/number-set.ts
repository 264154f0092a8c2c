// SPDX-License-Identifier: Apache-2.0

const FIRST_LENGTH = 64;

/** A set of whole numbers. */
export interface Numbers {
  has(number: number): boolean;
  /** @returns true where the number is new */
  add(number: number): boolean;
}

/** A set of few numbers, however large. */
export class FewNumbers implements Numbers {
  readonly #numbers = new Set<number>();

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  add(number: number): boolean {
    const before = this.#numbers.size;
    return this.#numbers.add(number).size > before;
  }
}

/** A set of small whole numbers from 0 on, a byte each up to the largest. */
export class NumberSet implements Numbers {
  #marks = new Uint8Array(FIRST_LENGTH);

  has(number: number): boolean {
    return this.#marks[number] === 1;
  }

  add(number: number): boolean {
    if (this.#marks[number] === 1) return false;
    if (number >= this.#marks.length) this.#grow(number);
    this.#marks[number] = 1;
    return true;
  }

  #grow(number: number): void {
    let length = this.#marks.length;
    while (length <= number) length *= 2;
    const grown = new Uint8Array(length);
    grown.set(this.#marks);
    this.#marks = grown;
  }
}
