// SPDX-License-Identifier: Apache-2.0
import type { EvidenceRef, NonceUse, Outcome, Reason } from '../decision/decision.ts';
import type { EvidenceClass, GateFacts } from '../gate/ports.ts';
import type { GateRequest } from '../gate/request.ts';
import type { EvaluationChoice } from './deciding-evaluations.ts';

/** What would settle a rule. Who may sign it is added where the signer policy is at hand. */
export interface Need {
  readonly need: 'statement' | 'withdrawal' | 'closure';
  readonly statement: string;
  readonly subjects: readonly string[];
  readonly class: EvidenceClass;
  readonly conditions: readonly string[];
}

/** How one rule came out. */
export interface RuleResult {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
  readonly evidence: readonly EvidenceRef[];
  /** Empty where the rule passed, or no evidence could help. */
  readonly needs: readonly Need[];
  /** The rule rests on a claim or document of somebody's, not on the absence of bad news. */
  readonly isPositive: boolean;
  readonly simulated: boolean;
  readonly nonces: readonly NonceUse[];
  readonly skipped: readonly string[];
}

/** What every rule may ask. */
export interface RuleContext {
  readonly request: GateRequest;
  readonly facts: GateFacts;
  /** The evaluations that decide; loaded once for all rules. */
  choice(): Promise<EvaluationChoice>;
}

/** A result with the members that most rules leave empty. */
export function ruleResult(
  outcome: Outcome,
  reasons: readonly Reason[],
  details: Partial<Omit<RuleResult, 'outcome' | 'reasons'>> = {},
): RuleResult {
  return {
    outcome,
    reasons,
    evidence: [],
    needs: [],
    isPositive: false,
    simulated: false,
    nonces: [],
    skipped: [],
    ...details,
  };
}

/** Failed before undetermined before passed. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('failed')) return 'failed';
  return outcomes.includes('undetermined') ? 'undetermined' : 'passed';
}
