// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseVerifierToken, parseVerifierTokenPolicy } from '../verifier-token/appraise.ts';
import { verifyTrustAuthorityToken } from './verify.ts';

/** Tokens of Intel Trust Authority about a TD or an enclave. */
export const trustAuthorityScheme = defineScheme({
  kind: 'intel-trust-authority',
  title: 'Intel Trust Authority token',
  chosen: { policyKey: 'eatNonce', form: 'text', binding: 'sha256-base64url' },
  roles: new Set<string>(),
  // its key set changes and is the operator's to choose
  pinnedAnchors: () => [],
  findRole: () => undefined,
  verify: verifyTrustAuthorityToken,
  parsePolicy: parseVerifierTokenPolicy,
  appraise: appraiseVerifierToken,
});
