// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';

/** Reads fields one after the other; no length is believed before the bytes are there. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  #at = 0;

  /** @param base offset of the first byte in the whole evidence, for messages */
  constructor(bytes: Uint8Array, base = 0) {
    this.#bytes = bytes;
    this.#base = base;
  }

  /** Offset of the next byte in the whole evidence. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /**
   * The next bytes, as a view.
   * @throws {PedigreeError} ERR_PARSE_EVIDENCE where there are fewer
   */
  take(sizeBytes: number, what: string): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (sizeBytes > left) {
      throw quoteError(`${what} has ${sizeBytes} bytes, only ${left} are left`, this.offset);
    }
    const field = this.#bytes.subarray(this.#at, this.#at + sizeBytes);
    this.#at += sizeBytes;
    return field;
  }

  /** Little-endian. Throws as take does. */
  takeUint16(what: string): number {
    const [low = 0, high = 0] = this.take(2, what);
    return low + high * 0x100;
  }

  /** Little-endian. Throws as take does. */
  takeUint32(what: string): number {
    const low = this.takeUint16(what);
    return low + this.takeUint16(what) * 0x1_0000;
  }

  /** A reader of the next bytes and of nothing behind them. Throws as take does. */
  takeReader(sizeBytes: number, what: string): ByteReader {
    const base = this.offset;
    return new ByteReader(this.take(sizeBytes, what), base);
  }

  /** All that is left. */
  takeRest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at, 'rest');
  }

  /**
   * The end of what was declared.
   * @throws {PedigreeError} ERR_PARSE_EVIDENCE where bytes are left over
   */
  assertEnd(what: string): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw quoteError(`${what} has ${left} bytes more than its parts`, this.offset);
  }
}

/** Always ERR_PARSE_EVIDENCE. */
export function quoteError(message: string, offset: number): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', `${message} (offset ${offset})`);
}
