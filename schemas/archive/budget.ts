// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { RATIO_FLOOR_BYTES, type ArchiveLimits } from './model.ts';

/** Counts what an archive unpacks to and stops it before it costs more than it may. */
export class ArchiveBudget {
  readonly #limits: ArchiveLimits;
  readonly #ratioBytes: number;
  #members = 0;
  #bytes = 0;

  /** @param packedBytes size of the whole archive */
  constructor(limits: ArchiveLimits, packedBytes: number) {
    this.#limits = limits;
    this.#ratioBytes = Math.max(RATIO_FLOOR_BYTES, packedBytes * limits.ratio);
  }

  /** Bytes that may still be unpacked. */
  get remaining(): number {
    return Math.min(this.#limits.totalBytes, this.#ratioBytes) - this.#bytes;
  }

  /** @throws {PedigreeError} ERR_LIMIT_ITEMS */
  addMembers(count: number): void {
    this.#members += count;
    if (this.#members > this.#limits.members) {
      throw new PedigreeError(
        'ERR_LIMIT_ITEMS',
        `an archive of more than ${this.#limits.members} members`,
      );
    }
  }

  /** @throws {PedigreeError} ERR_LIMIT_SIZE, ERR_LIMIT_RATIO */
  addBytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.#limits.totalBytes) {
      throw new PedigreeError(
        'ERR_LIMIT_SIZE',
        `unpacks to more than ${this.#limits.totalBytes} bytes`,
      );
    }
    if (this.#bytes > this.#ratioBytes) {
      throw new PedigreeError(
        'ERR_LIMIT_RATIO',
        `unpacks to more than ${this.#limits.ratio} bytes for each packed byte`,
        { hint: 'this is how a zip bomb looks; unpack it yourself if it is none' },
      );
    }
  }
}
