// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { appraiseSnp, parseSnpPolicy } from './appraise.ts';
import { findSnpRole, SNP_ROLES } from './collateral.ts';
import { loadArkAnchors } from './roots/load.ts';
import { verifySnpReport } from './verify.ts';

/** AMD SEV-SNP attestation reports, versions 2 to 5, signed by VCEK or VLEK. */
export const sevSnpScheme = defineScheme({
  kind: 'sev-snp',
  title: 'AMD SEV-SNP attestation report',
  chosen: { policyKey: 'reportData', form: 'hex', binding: 'sha512' },
  roles: SNP_ROLES,
  pinnedAnchors: loadArkAnchors,
  findRole: (_name, bytes) => findSnpRole(bytes),
  verify: verifySnpReport,
  parsePolicy: parseSnpPolicy,
  appraise: appraiseSnp,
});
