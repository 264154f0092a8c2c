// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../../core/errors.ts';
import type { SignatureRule } from '../../../schemas/policy/promotion-policy.ts';
import type { SignatureEvidence } from '../../gate/ports.ts';
import { isAtLeast } from '../evidence-class.ts';
import { ruleResult } from '../rule-result.ts';
import type { RuleContext, RuleResult } from '../rule-result.ts';
import { shown } from '../wording.ts';

const MAX_LISTED = 20;

/** Somebody signed a statement of the kind about the model or the dataset, and is trusted as the rule asks. */
export async function evaluateSignature(
  rule: SignatureRule,
  { request, facts }: RuleContext,
): Promise<RuleResult> {
  const ref = request[rule.of];
  const ofKind = (await facts.signatures(ref))
    .filter((found) => found.statementKind === rule.statement)
    .toSorted(newestFirst);
  const sufficient = ofKind.filter(
    (found) => isAtLeast(found.class, rule.class) && found.signers.length > 0,
  );
  const statement = excerpt(rule.statement, 60);
  if (sufficient.length > 0) {
    const reasons = sufficient.slice(0, MAX_LISTED).map((found) => ({
      code: 'signature-found',
      message: `${statement} ${found.document} about the ${rule.of} is ${found.class}, signed by ${found.signers.toSorted().join(', ')}`,
    }));
    return ruleResult('passed', reasons, {
      evidence: sufficient.slice(0, MAX_LISTED).map(evidenceOf),
      isPositive: true,
    });
  }
  const missing = {
    code: 'signature-missing',
    message: `no ${rule.class} ${statement} about the ${rule.of} ${shown(ref)}`,
  };
  const weak = ofKind.slice(0, MAX_LISTED).map((found) => ({
    code: 'signature-too-weak',
    message: `${statement} ${found.document} is only ${found.class}`,
  }));
  const need = {
    need: 'statement',
    statement: rule.statement,
    subjects: [ref],
    class: rule.class,
    conditions: [],
  } as const;
  return ruleResult('failed', [missing, ...weak], {
    evidence: ofKind.slice(0, MAX_LISTED).map(evidenceOf),
    needs: [need],
  });
}

function evidenceOf({ document, logIndex }: SignatureEvidence): {
  document: SignatureEvidence['document'];
  logIndex: number;
} {
  return { document, logIndex };
}

function newestFirst(a: SignatureEvidence, b: SignatureEvidence): number {
  return b.logIndex - a.logIndex || (a.document < b.document ? -1 : 1);
}
