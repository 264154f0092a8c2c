// SPDX-License-Identifier: Apache-2.0
import { defineScheme } from '../scheme.ts';
import { findSnpRole, SNP_ROLES } from '../sev-snp/collateral.ts';
import { loadArkAnchors } from '../sev-snp/roots/load.ts';
import { appraiseAzureSnp, parseAzureSnpPolicy } from './appraise.ts';
import { AZURE_SNP_KIND, verifyAzureSnp } from './verify.ts';

/**
 * Quotes of the virtual TPM of Azure's SEV-SNP machines. A kind of its own, not a mode of sev-snp: what a statement is bound
 * to is the quote's extraData and not REPORT_DATA, the measurement covers the registers too, and bind hashes the kind.
 */
export const azureSnpScheme = defineScheme({
  kind: AZURE_SNP_KIND,
  title: 'quote of the virtual TPM of an Azure SEV-SNP machine',
  chosen: { policyKey: 'nonce', form: 'hex', binding: 'sha256' },
  roles: SNP_ROLES,
  pinnedAnchors: loadArkAnchors,
  findRole: (_name, bytes) => findSnpRole(bytes),
  verify: verifyAzureSnp,
  parsePolicy: parseAzureSnpPolicy,
  appraise: appraiseAzureSnp,
});
