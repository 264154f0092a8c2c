// SPDX-License-Identifier: Apache-2.0
import { assertNever } from '../../../core/errors.ts';
import type { PromotionRule } from '../../../schemas/policy/promotion-policy.ts';
import type { RuleContext, RuleResult } from '../rule-result.ts';
import { evaluateClosed } from './closed.ts';
import { evaluateEvaluation } from './evaluation.ts';
import { evaluateNotRevoked } from './not-revoked.ts';
import { evaluateScore } from './score.ts';
import { evaluateSignature } from './signature.ts';
import { evaluateTeeEvidence } from './tee-evidence.ts';

/** Evaluates one rule; what it throws is the gate's to catch. */
export async function evaluateRule(rule: PromotionRule, context: RuleContext): Promise<RuleResult> {
  switch (rule.rule) {
    case 'score':
      return evaluateScore(rule, context);
    case 'evaluation':
      return evaluateEvaluation(rule, context);
    case 'signature':
      return evaluateSignature(rule, context);
    case 'not-revoked':
      return evaluateNotRevoked(rule, context);
    case 'closed':
      return evaluateClosed(rule, context);
    case 'tee-evidence':
      return evaluateTeeEvidence(rule, context);
    default:
      return assertNever(rule);
  }
}
