// SPDX-License-Identifier: Apache-2.0
import type { Facts } from '../../../graph/domain/facts.ts';

/** The same facts with the places of another encoding: edges, claims and problems. Ids inside the document stay as they are. */
export function replacePointers(facts: Facts, placeOf: (pointer: string) => string): Facts {
  return {
    ...facts,
    edges: facts.edges.map((edge) => ({
      ...edge,
      pointers: [...new Set(edge.pointers.map(placeOf))].sort(),
    })),
    claims: facts.claims.map((claim) => ({ ...claim, pointer: placeOf(claim.pointer) })),
    problems: facts.problems.map((problem) => ({ ...problem, pointer: placeOf(problem.pointer) })),
  };
}
