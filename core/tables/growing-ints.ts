// SPDX-License-Identifier: Apache-2.0

/** So many numbers are kept in an ordinary array: typed ones lie outside the heap, and making one costs more than filling it. */
export const FEW_INTS = 1 << 12;

/**
 * More than those are kept in chunks of so many. An array that doubles is there twice while it is copied, half empty
 * afterwards, and leaves holes of all sizes in the memory of the process; a chunk stays where it is.
 */
const CHUNK_BITS = 14;
const CHUNK_INTS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_INTS - 1;

/** A list of whole numbers (32 bits, signed) that grows: four bytes a number, and nothing for the collector to look at. */
export class GrowingInts {
  /** Undefined from the number on that is one too many. */
  #few: number[] | undefined = [];
  readonly #chunks: Int32Array<ArrayBuffer>[] = [];
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
      this.#turnToMany(this.#few);
    }
    const at = this.#count++;
    const chunk = this.#chunks[at >>> CHUNK_BITS] ?? this.#addChunk();
    chunk[at & CHUNK_MASK] = value;
  }

  /** The number at a position; 0 outside. */
  at(position: number): number {
    if (this.#few !== undefined) return this.#few[position] ?? 0;
    return this.#chunks[position >>> CHUNK_BITS]?.[position & CHUNK_MASK] ?? 0;
  }

  /** `position` must be inside. */
  set(position: number, value: number): void {
    if (this.#few !== undefined) {
      this.#few[position] = value;
      return;
    }
    const chunk = this.#chunks[position >>> CHUNK_BITS];
    if (chunk !== undefined) chunk[position & CHUNK_MASK] = value;
  }

  /** Makes every number 0, and adds zeros up to a length. */
  clearTo(length: number): void {
    if (this.#few !== undefined) {
      this.#few.fill(0);
      if (length > FEW_INTS) this.#turnToMany(this.#few);
    }
    if (this.#few !== undefined) {
      while (this.#few.length < length) this.#few.push(0);
      return;
    }
    for (const chunk of this.#chunks) chunk.fill(0);
    while (this.#chunks.length * CHUNK_INTS < length) this.#addChunk();
    this.#count = Math.max(this.#count, length);
  }

  /** Gives back what the numbers take, at once: the collector is in no hurry to. The list is empty then. */
  release(): void {
    for (const chunk of this.#chunks) chunk.buffer.transfer(0);
    this.#chunks.length = 0;
    this.#few = [];
    this.#count = 0;
  }

  #turnToMany(few: readonly number[]): void {
    this.#addChunk().set(few);
    this.#count = few.length;
    this.#few = undefined;
  }

  #addChunk(): Int32Array<ArrayBuffer> {
    const chunk = new Int32Array(CHUNK_INTS);
    this.#chunks.push(chunk);
    return chunk;
  }
}
