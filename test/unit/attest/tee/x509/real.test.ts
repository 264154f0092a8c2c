// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCertificates } from '../../../../../attest/tee/endorsements.ts';
import { parseCertificate } from '../../../../../attest/x509/certificate.ts';
import type { Certificate } from '../../../../../attest/x509/certificate.ts';
import { isSignatureValid } from '../../../../../attest/x509/signature-algorithm.ts';
import { describeShared, readShared, sharedPath } from '../../../../support/shared.ts';

/** Certificates of AMD, NVIDIA and Google, and self-made copies of them. */
function certificates(): Certificate[] {
  const folders = ['sev-snp', 'nvidia-gpu', 'gcp-cs-jwt'];
  return folders.flatMap((folder) =>
    readdirSync(sharedPath('vectors', 'tee', folder, 'certs'))
      .filter((name) => !name.endsWith('.crl.der'))
      .flatMap((name) => parseCertificates(readShared('vectors', 'tee', folder, 'certs', name))),
  );
}

describeShared('our reading of real certificates is the one of OpenSSL', () => {
  test('serial, names, validity, authority and key', () => {
    const all = certificates();
    expect(all.length).toBeGreaterThan(25);
    for (const ours of all) {
      const theirs = new X509Certificate(ours.der);
      expect(BigInt(`0x${ours.serial}`)).toBe(BigInt(`0x${theirs.serialNumber}`));
      expect(ours.notBefore).toBe(theirs.validFromDate.toISOString());
      expect(ours.notAfter).toBe(theirs.validToDate.toISOString());
      expect(ours.basicConstraints?.isCa ?? false).toBe(theirs.ca);
      expect(theirs.subject).toContain(`CN=${ours.commonName ?? '?'}`);
      expect(ours.publicKey.equals(theirs.publicKey)).toBe(true);
    }
  });

  test('who signed whom, over all pairs', () => {
    const all = certificates();
    let signed = 0;
    for (const one of all) {
      const theirs = new X509Certificate(one.der);
      for (const other of all) {
        const { signatureAlgorithm, tbs, signature } = one;
        const ours = isSignatureValid(signatureAlgorithm, other.publicKey, tbs, signature);
        expect(ours).toBe(theirs.verify(other.publicKey));
        if (ours) signed++;
      }
    }
    expect(signed).toBeGreaterThan(25);
  });

  test('a certificate survives being read twice', () => {
    for (const one of certificates()) expect(parseCertificate(one.der).der).toEqual(one.der);
  });
});
