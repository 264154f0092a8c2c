// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseConfidentialSpace, parseConfidentialSpacePolicy } from './appraise.ts';
import { GCP_ROLES } from './collateral.ts';
import { loadConfidentialSpaceAnchors } from './roots/load.ts';
import { verifyConfidentialSpaceToken } from './verify.ts';

/** Google Confidential Space attestation tokens of the PKI kind. */
export const gcpConfidentialSpaceScheme = defineScheme({
  kind: 'gcp-cs-jwt',
  title: 'Google Confidential Space token',
  chosen: { policyKey: 'eatNonce', form: 'text', binding: 'sha256-base64url' },
  roles: GCP_ROLES,
  pinnedAnchors: loadConfidentialSpaceAnchors,
  findRole: () => undefined,
  verify: verifyConfidentialSpaceToken,
  parsePolicy: parseConfidentialSpacePolicy,
  appraise: appraiseConfidentialSpace,
});
