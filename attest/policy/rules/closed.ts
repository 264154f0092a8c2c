// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import type { ClosedRule } from '../../../schemas/policy/promotion-policy.ts';
import type { EvidenceRef, Outcome, Reason } from '../../decision/decision.ts';
import { ruleResult, worstOutcome } from '../rule-result.ts';
import type { Need, RuleContext, RuleResult } from '../rule-result.ts';
import { shown } from '../wording.ts';

const MAX_LISTED = 20;

/** All inputs of these, and of their bases, are known. What may not be seen leaves it undetermined. */
export async function evaluateClosed(
  rule: ClosedRule,
  { request, facts }: RuleContext,
): Promise<RuleResult> {
  const outcomes: Outcome[] = [];
  const reasons: Reason[] = [];
  const evidence: EvidenceRef[] = [];
  const needs: Need[] = [];
  for (const part of rule.of) {
    const ref = request[part];
    const report = await facts.closure(ref, rule.class);
    evidence.push(
      ...(report.evidence ?? []).map(({ document, logIndex }) => ({ document, logIndex })),
    );
    const withheld = report.withheld ?? [];
    if (withheld.length > 0) {
      outcomes.push('undetermined');
      reasons.push({
        code: 'inputs-withheld',
        message: `inputs of the ${part} cannot be seen: ${listed(withheld)}`,
      });
    } else if (report.closed && report.missing.length === 0) {
      outcomes.push('passed');
      reasons.push({
        code: 'closed',
        message: `all inputs of the ${part} ${shown(ref)} are known`,
      });
    } else {
      outcomes.push('failed');
      reasons.push({
        code: 'not-closed',
        message: `not all inputs of the ${part} are known; missing: ${listed(report.missing)}`,
      });
      needs.push({
        need: 'closure',
        statement: 'completeness',
        subjects: [ref],
        class: rule.class,
        conditions: report.missing.slice(0, MAX_LISTED).map((missing) => excerpt(missing, 160)),
      });
    }
  }
  // a rule that names nothing has shown nothing
  if (outcomes.length === 0) outcomes.push('undetermined');
  const outcome = worstOutcome(outcomes);
  return ruleResult(outcome, reasons, { evidence, needs, isPositive: outcome === 'passed' });
}

function listed(items: readonly string[]): string {
  if (items.length === 0) return 'nobody says what';
  const shownItems = items.slice(0, MAX_LISTED).map((item) => excerpt(item, 160));
  const rest = items.length - shownItems.length;
  return [...shownItems, ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}
