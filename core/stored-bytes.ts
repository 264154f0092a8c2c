// SPDX-License-Identifier: Apache-2.0
// A document's bytes, whether they are held or lie somewhere else.

/** Bytes that lie outside of memory and are read a piece at a time. They never change. */
export interface StoredBytes {
  readonly length: number;
  /**
   * Fills `target` with the bytes from `from` on. There must be so many.
   * @throws {PedigreeError} ERR_STORE_UNAVAILABLE where they cannot be read back
   */
  readInto(target: Uint8Array, from: number): void;
  /** Gives back what they lie in; they cannot be read any more. Does nothing the second time. */
  close(): void;
}

/** A document's bytes: in memory as long as it is small, else stored. */
export type DocumentBytes = Uint8Array | StoredBytes;

/** Length of a block of stored bytes; the last one may be shorter. */
export const BLOCK_BYTES = 1 << 18;
const WINDOW_BYTES = 1 << 16;

/** True where the bytes are in memory. */
export function isHeld(bytes: DocumentBytes): bytes is Uint8Array {
  return bytes instanceof Uint8Array;
}

/**
 * All of the bytes in memory. For formats that cannot be read in pieces.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
 */
export function loadAll(bytes: DocumentBytes): Uint8Array {
  return headOf(bytes, bytes.length);
}

/**
 * The first bytes, as many as there are of `most`.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
 */
export function headOf(bytes: DocumentBytes, most: number): Uint8Array {
  if (isHeld(bytes)) return bytes.subarray(0, most);
  const head = new Uint8Array(Math.min(most, bytes.length));
  bytes.readInto(head, 0);
  return head;
}

/** Gives back what stored bytes lie in. */
export function closeBytes(bytes: DocumentBytes): void {
  if (!isHeld(bytes)) bytes.close();
}

/**
 * The bytes in order, in blocks. A block is overwritten by the next one.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
 */
export function* blocksOf(bytes: DocumentBytes): Generator<Uint8Array, void, undefined> {
  if (isHeld(bytes)) {
    yield bytes;
    return;
  }
  const block = new Uint8Array(Math.min(BLOCK_BYTES, bytes.length));
  for (let from = 0; from < bytes.length; from += block.length) {
    const piece = block.subarray(0, bytes.length - from);
    bytes.readInto(piece, from);
    yield piece;
  }
}

/** Bytes by their position. Of stored bytes it holds a window, and turns it to where they are asked for. */
export class ByteView {
  readonly length: number;
  readonly #bytes: DocumentBytes;
  readonly #windowBytes: number;
  #window: Uint8Array;
  /** Position of the first byte of the window. */
  #from = 0;
  #spare: Uint8Array | undefined;

  /** @param windowBytes how much of stored bytes is held; a test makes it small */
  constructor(bytes: DocumentBytes, windowBytes: number = WINDOW_BYTES) {
    this.#bytes = bytes;
    this.#windowBytes = windowBytes;
    this.length = bytes.length;
    this.#window = isHeld(bytes) ? bytes : new Uint8Array(0);
  }

  /**
   * The byte at a position; undefined outside.
   * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
   */
  at(position: number): number | undefined {
    const byte = this.#window[position - this.#from];
    return byte === undefined ? this.#turnTo(position) : byte;
  }

  /**
   * The bytes of a range. They are overwritten by the next call.
   * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
   */
  range(from: number, to: number): Uint8Array {
    if (isHeld(this.#bytes)) return this.#bytes.subarray(from, to);
    const target = this.#bufferOf(Math.min(to, this.length) - from);
    this.#bytes.readInto(target, from);
    return target;
  }

  /**
   * The text of a range of UTF-8.
   * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
   */
  text(from: number, to: number): string {
    const { buffer, byteOffset, length } = this.range(from, to);
    return Buffer.from(buffer, byteOffset, length).toString('utf8');
  }

  #turnTo(position: number): number | undefined {
    if (isHeld(this.#bytes) || !(position >= 0 && position < this.length)) return undefined;
    // windows begin at multiples of their size, so that walking back turns no more of them than walking on
    this.#from = position - (position % this.#windowBytes);
    const size = Math.min(this.#windowBytes, this.length - this.#from);
    if (this.#window.length !== size) this.#window = new Uint8Array(size);
    this.#bytes.readInto(this.#window, this.#from);
    return this.#window[position - this.#from];
  }

  /** One for most ranges; a long one has a buffer of its own, which nobody keeps. */
  #bufferOf(size: number): Uint8Array {
    if (size > this.#windowBytes) return new Uint8Array(size);
    this.#spare ??= new Uint8Array(this.#windowBytes);
    return this.#spare.subarray(0, size);
  }
}
