// SPDX-License-Identifier: Apache-2.0
import type { Verdict } from '../../../core/verdict.ts';
import type { Verified } from '../../verified.ts';
import type { VerifyInput } from '../scheme.ts';
import { verifyServiceToken } from '../verifier-token/verify.ts';
import type { VerifierTokenClaims } from '../verifier-token/verify.ts';
import { readAzureEnvironment, readComplianceStatus } from './abi.ts';

/** What a genuine token of Microsoft Azure Attestation says. */
export interface AzureMaaClaims extends VerifierTokenClaims {
  readonly kind: 'azure-maa';
}

/**
 * Verifies that a trusted key of Microsoft Azure Attestation signed the token (verifier-token/verify.ts).
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE and the codes of parseJson; ERR_TRUST_INVALID
 */
export function verifyAzureMaaToken(input: VerifyInput): Verdict<Verified<AzureMaaClaims>> {
  const service = {
    kind: 'azure-maa',
    algorithms: new Set(['RS256'] as const),
    readEnvironment: readAzureEnvironment,
    readComplianceStatus,
  } as const;
  return verifyServiceToken(service, input);
}
