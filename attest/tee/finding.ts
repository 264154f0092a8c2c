// SPDX-License-Identifier: Apache-2.0
import { failed, undetermined } from '../../core/verdict.ts';
import type { Finding, Verdict } from '../../core/verdict.ts';

/** Where in the order of checks a finding belongs. */
export const STAGES = [
  'parse',
  'chain',
  'signature',
  'collateral',
  'freshness',
  'tcb',
  'policy',
] as const;

export type Stage = (typeof STAGES)[number];

export interface TeeFinding extends Finding {
  readonly stage: Stage;
}

type FindingDetails = Pick<Finding, 'at' | 'clause' | 'hint'>;

/** A finding with its stage. */
export function teeFinding(
  stage: Stage,
  code: string,
  message: string,
  details: FindingDetails = {},
): TeeFinding {
  return { stage, code, message, ...details };
}

/** A proven no with one finding. */
export function failure(
  stage: Stage,
  code: string,
  message: string,
  details: FindingDetails = {},
): Verdict<never> {
  return failed(teeFinding(stage, code, message, details));
}

/** Neither a yes nor a proven no, with one finding. */
export function unanswered(
  stage: Stage,
  code: string,
  message: string,
  details: FindingDetails = {},
): Verdict<never> {
  return undetermined(teeFinding(stage, code, message, details));
}

/** Type guard: the finding says its stage. */
export function isTeeFinding(finding: Finding): finding is TeeFinding {
  return STAGES.some((stage) => stage === (finding as Partial<TeeFinding>).stage);
}

const FRESHNESS_CODES: ReadonlySet<string> = new Set([
  'certificate-expired',
  'certificate-not-yet-valid',
  'crl-stale',
  'crl-not-yet-valid',
]);

/** A verdict of the X.509 layer with stages: times are freshness, all else is of the stage given. */
export function atStage<T>(verdict: Verdict<T>, stage: 'chain' | 'collateral'): Verdict<T> {
  if (verdict.status === 'passed') return verdict;
  const staged = (finding: Finding): TeeFinding => ({
    ...finding,
    stage: FRESHNESS_CODES.has(finding.code) ? 'freshness' : stage,
  });
  const [first, ...rest] = verdict.findings;
  const make = verdict.status === 'failed' ? failed : undetermined;
  return make(staged(first), ...rest.map(staged));
}
