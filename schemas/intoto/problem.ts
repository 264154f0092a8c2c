// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';

/** A departure from a format's own specification that reading tolerates, with its place. */
export interface SchemaProblem {
  /** Stable, kebab-case. */
  readonly code: string;
  /** JSON Pointer into the document. */
  readonly pointer: string;
  readonly message: string;
}

/** Adds to a list that is bounded, so that a hostile document cannot make its own fault report the largest thing in memory. */
export function addProblem(
  list: SchemaProblem[],
  code: string,
  pointer: string,
  message: string,
): void {
  if (list.length < LIMITS.problems) list.push({ code, pointer, message });
}
