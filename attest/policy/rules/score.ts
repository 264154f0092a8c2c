// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import { compareDecimal, findDecimal } from '../../../schemas/policy/decimal.ts';
import type { ScoreRule } from '../../../schemas/policy/promotion-policy.ts';
import type { Reason } from '../../decision/decision.ts';
import type { EvaluationEvidence } from '../../gate/ports.ts';
import type { EvaluationDemand } from '../deciding-evaluations.ts';
import { ruleResult } from '../rule-result.ts';
import type { Need, RuleContext, RuleResult } from '../rule-result.ts';
import { evidenceOf, nameOf } from '../wording.ts';

/** The deciding evaluation's value lies within the bounds and its sample is large enough. */
export async function evaluateScore(rule: ScoreRule, context: RuleContext): Promise<RuleResult> {
  const { byMetric, demand } = await context.choice();
  const needs = [scoreNeed(rule, demand, context)];
  const choice = byMetric.get(rule.metric);
  if (choice === undefined) {
    return ruleResult('undetermined', [
      { code: 'metric-not-asked', message: 'the metric was not looked up' },
    ]);
  }
  if (choice.status !== 'found') {
    const outcome = choice.status === 'missing' ? 'failed' : 'undetermined';
    return ruleResult(outcome, choice.reasons, { needs });
  }
  const { evaluation, conflicts } = choice;
  const evidence = [evidenceOf(evaluation)];
  const warnings = conflicts.slice(0, 20).map((other) => conflictReason(evaluation, other));
  const faults = [...scoreFaults(rule, evaluation), ...sampleFaults(rule, evaluation)];
  if (faults.length > 0) return ruleResult('failed', [...faults, ...warnings], { evidence, needs });
  const met = {
    code: 'score-met',
    message: `${excerpt(rule.metric, 60)} is ${evaluation.value}, ${boundsText(rule)}, in ${nameOf(evaluation)}`,
  };
  return ruleResult('passed', [met, ...warnings], { evidence, isPositive: true });
}

function scoreFaults(rule: ScoreRule, evaluation: EvaluationEvidence): Reason[] {
  const metric = excerpt(rule.metric, 60);
  const value = findDecimal(evaluation.value);
  if (value === undefined) {
    const message = `${metric} is "${excerpt(evaluation.value, 40)}", which is no finite number, in ${nameOf(evaluation)}`;
    return [{ code: 'score-not-a-number', message }];
  }
  const faults: Reason[] = [];
  if (rule.min === null && rule.max === null) {
    faults.push({
      code: 'score-without-bounds',
      message: 'the rule has no bound, so nothing meets it',
    });
  }
  if (rule.min !== null && compareDecimal(value, rule.min) < 0) {
    const message = `${metric} is ${value}, below the minimum ${rule.min}, in ${nameOf(evaluation)}`;
    faults.push({ code: 'score-below-minimum', message });
  }
  if (rule.max !== null && compareDecimal(value, rule.max) > 0) {
    const message = `${metric} is ${value}, above the maximum ${rule.max}, in ${nameOf(evaluation)}`;
    faults.push({ code: 'score-above-maximum', message });
  }
  return faults;
}

function sampleFaults({ minSampleSize }: ScoreRule, evaluation: EvaluationEvidence): Reason[] {
  if (minSampleSize === null) return [];
  const size = findDecimal(evaluation.sampleSize ?? '');
  if (size === undefined) {
    const message = `${nameOf(evaluation)} states no sample size; at least ${minSampleSize} is asked`;
    return [{ code: 'sample-size-missing', message }];
  }
  if (compareDecimal(size, minSampleSize) >= 0) return [];
  const message = `${nameOf(evaluation)} rests on ${size} samples; at least ${minSampleSize} are asked`;
  return [{ code: 'sample-size-too-small', message }];
}

function conflictReason(evaluation: EvaluationEvidence, other: EvaluationEvidence): Reason {
  const message = `${nameOf(other)} states ${excerpt(other.value, 40)}, ${nameOf(evaluation)} states ${excerpt(evaluation.value, 40)}`;
  return { code: 'score-conflict', message };
}

function boundsText({ min, max }: ScoreRule): string {
  const bounds = [min === null ? '' : `at least ${min}`, max === null ? '' : `at most ${max}`];
  return bounds.filter((bound) => bound !== '').join(' and ');
}

function scoreNeed(rule: ScoreRule, demand: EvaluationDemand, { request }: RuleContext): Need {
  const sample = rule.minSampleSize === null ? [] : [`sample size at least ${rule.minSampleSize}`];
  const picked =
    request.evaluation === undefined ? [] : ['asked about instead of the evaluation picked now'];
  return {
    need: 'statement',
    statement: 'evaluation',
    subjects: [request.model, request.dataset],
    class: demand.class,
    conditions: [`${excerpt(rule.metric, 60)} ${boundsText(rule)}`, ...sample, ...picked],
  };
}
