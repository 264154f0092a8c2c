// SPDX-License-Identifier: Apache-2.0
import { isDigest } from '../../core/digest.ts';
import { compareDecimal, findDecimal } from '../../schemas/policy/decimal.ts';
import type { PromotionPolicy } from '../../schemas/policy/promotion-policy.ts';
import type { Reason } from '../decision/decision.ts';
import type { EvaluationEvidence } from '../gate/ports.ts';
import type { GateRequest } from '../gate/request.ts';
import { isAtLeast } from './evidence-class.ts';
import { nameOf, shown } from './wording.ts';

/** What the policy asks of an evaluation before it counts; several rules add up to the strictest. */
export interface EvaluationDemand {
  readonly class: 'trusted' | 'attested';
  readonly boundTo: readonly ('model' | 'dataset')[];
}

/** The evaluation that decides for one metric. */
export type MetricChoice =
  | {
      readonly status: 'found';
      readonly evaluation: EvaluationEvidence;
      /** Others of the same class with another value. */
      readonly conflicts: readonly EvaluationEvidence[];
    }
  | {
      readonly status: 'missing' | 'undetermined';
      readonly reasons: readonly [Reason, ...Reason[]];
    };

export interface EvaluationChoice {
  readonly demand: EvaluationDemand;
  /** By metric of the score rules, in their order; one entry under null where the policy names no metric. */
  readonly byMetric: ReadonlyMap<string | null, MetricChoice>;
  /** Those found, each statement once. */
  readonly deciding: readonly EvaluationEvidence[];
}

/** The demand of a policy. Without an evaluation rule: trusted, and bound to both. */
export function evaluationDemand(policy: PromotionPolicy): EvaluationDemand {
  const rules = policy.rules.filter((rule) => rule.rule === 'evaluation');
  const [first, ...rest] = rules;
  if (first === undefined) return { class: 'trusted', boundTo: ['model', 'dataset'] };
  const isAttested = rules.some((rule) => rule.class === 'attested');
  const bound = new Set([...first.boundTo, ...rest.flatMap((rule) => rule.boundTo)]);
  return { class: isAttested ? 'attested' : 'trusted', boundTo: [...bound] };
}

/**
 * Picks the evaluations that decide: of those that the policy admits the newest in log order, or the one that the request
 * names. Evaluations below the class asked for are as if they were not there, so that a stranger changes nothing.
 */
export function chooseEvaluations(
  request: GateRequest,
  known: readonly EvaluationEvidence[],
): EvaluationChoice {
  const { policy } = request.policy;
  const demand = evaluationDemand(policy);
  const metrics = new Set(
    policy.rules.filter((rule) => rule.rule === 'score').map((rule) => rule.metric),
  );
  const sorted = known.toSorted(newestFirst);
  const byMetric = new Map<string | null, MetricChoice>();
  for (const metric of metrics.size === 0 ? [null] : metrics) {
    const ofMetric =
      metric === null ? sorted : sorted.filter((evaluation) => evaluation.metric === metric);
    byMetric.set(metric, chooseOne(request, demand, ofMetric));
  }
  const found = [...byMetric.values()].flatMap((choice) =>
    choice.status === 'found' ? [choice.evaluation] : [],
  );
  const deciding = [
    ...new Map(found.map((evaluation) => [evaluation.statement, evaluation])).values(),
  ];
  return { demand, byMetric, deciding };
}

/** True where a ref names content: the same ref is the same bytes for everybody. */
function isContentRef(ref: string): boolean {
  return isDigest(ref) || /^(?:oms|gitoid|dirhash):./.test(ref);
}

/** Whether the ref that a statement names is, by content, the one asked about; other spellings are the graph's aliases. */
function isBoundTo(named: string, asked: string): boolean {
  if (!isContentRef(named)) return false;
  if (named === asked || !isDigest(named) || !isDigest(asked)) return true;
  // one content has one digest of an algorithm, so two of them cannot be aliases whatever a document says
  return named.slice(0, named.indexOf(':')) !== asked.slice(0, asked.indexOf(':'));
}

