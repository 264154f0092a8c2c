// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError, type ErrorCode } from '../../core/errors.ts';
import type { Collected } from './collector.ts';

/** After so many things in a row that did not come, it is the source that is not there. */
const MAX_IN_A_ROW = 3;

/** Tells one thing that cannot be read from a source that has gone away. */
export class Misses {
  #inARow = 0;

  /** Something was read. */
  clear(): void {
    this.#inARow = 0;
  }

  /**
   * The refusal of one thing.
   * @throws what was thrown, where it is not the fault of one thing
   */
  refuse(source: string, error: unknown): Collected {
    if (!isPedigreeError(error)) throw error;
    if (error.code === 'ERR_SOURCE_UNAVAILABLE' && error.retryable) {
      if (++this.#inARow >= MAX_IN_A_ROW) throw error;
    }
    return { received: { source, refused: error }, cursor: null };
  }
}

/** A thing that is refused for what we know of it already. */
export function refusedThing(
  source: string,
  code: ErrorCode,
  message: string,
  hint?: string,
): Collected {
  const details = hint === undefined ? { file: source } : { file: source, hint };
  return { received: { source, refused: new PedigreeError(code, message, details) }, cursor: null };
}
