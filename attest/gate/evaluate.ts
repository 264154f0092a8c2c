// SPDX-License-Identifier: Apache-2.0
import { sha256 } from '../../core/digest.ts';
import { excerpt, isPedigreeError } from '../../core/errors.ts';
import type {
  Decision,
  EvidenceRef,
  Outcome,
  Requirement,
  RuleOutcome,
} from '../decision/decision.ts';
import { chooseEvaluations } from '../policy/deciding-evaluations.ts';
import type { EvaluationChoice } from '../policy/deciding-evaluations.ts';
import { ruleResult, worstOutcome } from '../policy/rule-result.ts';
import type { RuleContext, RuleResult } from '../policy/rule-result.ts';
import { evaluateRule } from '../policy/rules/evaluate-rule.ts';
import { shown } from '../policy/wording.ts';
import type { GateFacts } from './ports.ts';
import type { GateRequest } from './request.ts';
import { requirementsOf } from './would-flip.ts';

/**
 * Decides whether the model, with its score on the dataset, may go to the environment. Any failed rule denies; else any
 * undetermined rule leaves it undetermined; else it is allowed. Never allows on a policy without rules, on an environment
 * that the policy does not name, on no evidence at all, or on a rule that broke. Does not throw.
 */
export async function evaluateTriple(request: GateRequest, facts: GateFacts): Promise<Decision> {
  const head = { size: facts.head.size, root: facts.head.root };
  const context = createContext(request, facts);
  const results: RuleResult[] = [];
  // one after the other: the order of questions is the same each time
  for (const rule of request.policy.policy.rules) {
    results.push(await guarded(() => evaluateRule(rule, context)));
  }
  const choice = await findChoice(context);
  const asked = gateOutcomes(request, results);
  if (facts.head.size !== head.size || facts.head.root !== head.root) {
    asked.push(
      gateOutcome('undetermined', 'head-moved', 'the log moved on while the rules were evaluated'),
    );
  }
  return toDecision({ request, head, results, asked, choice });
}

function createContext(request: GateRequest, facts: GateFacts): RuleContext {
  let pending: Promise<EvaluationChoice> | undefined;
  const load = async (): Promise<EvaluationChoice> => {
    return chooseEvaluations(request, await facts.evaluations(request.model, request.dataset));
  };
  return { request, facts, choice: () => (pending ??= load()) };
}

/** A rule that breaks has not passed, and has not proven anything either. */
async function guarded(evaluate: () => Promise<RuleResult>): Promise<RuleResult> {
  try {
    return await evaluate();
  } catch (error) {
    const code = isPedigreeError(error) ? error.code : 'ERR_INTERNAL';
    const why = isPedigreeError(error) ? `: ${excerpt(error.message, 200)}` : '';
    return ruleResult('undetermined', [{ code, message: `the rule could not be evaluated${why}` }]);
  }
}

async function findChoice(context: RuleContext): Promise<EvaluationChoice | null> {
  try {
    return await context.choice();
  } catch {
    // every rule that needed it is undetermined already; the others do not depend on it
    return null;
  }
}

/** What the gate asks whatever the policy says. */
function gateOutcomes(request: GateRequest, results: readonly RuleResult[]): RuleOutcome[] {
  const { environment, policy } = request;
  const outcomes: RuleOutcome[] = [];
  if (!policy.policy.environments.includes(environment)) {
    const message = `the policy ${shown(policy.policy.name)} does not decide about the environment ${shown(environment)}`;
    outcomes.push(gateOutcome('failed', 'environment-not-covered', message));
  }
  if (results.length === 0) {
    outcomes.push(gateOutcome('undetermined', 'no-rules', 'the policy has no rules'));
  }
  const isEmpty = !results.some(({ outcome, isPositive }) => outcome === 'passed' && isPositive);
  if (results.length > 0 && isEmpty) {
    const message = 'no rule found evidence that speaks for the model';
    outcomes.push(gateOutcome('undetermined', 'no-evidence', message));
  }
  return outcomes;
}

function gateOutcome(outcome: Outcome, code: string, message: string): RuleOutcome {
  return { index: null, rule: 'gate', outcome, reasons: [{ code, message }], evidence: [] };
}

interface Evaluated {
  readonly request: GateRequest;
  readonly head: Decision['head'];
  readonly results: readonly RuleResult[];
  readonly asked: readonly RuleOutcome[];
  readonly choice: EvaluationChoice | null;
}

function toDecision({ request, head, results, asked, choice }: Evaluated): Decision {
  const rules = [...results.map((result, index) => toOutcome(request, result, index)), ...asked];
  const worst = worstOutcome(rules.map(({ outcome }) => outcome));
  const outcome = worst === 'passed' ? 'allow' : worst === 'failed' ? 'deny' : 'undetermined';
  const { policy, digest, logIndex } = request.policy;
  const body = {
    type: 'pedigree/decision/v1',
    outcome,
    simulated: results.some(({ simulated }) => simulated),
    environment: request.environment,
    model: request.model,
    dataset: request.dataset,
    evaluations: (choice?.deciding ?? []).map(({ statement }) => statement),
    requested: request.evaluation ?? null,
    // a policy that nobody logged must not use up the nonces of one that counts
    nonces: logIndex === null ? [] : results.flatMap(({ nonces }) => nonces),
    rules,
    wouldFlip: findFlip(request, results, asked),
    skipped: [...new Set(results.flatMap(({ skipped }) => skipped))].toSorted(),
    signerPolicy: request.signerPolicy.digest,
    trustRoots: request.trustRoots,
    anchors: anchorLines(request),
    head,
    at: request.clock,
    engine: request.engine,
  } as const;
  const { name } = policy;
  return logIndex === null
    ? { ...body, advisory: true, policy: { name, digest, logIndex } }
    : { ...body, advisory: false, policy: { name, digest, logIndex } };
}

/** Empty where all passed, and where some obstacle is not a lack of evidence: then no document would help. */
function findFlip(
  request: GateRequest,
  results: readonly RuleResult[],
  asked: readonly RuleOutcome[],
): Requirement[] {
  const unsettled = results.flatMap((result, index) => {
    return result.outcome === 'passed' ? [] : [{ index, needs: result.needs }];
  });
  // no-evidence goes away with the evidence that the rules need
  const isObstructed = asked.some(({ reasons }) =>
    reasons.some(({ code }) => code !== 'no-evidence'),
  );
  if (isObstructed || unsettled.some(({ needs }) => needs.length === 0)) return [];
  return requirementsOf(unsettled, request.signerPolicy.policy);
}

function toOutcome(request: GateRequest, result: RuleResult, index: number): RuleOutcome {
  const rule = request.policy.policy.rules[index]?.rule ?? 'gate';
  const evidence = result.evidence.toSorted(compareEvidence);
  return { index, rule, outcome: result.outcome, reasons: result.reasons, evidence };
}

function compareEvidence(a: EvidenceRef, b: EvidenceRef): number {
  return a.logIndex - b.logIndex || (a.document < b.document ? -1 : 1);
}

function anchorLines({ anchors }: GateRequest): string[] {
  return [...anchors]
    .flatMap(([kind, files]) => files.map(({ bytes }) => `${kind} ${sha256(bytes)}`))
    .toSorted();
}
