// SPDX-License-Identifier: Apache-2.0
import type { Verdict } from '../../../core/verdict.ts';
import type { Verified } from '../../verified.ts';
import type { VerifyInput } from '../scheme.ts';
import { verifyServiceToken } from '../verifier-token/verify.ts';
import type { VerifierTokenClaims } from '../verifier-token/verify.ts';
import { readTrustAuthorityEnvironment } from './abi.ts';

/** What a genuine token of Intel Trust Authority says. */
export interface TrustAuthorityClaims extends VerifierTokenClaims {
  readonly kind: 'intel-trust-authority';
}

/**
 * Verifies that a trusted key of Intel Trust Authority signed the token (verifier-token/verify.ts).
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID
 */
export function verifyTrustAuthorityToken(
  input: VerifyInput,
): Verdict<Verified<TrustAuthorityClaims>> {
  const service = {
    kind: 'intel-trust-authority',
    algorithms: new Set(['PS384', 'RS256'] as const),
    readEnvironment: readTrustAuthorityEnvironment,
    readComplianceStatus: () => null,
  } as const;
  return verifyServiceToken(service, input);
}
