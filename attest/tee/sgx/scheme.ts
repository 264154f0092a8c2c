// SPDX-License-Identifier: Apache-2.0
import { DCAP_ROLES, findDcapRole } from '../dcap/collateral.ts';
import { loadIntelAnchors } from '../dcap/roots/load.ts';
import { defineScheme } from '../scheme.ts';
import { appraiseSgx, parseSgxPolicy } from './appraise.ts';
import { verifySgxQuote } from './verify.ts';

/** Intel SGX quotes of DCAP (ECDSA), versions 3 to 5. */
export const sgxScheme = defineScheme({
  kind: 'sgx',
  title: 'Intel SGX quote',
  chosen: { policyKey: 'reportData', form: 'hex', binding: 'sha512' },
  roles: DCAP_ROLES,
  pinnedAnchors: loadIntelAnchors,
  findRole: (_name, bytes) => findDcapRole(bytes),
  verify: verifySgxQuote,
  parsePolicy: parseSgxPolicy,
  appraise: appraiseSgx,
});
