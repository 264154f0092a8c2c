// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import type { Verdict } from '../../../core/verdict.ts';
import { claimsOf } from '../../verified.ts';
import type { Verified } from '../../verified.ts';
import {
  audienceWarning,
  concludeAppraisal,
  demand,
  demandAmong,
  demandEqual,
  demandTokenBinding,
} from '../appraisal.ts';
import { DCAP_POLICY_READERS } from '../dcap/appraise.ts';
import type { WholeTcbStatus } from '../dcap/tcb-status.ts';
import type { TeeFinding } from '../finding.ts';
import { teeFinding } from '../finding.ts';
import { hexReader, parseAppraisalPolicy, readBoolean, textReader } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import type { VerifierTokenClaims } from './verify.ts';

/** Appraisal policy for tokens of a verification service. A member that is absent asks nothing, except where said. */
export interface VerifierTokenPolicy {
  /** The issuer, exactly. Absent: no token is taken, since such services sign for all of their customers. */
  readonly issuer?: string;
  /** Whether a debug environment is taken. Absent: denied. */
  readonly allowDebug?: boolean;
  /** The statuses that the platform may have, exactly. Absent: UpToDate only, where the service states one. */
  readonly acceptedTcbStatus?: readonly WholeTcbStatus[];
  readonly rejectedAdvisories?: readonly string[];
  /** MRTD or launch digest (48 bytes) or MRENCLAVE (32), hex. */
  readonly measurement?: string;
  /** Hex of 64 bytes. */
  readonly reportData?: string;
  /** MRSIGNER of an enclave, hex of 32 bytes. */
  readonly mrSigner?: string;
  /** A nonce that the environment put under its hardware's signature, exactly. */
  readonly eatNonce?: string;
  readonly aud?: string;
  /** What the service says of its own policy, exactly (`x-ms-compliance-status`). */
  readonly complianceStatus?: string;
}

/**
 * Reads an appraisal policy for tokens of a verification service.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseVerifierTokenPolicy(policy: JsonObject): VerifierTokenPolicy {
  const { acceptedTcbStatus, rejectedAdvisories, reportData } = DCAP_POLICY_READERS;
  return parseAppraisalPolicy(policy, {
    issuer: textReader(2048),
    allowDebug: readBoolean,
    acceptedTcbStatus,
    rejectedAdvisories,
    measurement: hexReader(32, 48),
    reportData,
    mrSigner: hexReader(32),
    eatNonce: textReader(1024),
    aud: textReader(2048),
    complianceStatus: textReader(200),
  });
}

/** Whether a genuine token meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseVerifierToken<Claims extends VerifierTokenClaims>(
  verified: Verified<Claims>,
  { policy, binding }: AppraiseInput<VerifierTokenPolicy>,
): Verdict<Claims> {
  const claims = claimsOf(verified);
  const isDebugMet = !claims.debug || policy.allowDebug === true;
  const measured = 'the measurement is not the expected one';
  const reported = 'REPORTDATA is not the expected value';
  const findings = [
    ...appraiseIssuer(claims, policy),
    ...demand(isDebugMet, 'debug-not-allowed', 'the environment runs in debug mode', {
      hint: 'set allowDebug only for tests: the host can read and change such an environment',
    }),
    ...appraiseTcb(claims, policy),
    ...demandEqual(policy.measurement, claims.measurement, 'measurement', measured, ''),
    ...demandEqual(policy.reportData, claims.reportData, 'report-data', reported, ''),
    ...demandEqual(
      policy.mrSigner,
      claims.mrSigner,
      'signer',
      'MRSIGNER is not the expected one',
      '',
    ),
    ...demandEqual(
      policy.complianceStatus,
      claims.complianceStatus,
      'compliance',
      'the compliance status is not the expected one',
      '/x-ms-compliance-status',
    ),
    ...demandAmong(policy.eatNonce, claims.boundNonces, 'nonce', 'the bound nonce', ''),
    ...demandAmong(policy.aud, claims.audiences, 'audience', 'aud', '/aud'),
    ...demandTokenBinding(binding, claims.boundNonces, ''),
  ];
  return concludeAppraisal(claims, findings, warningsOf(claims, policy));
}

function appraiseIssuer(claims: VerifierTokenClaims, policy: VerifierTokenPolicy): TeeFinding[] {
  if (policy.issuer === undefined) {
    const hint = `name the issuer in the policy (issuer); the token says "${claims.issuer}"`;
    const message = 'the policy names no issuer, and such a service signs for all its customers';
    return demand(false, 'issuer-not-named', message, { at: '/iss', hint });
  }
  const message = `the issuer "${claims.issuer}" is not the expected one`;
  return demand(claims.issuer === policy.issuer, 'issuer', message, { at: '/iss' });
}

function appraiseTcb(claims: VerifierTokenClaims, policy: VerifierTokenPolicy): TeeFinding[] {
  const { tcbStatus } = claims;
  const accepted: readonly WholeTcbStatus[] = policy.acceptedTcbStatus ?? ['UpToDate'];
  // a service that states no status can meet the default, and no list that somebody wrote down
  const isMet =
    tcbStatus === null ? policy.acceptedTcbStatus === undefined : accepted.includes(tcbStatus);
  const message = `the TCB status is ${tcbStatus ?? 'not stated'}, accepted is ${accepted.join(', ')}`;
  const rejected = claims.advisories.filter((id) => policy.rejectedAdvisories?.includes(id));
  const weakness = `the platform has a weakness that the policy rejects: ${rejected.join(', ')}`;
  return [
    ...(isMet ? [] : [teeFinding('tcb', 'tcb-status', message)]),
    ...(rejected.length === 0 ? [] : [teeFinding('tcb', 'tcb-advisory', weakness)]),
  ];
}

function warningsOf(claims: VerifierTokenClaims, policy: VerifierTokenPolicy): TeeFinding[] {
  const message = 'the service does not say how up to date the platform is';
  const isSilent = claims.tcbStatus === null;
  return [
    ...(isSilent ? [teeFinding('tcb', 'tcb-not-stated', message)] : []),
    ...audienceWarning(policy.aud, claims.audiences),
  ];
}
