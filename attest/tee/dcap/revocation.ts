// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../../../core/instant.ts';
import type { Verdict } from '../../../core/verdict.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { isCrlOf, verifyCrl } from '../../x509/crl.ts';
import type { CertificateRevocationList } from '../../x509/crl.ts';
import { nameOf } from '../../x509/path.ts';
import { atStage, failure } from '../finding.ts';
import { INTEL_ALGORITHMS } from './chain.ts';

/**
 * Whether a list of this issuer, in force, names none of the certificates. A list that names one counts even after its
 * window: revocation is for good.
 * @returns passed with the list
 * @see RFC 5280 section 6.3.3
 */
export function verifyNotRevoked(
  crl: CertificateRevocationList,
  issuer: Certificate,
  certificates: readonly Certificate[],
  at: Instant,
): Verdict<CertificateRevocationList> {
  const revoked = certificates.find((one) => crl.revoked.has(one.serial));
  if (revoked !== undefined && crl.thisUpdate <= at && isCrlOf(crl, issuer, INTEL_ALGORITHMS)) {
    const message = `${nameOf(revoked)} is on the revocation list of ${nameOf(issuer)}`;
    const clause = 'RFC 5280 6.3.3';
    return failure('collateral', 'certificate-revoked', message, { clause });
  }
  return atStage(verifyCrl(crl, issuer, at, INTEL_ALGORITHMS), 'collateral');
}
