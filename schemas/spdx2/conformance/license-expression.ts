// SPDX-License-Identifier: Apache-2.0

const OPERATORS = new Set(['AND', 'OR', 'WITH']);
const OPERAND = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+\+?$/;

/**
 * Annex D: the licences of an expression; undefined where it is none. Operators may be written small ("should be matched in a
 * case-sensitive manner"). Whether a licence is on the list is not asked: the list grows.
 */
export function findLicenses(text: string): readonly string[] | undefined {
  const licenses: string[] = [];
  let depth = 0;
  let wantsOperand = true;
  for (const [token] of text.matchAll(/[()]|[^\s()]+/g)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (OPERATORS.has(token.toUpperCase())) {
      if (wantsOperand) return undefined;
      wantsOperand = true;
      continue;
    } else if (!wantsOperand || !OPERAND.test(token)) return undefined;
    else {
      licenses.push(token);
      wantsOperand = false;
      continue;
    }
    if (depth < 0 || wantsOperand !== (token === '(')) return undefined;
  }
  return depth === 0 && !wantsOperand ? licenses : undefined;
}
