// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { findInstant, type Instant } from '../../../core/instant.ts';
import type { Head } from '../../port/store.ts';

/**
 * The head from what a store kept of it.
 * @throws {PedigreeError} ERR_STORE_CORRUPT where these cannot be the parts of a head
 */
export function toHead(size: number, frontier: readonly string[], time: string | null): Head {
  if (!Number.isSafeInteger(size) || size < 0) throw corruptHead();
  return { size, frontier, time: time === null ? null : instantOf(time) };
}

function instantOf(text: string): Instant {
  const instant = findInstant(text);
  if (instant === undefined || instant !== text) throw corruptHead();
  return instant;
}

function corruptHead(): PedigreeError {
  return new PedigreeError('ERR_STORE_CORRUPT', 'the head of the log is not readable', {
    hint: 'restore the store from a backup',
  });
}
