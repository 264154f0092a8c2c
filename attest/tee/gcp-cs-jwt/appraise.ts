// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { excerpt } from '../../../core/errors.ts';
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
import type { TeeFinding } from '../finding.ts';
import {
  parseAppraisalPolicy,
  readBoolean,
  sha256Reader,
  textReader,
  wordReader,
} from '../policy.ts';
import type { AppraiseInput } from '../scheme.ts';
import type { ConfidentialSpaceClaims } from './verify.ts';

/** A machine whose memory the host can read: no trusted execution environment. */
const SHIELDED_VM = 'GCP_SHIELDED_VM';

/** Appraisal policy for Confidential Space. A member that is absent asks nothing, except where said. */
export interface ConfidentialSpacePolicy {
  /** Whether a debug image (dbgstat is not disabled-since-boot) is taken. Absent: denied. */
  readonly allowDebug?: boolean;
  /** An audience that the token must name, exactly. */
  readonly aud?: string;
  /** A nonce that the token must carry, exactly. */
  readonly eatNonce?: string;
  /** The container image: `sha256:` and 64 hex digits. */
  readonly imageDigest?: string;
  /** The hardware that the token must name (`hwmodel`), exactly. Absent: any but GCP_SHIELDED_VM. */
  readonly hwmodel?: string;
  /** The debug status that the token must state. */
  readonly dbgstat?: 'disabled-since-boot' | 'enabled';
}

/**
 * Reads an appraisal policy for Confidential Space.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseConfidentialSpacePolicy(policy: JsonObject): ConfidentialSpacePolicy {
  return parseAppraisalPolicy(policy, {
    allowDebug: readBoolean,
    aud: textReader(2048),
    eatNonce: textReader(1024),
    imageDigest: sha256Reader,
    hwmodel: textReader(64),
    dbgstat: wordReader('disabled-since-boot', 'enabled'),
  });
}

/** Whether a genuine token meets the policy, and is bound to what is expected. Collects every finding. */
export function appraiseConfidentialSpace(
  verified: Verified<ConfidentialSpaceClaims>,
  input: AppraiseInput<ConfidentialSpacePolicy>,
): Verdict<ConfidentialSpaceClaims> {
  const claims = claimsOf(verified);
  const { policy, binding } = input;
  const isDebugMet = !claims.debug || policy.allowDebug === true;
  const hint = 'set allowDebug only for tests: the operator can log in to a debug image';
  const image = 'the container image is not the expected one';
  const status = 'dbgstat is not the expected value';
  const findings = [
    ...demand(isDebugMet, 'debug-not-allowed', 'the image is a debug image', {
      hint,
      at: '/dbgstat',
    }),
    ...demandAmong(policy.aud, claims.audiences, 'audience', 'aud', '/aud'),
    ...demandAmong(policy.eatNonce, claims.nonces, 'nonce', 'eat_nonce', '/eat_nonce'),
    ...demandEqual(
      policy.imageDigest,
      claims.measurement,
      'image-digest',
      image,
      '/submods/container',
    ),
    ...demandEqual(policy.dbgstat, claims.debugStatus, 'debug-status', status, '/dbgstat'),
    ...appraiseMachine(claims, policy),
    ...demandTokenBinding(binding, claims.nonces, '/eat_nonce'),
  ];
  return concludeAppraisal(claims, findings, audienceWarning(policy.aud, claims.audiences));
}

/** Google says of production and debug images alike that secure boot is on, and of what hardware the machine is. */
function appraiseMachine(
  claims: ConfidentialSpaceClaims,
  policy: ConfidentialSpacePolicy,
): TeeFinding[] {
  const { hardwareModel, secureBoot } = claims;
  const isMet =
    policy.hwmodel === undefined ? hardwareModel !== SHIELDED_VM : hardwareModel === policy.hwmodel;
  const hint = 'name the hardware in the policy to take it (hwmodel)';
  const message = `the hardware is ${excerpt(hardwareModel, 40)}`;
  return [
    ...demand(isMet, 'hardware-model', message, { at: '/hwmodel', hint }),
    ...demand(secureBoot, 'secure-boot', 'the token does not say that secure boot is on', {
      at: '/secboot',
    }),
  ];
}
