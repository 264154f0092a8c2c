// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  anchorCertificates,
  certificatesOf,
  crlsOf,
  parseCertificates,
} from '../../../../attest/tee/endorsements.ts';
import type { TrustAnchor } from '../../../../attest/tee/scheme.ts';
import { ecKey, makeCertificate, makeCrl, toPem } from './support/fake-pki.ts';

const key = ecKey('P-384');

function certificate(subject: string): Uint8Array {
  return makeCertificate({ subject, issuer: 'root', key, issuerKey: key });
}

function anchor(bytes: Uint8Array, name = 'a'): TrustAnchor {
  return { name, bytes };
}

describe('files of a role', () => {
  const [one, two] = [certificate('one'), certificate('two')];

  test('hold certificates, in DER or one after the other in PEM', () => {
    const both = Buffer.from(toPem(one) + toPem(two));
    const endorsements = new Map([['role', [one, both]]]);
    const names = certificatesOf(endorsements, 'role').map(({ commonName }) => commonName);
    expect(names).toEqual(['one', 'one', 'two']);
    expect(certificatesOf(endorsements, 'other')).toEqual([]);
    expect(certificatesOf(new Map(), 'role')).toEqual([]);
  });

  test('are at most 32', () => {
    const files = (count: number): Map<string, Uint8Array[]> =>
      new Map([['role', Array<Uint8Array>(count).fill(one)]]);
    expect(certificatesOf(files(32), 'role')).toHaveLength(32);
    const limit = expect.objectContaining({ code: 'ERR_LIMIT_ITEMS' }) as Error;
    expect(() => certificatesOf(files(33), 'role')).toThrow(limit);
    expect(() => crlsOf(files(33), 'role')).toThrow(limit);
  });

  test('or revocation lists, and nothing that is neither', () => {
    const list = makeCrl({ issuer: 'root', issuerKey: key, algorithm: 'ecdsa-sha384' });
    expect(crlsOf(new Map([['crl', [list]]]), 'crl')).toHaveLength(1);
    const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;
    expect(() => crlsOf(new Map([['crl', [one]]]), 'crl')).toThrow(parseError);
    expect(() => certificatesOf(new Map([['crl', [list]]]), 'crl')).toThrow(parseError);
  });
});

describe('trust anchors', () => {
  test('one that cannot be read is named', () => {
    expect(() => anchorCertificates([anchor(Buffer.from('junk'), 'my-root.pem')])).toThrow(
      expect.objectContaining({ code: 'ERR_TRUST_INVALID', file: 'my-root.pem' }),
    );
    expect(anchorCertificates([])).toEqual([]);
  });

  // fills what is kept of this process: the last test of this file
  test('are parsed once, up to 64 files; certificates of others each time', () => {
    const ders = Array.from({ length: 66 }, (_, at) => certificate(`root ${at}`));
    const [first = new Uint8Array()] = ders;
    expect(parseCertificates(first)[0]).not.toBe(parseCertificates(first)[0]);
    const parsed = anchorCertificates(ders.map((der) => anchor(der)));
    expect(parsed.map(({ commonName }) => commonName)).toEqual(
      ders.map((_der, at) => `root ${at}`),
    );
    const isKept = ders.map((der, at) => {
      const [again] = anchorCertificates([anchor(Uint8Array.from(der))]);
      return again === parsed[at];
    });
    expect(isKept).toEqual(ders.map((_der, at) => at < 64));
    // a chain brings its root along
    expect(parseCertificates(first)[0]).toBe(parsed[0]);
    const [, ...rest] = ders;
    const last = rest.at(-1) ?? first;
    expect(parseCertificates(last)[0]).not.toBe(parseCertificates(last)[0]);
  });
});
