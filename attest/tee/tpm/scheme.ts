// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseTpm, parseTpmPolicy } from './appraise.ts';
import { verifyTpmEvidence } from './verify.ts';

/** TPM 2.0 quotes under attestation keys that the operator lists. */
export const tpmScheme = defineScheme({
  kind: 'tpm',
  title: 'TPM 2.0 quote',
  chosen: { policyKey: 'nonce', form: 'hex', binding: 'sha256' },
  roles: new Set<string>(),
  // none ships with the product: an attestation key is enrolled by the one who trusts it
  pinnedAnchors: () => [],
  findRole: () => undefined,
  verify: verifyTpmEvidence,
  parsePolicy: parseTpmPolicy,
  appraise: appraiseTpm,
});
