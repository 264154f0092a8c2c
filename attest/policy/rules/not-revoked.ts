// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import type { NotRevokedRule } from '../../../schemas/policy/promotion-policy.ts';
import type { Outcome, Reason } from '../../decision/decision.ts';
import type { ContaminationPath } from '../../gate/ports.ts';
import { ruleResult } from '../rule-result.ts';
import type { Need, RuleContext, RuleResult } from '../rule-result.ts';
import { shown } from '../wording.ts';

const MAX_LISTED = 20;
const MAX_STEPS_SHOWN = 12;

/** No path of the class that the policy asks leads from these to something revoked; weaker paths do what onPossible says. */
export async function evaluateNotRevoked(
  rule: NotRevokedRule,
  context: RuleContext,
): Promise<RuleResult> {
  const { request, facts } = context;
  const refs = await refsOf(rule, context);
  if (refs === null) {
    const message = 'there is no deciding evaluation to ask about';
    return ruleResult('failed', [{ code: 'evaluation-missing', message }], {
      needs: [await evaluationNeed(context)],
    });
  }
  const { against, onPossible } = request.policy.policy;
  const { affected, possible, skipped } = await facts.contamination(refs, against);
  const hits = affected.toSorted(comparePaths);
  const maybe = possible.toSorted(comparePaths);
  const reasons = [
    ...hits.slice(0, MAX_LISTED).map((path) => pathReason('revoked', path)),
    ...countMore(hits.length),
    ...(onPossible === 'ignore'
      ? []
      : maybe.slice(0, MAX_LISTED).map((path) => pathReason('possibly-revoked', path))),
    ...(onPossible === 'ignore' ? [] : countMore(maybe.length)),
  ];
  const details = {
    skipped: skipped.toSorted(),
    needs: needsOf(hits, onPossible === 'undetermined' ? maybe : []),
  };
  if (hits.length > 0) return ruleResult('failed', reasons, details);
  const outcome: Outcome =
    maybe.length > 0 && onPossible === 'undetermined' ? 'undetermined' : 'passed';
  const clear = {
    code: 'not-revoked',
    message: `no ${against} path from ${rule.of.join(', ')} to anything revoked`,
  };
  return ruleResult(outcome, [clear, ...reasons], details);
}

async function evaluationNeed(context: RuleContext): Promise<Need> {
  const { model, dataset } = context.request;
  const { demand } = await context.choice();
  return {
    need: 'statement',
    statement: 'evaluation',
    subjects: [model, dataset],
    class: demand.class,
    conditions: [],
  };
}

async function refsOf(rule: NotRevokedRule, context: RuleContext): Promise<string[] | null> {
  const { request } = context;
  const refs = rule.of.filter((part) => part !== 'evaluation').map((part) => request[part]);
  if (!rule.of.includes('evaluation')) return refs;
  const { deciding, byMetric } = await context.choice();
  if (deciding.length === 0 || [...byMetric.values()].some(({ status }) => status !== 'found'))
    return null;
  return [...refs, ...deciding.map(({ ref, statement }) => ref ?? `document:${statement}`)];
}

function pathReason(code: string, found: ContaminationPath): Reason {
  const steps = found.path.slice(0, MAX_STEPS_SHOWN).map(shown);
  if (found.path.length > MAX_STEPS_SHOWN)
    steps.push(`${found.path.length - MAX_STEPS_SHOWN} more`);
  const why = `revoked for ${excerpt(found.reason)} at log index ${found.revocationIndex}`;
  return {
    code,
    message: `${shown(found.target)} is ${why}; ${found.class} path: ${steps.join(' > ')}`,
  };
}

function countMore(count: number): Reason[] {
  if (count <= MAX_LISTED) return [];
  return [{ code: 'more-paths', message: `and ${count - MAX_LISTED} more paths` }];
}

/** Each revocation once: withdrawing it would clear every path to it. */
function needsOf(hits: readonly ContaminationPath[], maybe: readonly ContaminationPath[]): Need[] {
  const byRevocation = new Map<string, Need>();
  for (const { target, revocationIndex } of [...hits, ...maybe]) {
    byRevocation.set(`${revocationIndex} ${target}`, {
      need: 'withdrawal',
      statement: 'revocation',
      subjects: [target],
      class: 'trusted',
      conditions: [`withdraws the revocation at log index ${revocationIndex}`],
    });
  }
  return [...byRevocation.values()].slice(0, MAX_LISTED);
}

function comparePaths(a: ContaminationPath, b: ContaminationPath): number {
  const left = [a.target, ...a.path].join('\n');
  const right = [b.target, ...b.path].join('\n');
  return a.revocationIndex - b.revocationIndex || (left < right ? -1 : left > right ? 1 : 0);
}
