// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseNitro, parseNitroPolicy } from './appraise.ts';
import { loadNitroAnchors } from './roots/load.ts';
import { verifyNitroDocument } from './verify.ts';

/** AWS Nitro Enclaves attestation documents. */
export const nitroScheme = defineScheme({
  kind: 'nitro',
  title: 'AWS Nitro Enclaves attestation document',
  chosen: { policyKey: 'nonce', form: 'hex', binding: 'sha512' },
  roles: new Set<string>(),
  pinnedAnchors: loadNitroAnchors,
  findRole: () => undefined,
  verify: verifyNitroDocument,
  parsePolicy: parseNitroPolicy,
  appraise: appraiseNitro,
});
