// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import type { SpdxProblem } from './model.ts';

/**
 * Lists of problems as one. Beyond the limit the last one stands for the rest, as in each of the lists.
 * @param place of the document as a whole
 */
export function joinProblems(
  lists: readonly (readonly SpdxProblem[])[],
  place = '',
): readonly SpdxProblem[] {
  const all = lists.flat();
  if (all.length <= LIMITS.problems) return all;
  const message = `more than ${LIMITS.problems} problems; the rest are not listed`;
  return [...all.slice(0, LIMITS.problems - 1), { code: 'more-problems', pointer: place, message }];
}
