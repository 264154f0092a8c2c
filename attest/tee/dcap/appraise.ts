// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { pointerJoin } from '../../../core/json.ts';
import { demand, demandBinding, demandEqual } from '../appraisal.ts';
import { teeFinding } from '../finding.ts';
import type { TeeFinding } from '../finding.ts';
import { hexReader, integerReader, policyError, readBoolean, wordReader } from '../policy.ts';
import type { AppraiseInput, TeeClaims } from '../scheme.ts';
import { ACCEPTABLE_STATUSES } from './tcb-status.ts';
import type { WholeTcbStatus } from './tcb-status.ts';
import type { DcapFacts } from './verify.ts';

/** What the policies of `tdx` and `sgx` have in common. A member that is absent asks nothing, except where said. */
export interface DcapPolicy {
  /** Whether a debug environment is taken. Absent: denied. */
  readonly allowDebug?: boolean;
  /** The statuses that the platform may have, exactly. Absent: UpToDate only. */
  readonly acceptedTcbStatus?: readonly WholeTcbStatus[];
  /** Advisories that no level of the platform may name. */
  readonly rejectedAdvisories?: readonly string[];
  /** Lowest tcbEvaluationDataNumber of TCB info and QE identity, 0 to 2^32-1. */
  readonly minTcbEvaluationDataNumber?: number;
  /** The expected REPORTDATA: hex of 64 bytes. */
  readonly reportData?: string;
}

const MAX_ADVISORIES = 200;
const RELAUNCH_HINT =
  'the platform was updated below the TD: start the TD again, or accept the status in the policy (acceptedTcbStatus)';
const STATUS_HINT = 'update the platform, or accept the status in the policy (acceptedTcbStatus)';

/** Readers of the members that both policies have. */
export const DCAP_POLICY_READERS = {
  allowDebug: readBoolean,
  acceptedTcbStatus: readStatuses,
  rejectedAdvisories: readAdvisories,
  minTcbEvaluationDataNumber: integerReader(0, 0xffff_ffff),
  reportData: hexReader(64),
};

type DcapClaims = TeeClaims & DcapFacts;

/**
 * What both kinds ask: debug, TCB status, advisories, evaluation number, report data, binding.
 * @param debugHint what an outsider can do to such a debug environment
 */
export function appraiseDcap(
  claims: DcapClaims,
  { policy, binding }: AppraiseInput<DcapPolicy>,
  debugHint: string,
): TeeFinding[] {
  const isDebugMet = !claims.debug || policy.allowDebug === true;
  const reported = 'REPORTDATA is not the expected value';
  return [
    ...appraiseTcb(claims, policy),
    ...demand(isDebugMet, 'debug-not-allowed', 'the environment runs in debug mode', {
      hint: `set allowDebug only for tests: ${debugHint}`,
    }),
    ...demandEqual(policy.reportData, claims.binding, 'report-data', reported, 'REPORTDATA'),
    ...demandBinding(binding, claims.binding, 'REPORTDATA'),
  ];
}

/** An accepted platform may still have known weaknesses. */
export function tcbWarnings({ tcb }: DcapFacts): TeeFinding[] {
  const warnings: TeeFinding[] = [];
  if (tcb.status !== 'UpToDate') {
    const message = `the platform is accepted with TCB status ${tcb.status}`;
    warnings.push(teeFinding('tcb', 'tcb-status', message));
  }
  if (tcb.advisories.length > 0) {
    const message = `known weaknesses of the platform: ${tcb.advisories.join(', ')}`;
    warnings.push(teeFinding('tcb', 'tcb-advisories', message));
  }
  return warnings;
}

function appraiseTcb({ tcb }: DcapFacts, policy: DcapPolicy): TeeFinding[] {
  const findings: TeeFinding[] = [];
  const accepted: readonly WholeTcbStatus[] = policy.acceptedTcbStatus ?? ['UpToDate'];
  if (!accepted.includes(tcb.status)) {
    const message = `the TCB status is ${tcb.status}, accepted is ${accepted.join(', ')}`;
    const hint = tcb.status.startsWith('TDRelaunch') ? RELAUNCH_HINT : STATUS_HINT;
    findings.push(teeFinding('tcb', 'tcb-status', message, { hint }));
  }
  const rejected = (policy.rejectedAdvisories ?? []).filter((id) => tcb.advisories.includes(id));
  if (rejected.length > 0) {
    const message = `the platform has a weakness that the policy rejects: ${rejected.join(', ')}`;
    findings.push(teeFinding('tcb', 'tcb-advisory', message));
  }
  if (tcb.evaluationDataNumber < (policy.minTcbEvaluationDataNumber ?? 0)) {
    const message = `the TCB evaluation data number ${tcb.evaluationDataNumber} is below the minimum`;
    const hint = 'fetch the current collateral';
    findings.push(teeFinding('tcb', 'tcb-evaluation-number', message, { hint }));
  }
  return findings;
}

function readStatuses(value: JsonValue, at: string): readonly WholeTcbStatus[] {
  const readStatus = wordReader(...ACCEPTABLE_STATUSES);
  return readWords(value, at, ACCEPTABLE_STATUSES.length).map((word, index) =>
    readStatus(word, pointerJoin(at, index)),
  );
}

function readAdvisories(value: JsonValue, at: string): readonly string[] {
  return readWords(value, at, MAX_ADVISORIES).map((id, index) => {
    if (typeof id === 'string' && /^[\w-]{1,40}$/.test(id)) return id;
    throw policyError('must be the id of an advisory', pointerJoin(at, index));
  });
}

/** A list of 1 to max different values. */
function readWords(value: JsonValue, at: string, max: number): readonly JsonValue[] {
  if (!Array.isArray(value)) throw policyError('must be a list', at);
  const words = value as readonly JsonValue[];
  if (words.length === 0 || words.length > max) {
    throw policyError(`must have 1 to ${max} items`, at);
  }
  if (new Set(words).size !== words.length) throw policyError('has an item twice', at);
  return words;
}
