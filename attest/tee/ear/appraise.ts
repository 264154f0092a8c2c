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
  demandTokenBinding,
} from '../appraisal.ts';
import { parseAppraisalPolicy, textReader, wordReader } from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import { isTierMet } from './abi.ts';
import type { EarClaims } from './verify.ts';

/** Appraisal policy for attestation results. A member that is absent asks nothing, except earStatus. */
export interface EarPolicy {
  /** The worst tier that is taken, over every attester and every claim of its vector. Absent: affirming. */
  readonly earStatus?: 'affirming' | 'warning';
  /** A nonce that the token must carry, exactly. */
  readonly eatNonce?: string;
  /** An audience that the token must name, exactly. */
  readonly aud?: string;
}

/**
 * Reads an appraisal policy for attestation results.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseEarPolicy(policy: JsonObject): EarPolicy {
  return parseAppraisalPolicy(policy, {
    earStatus: wordReader('affirming', 'warning'),
    eatNonce: textReader(1024),
    aud: textReader(2048),
  });
}

/** Whether a verified result meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseEar(
  verified: Verified<EarClaims>,
  input: AppraiseInput<EarPolicy>,
): Verdict<EarClaims> {
  const claims = claimsOf(verified);
  const { policy, binding } = input;
  const wanted = policy.earStatus ?? 'affirming';
  const worst = `the result is ${claims.status}, the policy wants ${wanted}`;
  const isStatusMet = isTierMet(claims.status, wanted);
  const findings = [
    ...demand(isStatusMet, 'ear-status', worst, { at: '/submods' }),
    ...demandAmong(policy.eatNonce, claims.nonces, 'nonce', 'eat_nonce', '/eat_nonce'),
    ...demandAmong(policy.aud, claims.audiences, 'audience', 'aud', '/aud'),
    ...demandTokenBinding(binding, claims.nonces, '/eat_nonce'),
  ];
  return concludeAppraisal(claims, findings, audienceWarning(policy.aud, claims.audiences));
}