function chooseOne(
  request: GateRequest,
  demand: EvaluationDemand,
  known: readonly EvaluationEvidence[],
): MetricChoice {
  const bound = known.filter(
    (evaluation) => unboundParts(request, demand, evaluation).length === 0,
  );
  const admitted = bound.filter((evaluation) => isAtLeast(evaluation.class, demand.class));
  const picked = admitted.filter(({ statement }) => {
    return request.evaluation === undefined || statement === request.evaluation;
  });
  const [newest] = picked;
  if (newest === undefined)
    return { status: 'missing', reasons: whyMissing(request, demand, known) };
  const rival = picked.find((other) => isRival(newest, other));
  if (rival !== undefined) {
    const message = `${nameOf(newest)} and ${nameOf(rival)} state two values and neither is newer`;
    return { status: 'undetermined', reasons: [{ code: 'evaluation-ambiguous', message }] };
  }
  const lost = request.evaluation === undefined ? findDowngraded(demand, bound, newest) : undefined;
  if (lost !== undefined) {
    const message = `the newer ${nameOf(lost)} once counted and is now ${lost.class}: what it says cannot be left out`;
    return { status: 'undetermined', reasons: [{ code: 'evaluation-downgraded', message }] };
  }
  const conflicts = admitted.filter(
    (other) => other.class === newest.class && !isSameValue(newest, other),
  );
  return { status: 'found', evaluation: newest, conflicts };
}

/** Two values with the same claim to be the newest. */
function isRival(newest: EvaluationEvidence, other: EvaluationEvidence): boolean {
  const isAsNew = other.logIndex === newest.logIndex || other.statement === newest.statement;
  return isAsNew && other.metric === newest.metric && !isSameValue(newest, other);
}

/** A newer evaluation that would decide, had its class not been lowered since (DESIGN.md 1.4). */
function findDowngraded(
  demand: EvaluationDemand,
  bound: readonly EvaluationEvidence[],
  newest: EvaluationEvidence,
): EvaluationEvidence | undefined {
  return bound.find((other) => {
    const ever = other.everClass ?? other.class;
    const isLost = isAtLeast(ever, demand.class) && !isAtLeast(other.class, demand.class);
    return isLost && other.logIndex > newest.logIndex;
  });
}

function isSameValue(a: EvaluationEvidence, b: EvaluationEvidence): boolean {
  if (a.metric !== b.metric) return true;
  const left = findDecimal(a.value);
  const right = findDecimal(b.value);
  if (left === undefined || right === undefined) return a.value === b.value;
  return compareDecimal(left, right) === 0;
}

function unboundParts(
  request: GateRequest,
  demand: EvaluationDemand,
  evaluation: EvaluationEvidence,
): readonly string[] {
  return demand.boundTo.filter((part) => !isBoundTo(evaluation[part], request[part]));
}

function whyMissing(
  request: GateRequest,
  demand: EvaluationDemand,
  known: readonly EvaluationEvidence[],
): readonly [Reason, ...Reason[]] {
  const asked = `${demand.class} evaluation bound to ${demand.boundTo.join(' and ')}`;
  const which = request.evaluation === undefined ? '' : `, ${request.evaluation}`;
  const missing = { code: 'evaluation-missing', message: `no ${asked}${which}` };
  const known20 = known
    .filter(({ statement }) => statement === (request.evaluation ?? statement))
    .slice(0, 20);
  const refused = known20.map((evaluation) => {
    const parts = unboundParts(request, demand, evaluation);
    const names = parts
      .map((part) => `names another ${part}, or names it by no content digest`)
      .join('; ');
    const why = names === '' ? `is only ${evaluation.class}` : names;
    return { code: 'evaluation-not-admitted', message: `${nameOf(evaluation)} ${shown(why)}` };
  });
  return [missing, ...refused];
}

function newestFirst(a: EvaluationEvidence, b: EvaluationEvidence): number {
  return (
    b.logIndex - a.logIndex ||
    compareText(a.statement, b.statement) ||
    compareText(a.metric, b.metric) ||
    compareText(a.value, b.value)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
