// SPDX-License-Identifier: Apache-2.0
import type { EvaluationRule } from '../../../schemas/policy/promotion-policy.ts';
import { ruleResult, worstOutcome } from '../rule-result.ts';
import type { RuleContext, RuleResult } from '../rule-result.ts';
import { evidenceOf, nameOf } from '../wording.ts';

/** For every metric that the policy asks about there is an evaluation of the class and binding that it asks. */
export async function evaluateEvaluation(
  rule: EvaluationRule,
  context: RuleContext,
): Promise<RuleResult> {
  const { byMetric, deciding, demand } = await context.choice();
  const choices = [...byMetric.values()];
  const outcome = worstOutcome(
    choices.map(({ status }) =>
      status === 'found' ? 'passed' : status === 'missing' ? 'failed' : status,
    ),
  );
  const evidence = deciding.map(evidenceOf);
  const held = deciding.map((evaluation) => ({
    code: 'evaluation-admitted',
    message: `${nameOf(evaluation)} is ${evaluation.class}`,
  }));
  if (outcome === 'passed' && deciding.length > 0) {
    return ruleResult('passed', held, { evidence, isPositive: true });
  }
  const reasons = choices.flatMap((choice) => (choice.status === 'found' ? [] : choice.reasons));
  const { model, dataset } = context.request;
  const need = {
    need: 'statement',
    statement: 'evaluation',
    subjects: [model, dataset],
    class: demand.class,
    conditions: [`names the ${rule.boundTo.join(' and the ')} by content digest`],
  } as const;
  return ruleResult(outcome === 'passed' ? 'failed' : outcome, [...reasons, ...held], {
    evidence,
    needs: [need],
  });
}
