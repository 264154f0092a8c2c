// SPDX-License-Identifier: Apache-2.0
import type { SchemaProblem } from '../../schemas/intoto/problem.ts';
import type { ReadContext, Reading } from './extractor.ts';

/**
 * The answer of strict mode for a format that nobody publishes a schema of: the document was read as what it is, so it has
 * what its reader cannot do without.
 * @param faults what its tool writes besides, and this document lacks
 */
export function formConformance(
  context: ReadContext,
  faults: readonly SchemaProblem[] = [],
): Pick<Reading, 'conformant' | 'conformanceProblems'> {
  if (context.strict !== true) return { conformant: null, conformanceProblems: [] };
  return { conformant: faults.length === 0, conformanceProblems: faults };
}
