// SPDX-License-Identifier: Apache-2.0
import { matchesAny } from '../../schemas/policy/pattern.ts';
import type { SignerPolicy } from '../../schemas/policy/signer-policy.ts';
import type { MaySign, Requirement } from '../decision/decision.ts';
import { strongerClass } from '../policy/evidence-class.ts';
import type { Need } from '../policy/rule-result.ts';

/** The needs of one rule that did not pass. */
export interface RuleNeeds {
  readonly index: number;
  readonly needs: readonly Need[];
}

/**
 * The smallest evidence that would settle all rules that did not pass: needs for the same kind of statement about the same
 * things are one document with all their conditions.
 */
export function requirementsOf(
  unsettled: readonly RuleNeeds[],
  policy: SignerPolicy,
): Requirement[] {
  const merged = new Map<string, Requirement>();
  for (const { index, needs } of unsettled) {
    for (const need of needs) {
      const key = JSON.stringify([
        need.need,
        need.statement,
        need.subjects,
        need.need === 'withdrawal' ? need.conditions : [],
      ]);
      const before = merged.get(key);
      merged.set(
        key,
        before === undefined ? toRequirement(index, need, policy) : merge(before, index, need),
      );
    }
  }
  return [...merged.values()];
}

function toRequirement(index: number, need: Need, policy: SignerPolicy): Requirement {
  return {
    rules: [index],
    need: need.need,
    statement: need.statement,
    subjects: need.subjects,
    class: need.class,
    conditions: [...new Set(need.conditions)],
    maySign: whoMaySign(need, policy),
  };
}

function merge(before: Requirement, index: number, need: Need): Requirement {
  return {
    ...before,
    rules: before.rules.includes(index) ? before.rules : [...before.rules, index],
    class: strongerClass(before.class, need.class),
    conditions: [...new Set([...before.conditions, ...need.conditions])],
  };
}

/** Identities that the signer policy trusts for the kind. Subject patterns go along: labels are not known here. */
function whoMaySign(need: Need, policy: SignerPolicy): MaySign[] {
  if (need.need === 'withdrawal') {
    const mandates = policy.mayRevoke.filter(({ targets }) => {
      return need.subjects.every((subject) => matchesAny(targets, subject));
    });
    return distinct(mandates.map(({ signers, targets }) => ({ signers, subjects: targets })));
  }
  // whoever may sign the provenance says what its inputs were
  const kinds = need.need === 'closure' ? [need.statement, 'provenance', 'link'] : [need.statement];
  const rules = policy.trusted.filter(({ statements }) => {
    return kinds.some((kind) => matchesAny(statements, kind));
  });
  return distinct(rules);
}

type Grant = Pick<SignerPolicy['trusted'][number], 'signers' | 'subjects'>;

function distinct(grants: readonly Grant[]): MaySign[] {
  const bySigner = new Map<string, MaySign>();
  for (const { signers, subjects } of grants) {
    for (const identity of signers) {
      const before = bySigner.get(identity)?.subjects ?? [];
      const all = [...new Set([...before, ...subjects])].toSorted();
      bySigner.set(identity, { identity, subjects: all });
    }
  }
  return [...bySigner.values()].toSorted((a, b) => (a.identity < b.identity ? -1 : 1));
}
