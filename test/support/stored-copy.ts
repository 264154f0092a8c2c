// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import type { StoredBytes } from '../../core/stored-bytes.ts';

/** Stored bytes that lie in memory after all, and can be made to fail. */
export class StoredCopy implements StoredBytes {
  readonly length: number;
  readonly #bytes: Uint8Array;
  isClosed = false;
  /** Reads that still go well. */
  readsLeft = Number.POSITIVE_INFINITY;
  /** Bytes of the longest read. */
  longestRead = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.slice();
    this.length = bytes.length;
  }

  readInto(target: Uint8Array, from: number): void {
    if (this.isClosed || this.readsLeft-- <= 0)
      throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'a disk that is broken on purpose');
    if (from < 0 || from + target.length > this.length) throw new Error('read past the end');
    this.longestRead = Math.max(this.longestRead, target.length);
    target.set(this.#bytes.subarray(from, from + target.length));
  }

  close(): void {
    this.isClosed = true;
  }
}
