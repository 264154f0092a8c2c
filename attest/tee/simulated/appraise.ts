// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demandBinding, demandEqual } from '../appraisal.ts';
import { hexReader, parseAppraisalPolicy } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import type { SimulatedClaims } from './verify.ts';

/** Appraisal policy for simulated evidence. A member that is absent asks nothing. */
export interface SimulatedPolicy {
  /** The expected measurement: hex of 48 bytes. */
  readonly measurement?: string;
  /** The expected report data: hex of 64 bytes. */
  readonly reportData?: string;
}

/**
 * Reads an appraisal policy for simulated evidence.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseSimulatedPolicy(policy: JsonObject): SimulatedPolicy {
  return parseAppraisalPolicy(policy, { measurement: hexReader(48), reportData: hexReader(64) });
}

/** Whether verified simulated evidence meets the policy and is bound to what is expected. */
export function appraiseSimulated(
  verified: Verified<SimulatedClaims>,
  input: AppraiseInput<SimulatedPolicy>,
): Verdict<SimulatedClaims> {
  const claims = claimsOf(verified);
  const { policy, binding } = input;
  const { measurement, binding: reportData } = claims;
  const measured = 'the measurement is not the expected one';
  const reported = 'the report data is not the expected value';
  return concludeAppraisal(claims, [
    ...demandEqual(policy.measurement, measurement, 'measurement', measured, '/measurement'),
    ...demandEqual(policy.reportData, reportData, 'report-data', reported, '/reportData'),
    ...demandBinding(binding, reportData, '/reportData'),
  ]);
}
