// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import type { AppMiddleware } from '../env.ts';

/** How much later than the body's the answer's time ends: the slow body is then the one that is told. */
const GRACE_MS = 50;

/**
 * Ends a request that takes too long with ERR_LIMIT_TIME (503; 408 where it is the body that does not come). What it had
 * begun may still be completed: everything that changes state can be sent again. Time is only looked at between steps; a
 * question that computes is bounded by the limits on what it may ask.
 */
export function limitTime(requestMs: number): AppMiddleware {
  return async (c, next) => {
    const controller = new AbortController();
    c.set('deadline', controller.signal);
    const late = Promise.withResolvers<never>();
    const bodyTimer = setTimeout(() => controller.abort(), requestMs);
    const timer = setTimeout(() => late.reject(tookTooLong()), requestMs + GRACE_MS);
    try {
      await Promise.race([next(), late.promise]);
    } finally {
      clearTimeout(bodyTimer);
      clearTimeout(timer);
    }
  };
}

function tookTooLong(): PedigreeError {
  return new PedigreeError('ERR_LIMIT_TIME', 'the answer took too long', {
    hint: 'ask again, or for less; documents that were sent may have been logged, and may be sent again',
    retryable: true,
  });
}
