// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseVerifierToken, parseVerifierTokenPolicy } from '../verifier-token/appraise.ts';
import { verifyAzureMaaToken } from './verify.ts';

/** Tokens of Microsoft Azure Attestation about an enclave, a TD or a confidential machine. */
export const azureMaaScheme = defineScheme({
  kind: 'azure-maa',
  title: 'Microsoft Azure Attestation token',
  chosen: { policyKey: 'eatNonce', form: 'text', binding: 'sha256-base64url' },
  roles: new Set<string>(),
  // each provider has a key set of its own, and it changes
  pinnedAnchors: () => [],
  findRole: () => undefined,
  verify: verifyAzureMaaToken,
  parsePolicy: parseVerifierTokenPolicy,
  appraise: appraiseVerifierToken,
});
