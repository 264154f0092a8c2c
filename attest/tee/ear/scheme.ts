// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseEar, parseEarPolicy } from './appraise.ts';
import { verifyEar } from './verify.ts';

/** EAT attestation results (EAR) as JWT, of a verifier that the operator trusts. */
export const earScheme = defineScheme({
  kind: 'ear',
  title: 'EAT attestation result of a verifier',
  chosen: { policyKey: 'eatNonce', form: 'text', binding: 'sha256-base64url' },
  roles: new Set<string>(),
  // whose results count is the operator's choice; there is no root for all verifiers
  pinnedAnchors: () => [],
  findRole: () => undefined,
  verify: verifyEar,
  parsePolicy: parseEarPolicy,
  appraise: appraiseEar,
});
