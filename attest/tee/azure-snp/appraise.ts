// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import { concludeAppraisal, demand } from '../appraisal.ts';
import type { TeeFinding } from '../finding.ts';
import { parseAppraisalPolicy, readBoolean, readObject } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import { findMigrationWarnings, findSnpFindings, parseSnpPolicy } from '../sev-snp/appraise.ts';
import type { SnpPolicy } from '../sev-snp/appraise.ts';
import { findQuoteFindings, QUOTE_POLICY_READERS } from '../tpm/appraise.ts';
import type { TpmPolicy } from '../tpm/appraise.ts';
import type { AzureSnpClaims } from './verify.ts';

/** Appraisal policy for Azure confidential machines. A member that is absent asks nothing, except snp.allowDebug. */
export interface AzureSnpPolicy extends TpmPolicy {
  /** For the processor's report. Absent: the strict default, which denies debugging. */
  readonly snp?: SnpPolicy;
  /** Whether the paravisor must say that secure boot is on. Absent: not asked. */
  readonly requireSecureBoot?: boolean;
}

/**
 * Reads an appraisal policy for Azure confidential machines.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseAzureSnpPolicy(policy: JsonObject): AzureSnpPolicy {
  return parseAppraisalPolicy(policy, {
    ...QUOTE_POLICY_READERS,
    snp: (value, at) => parseSnpPolicy(readObject(value, at), at),
    requireSecureBoot: readBoolean,
  });
}

/** Whether a genuine quote and report meet the policy, and are bound to what is expected. Collects every finding. */
export function appraiseAzureSnp(
  verified: Verified<AzureSnpClaims>,
  input: AppraiseInput<AzureSnpPolicy>,
): Verdict<AzureSnpClaims> {
  const claims = claimsOf(verified);
  const { policy, at } = input;
  // what a statement is bound to is in the quote
  const ofReport = { policy: policy.snp ?? {}, binding: 'ignore', at } as const;
  const findings = [
    ...findSnpFindings(claims.snp, ofReport),
    ...findQuoteFindings(claims, input),
    ...appraiseSecureBoot(claims, policy),
  ];
  return concludeAppraisal(claims, findings, findMigrationWarnings(claims.snp));
}

function appraiseSecureBoot(claims: AzureSnpClaims, policy: AzureSnpPolicy): TeeFinding[] {
  const { configuration } = claims;
  const isOn = Object.hasOwn(configuration, 'secure-boot') && configuration['secure-boot'] === true;
  const message = 'the paravisor does not say that secure boot is on';
  return demand(policy.requireSecureBoot !== true || isOn, 'secure-boot', message, {
    at: '/hclReport',
  });
}
