// SPDX-License-Identifier: Apache-2.0
import { DCAP_ROLES, findDcapRole } from '../dcap/collateral.ts';
import { loadIntelAnchors } from '../dcap/roots/load.ts';
import { defineScheme } from '../scheme.ts';
import { appraiseTdx, parseTdxPolicy } from './appraise.ts';
import { verifyTdxQuote } from './verify.ts';

/** Intel TDX quotes, versions 4 and 5. */
export const tdxScheme = defineScheme({
  kind: 'tdx',
  title: 'Intel TDX quote',
  chosen: { policyKey: 'reportData', form: 'hex', binding: 'sha512' },
  roles: DCAP_ROLES,
  pinnedAnchors: loadIntelAnchors,
  findRole: (_name, bytes) => findDcapRole(bytes),
  verify: verifyTdxQuote,
  parsePolicy: parseTdxPolicy,
  appraise: appraiseTdx,
});
