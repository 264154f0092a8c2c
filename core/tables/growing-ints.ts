// SPDX-License-Identifier: Apache-2.0

/** So many numbers are kept in an ordinary array: typed ones lie outside the heap, and making one costs more than filling it. */
export const FEW_INTS = 1 << 12;

/** The numbers at twice the length, zeros behind them. Those of before are given back at once: the collector is in no hurry to. */
export function grownInts(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  return new Int32Array(numbers.buffer.transfer(numbers.byteLength * 2));
}

/** A list of whole numbers (32 bits, signed) that grows: four bytes a number, and nothing for the collector to look at. */
export class GrowingInts {
  /** Undefined from the number on that is one too many. */
  #few: number[] | undefined = [];
  #many = NO_INTS;
  #count = 0;

  get length(): number {
    return this.#few?.length ?? this.#count;
  }

  push(value: number): void {
    if (this.#few !== undefined) {
      if (this.#few.length < FEW_INTS) {
        this.#few.push(value);
        return;
      }
      this.#many = new Int32Array(2 * FEW_INTS);
      this.#many.set(this.#few);
      this.#count = this.#few.length;
      this.#few = undefined;
    }
    if (this.#count === this.#many.length) this.#many = grownInts(this.#many);
    this.#many[this.#count++] = value;
  }

  /** The number at a position; 0 outside. */
  at(position: number): number {
    return (this.#few ?? this.#many)[position] ?? 0;
  }

  /** `position` must be inside. */
  set(position: number, value: number): void {
    (this.#few ?? this.#many)[position] = value;
  }

  /** Gives back what the numbers take, at once. The list is empty then. */
  release(): void {
    if (this.#few === undefined) this.#many.buffer.transfer(0);
    this.#few = [];
    this.#many = NO_INTS;
    this.#count = 0;
  }

  /** The numbers themselves, from one position to another. Not to be changed, nor to be kept past the next push. */
  view(from: number, to: number): readonly number[] | Int32Array {
    return this.#few?.slice(from, to) ?? this.#many.subarray(from, to);
  }
}

const NO_INTS = new Int32Array(0);
