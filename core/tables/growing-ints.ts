// SPDX-License-Identifier: Apache-2.0

/** Small enough to be made with its object. */
const FIRST_LENGTH = 16;

/** From this size on the collector, which is in no hurry to free what lies outside its heap, is not waited for. */
const LARGE_BYTES = 1 << 16;

/** The numbers at twice the length, zeros behind them. Those that are large are given back at once where they were. */
export function grownInts(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  if (numbers.byteLength >= LARGE_BYTES) {
    return new Int32Array(numbers.buffer.transfer(numbers.byteLength * 2));
  }
  const grown = new Int32Array(numbers.length * 2);
  grown.set(numbers);
  return grown;
}

/** A list of whole numbers (32 bits, signed) that grows: four bytes a number, and nothing for the collector to look at. */
export class GrowingInts {
  #values = new Int32Array(FIRST_LENGTH);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      this.#values = grownInts(this.#values);
    }
    this.#values[this.#length++] = value;
  }

  /** The number at a position; 0 outside. */
  at(position: number): number {
    return this.#values[position] ?? 0;
  }

  /** `position` must be inside. */
  set(position: number, value: number): void {
    this.#values[position] = value;
  }

  /** Gives back what the numbers take, at once. The list is empty then. */
  release(): void {
    this.#values.buffer.transfer(0);
    this.#values = new Int32Array(FIRST_LENGTH);
    this.#length = 0;
  }

  /** The numbers themselves, from one position to another. Not to be changed, nor to be kept past the next push. */
  view(from: number, to: number): Int32Array {
    return this.#values.subarray(from, to);
  }
}
