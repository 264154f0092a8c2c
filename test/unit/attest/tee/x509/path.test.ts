// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../../../../core/instant.ts';
import { parseCertificate } from '../../../../../attest/x509/certificate.ts';
import { verifyCertificatePath } from '../../../../../attest/x509/path.ts';
import type { CertificatePath } from '../../../../../attest/x509/path.ts';
import {
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  ecKey,
  integer,
  KEY_CERT_SIGN,
  makeCertificate,
  rsaKey,
} from '../support/fake-pki.ts';
import type { FakeCertificate } from '../support/fake-pki.ts';

const rootKey = ecKey();
const firstKey = ecKey();
const secondKey = ecKey();
const leafKey = ecKey();
const strangerKey = ecKey();

interface Overrides {
  readonly root?: Partial<FakeCertificate>;
  readonly first?: Partial<FakeCertificate>;
  readonly second?: Partial<FakeCertificate>;
  readonly leaf?: Partial<FakeCertificate>;
  readonly at?: string;
  readonly path?: Partial<CertificatePath>;
}

const CA = { isCa: true, keyUsage: KEY_CERT_SIGN } as const;

/** root → first → second → leaf */
function makePath(overrides: Overrides = {}): CertificatePath {
  const build = (fake: FakeCertificate): ReturnType<typeof parseCertificate> =>
    parseCertificate(makeCertificate(fake));
  const root = { subject: 'root', issuer: 'root', key: rootKey, issuerKey: rootKey, ...CA };
  const first = { subject: 'first', issuer: 'root', key: firstKey, issuerKey: rootKey, ...CA };
  const second = { subject: 'second', issuer: 'first', key: secondKey, issuerKey: firstKey, ...CA };
  const leaf = { subject: 'leaf', issuer: 'second', key: leafKey, issuerKey: secondKey };
  return {
    chain: [
      build({ ...leaf, ...overrides.leaf }),
      build({ ...second, ...overrides.second }),
      build({ ...first, ...overrides.first }),
    ],
    anchor: build({ ...root, ...overrides.root }),
    at: parseInstant(overrides.at ?? '2025-01-01T00:00:00Z'),
    algorithms: new Set(['ecdsa-sha384']),
    ...overrides.path,
  };
}

function codeOf(overrides: Overrides): string {
  const verdict = verifyCertificatePath(makePath(overrides));
  return verdict.status === 'passed' ? 'passed' : verdict.findings[0].code;
}

describe('RFC 5280 section 6.1', () => {
  test('a chain of three below a root passes with its leaf', () => {
    const path = makePath();
    expect(verifyCertificatePath(path)).toMatchObject({ status: 'passed', value: path.chain[0] });
  });

  test.each<[string, Overrides, string]>([
    ['leaf signed by a stranger', { leaf: { issuerKey: strangerKey } }, 'certificate-signature'],
    [
      'intermediate signed by a stranger',
      { first: { issuerKey: strangerKey } },
      'certificate-signature',
    ],
    ['root with another key', { root: { key: strangerKey } }, 'certificate-signature'],
    ['leaf names another issuer', { leaf: { issuer: 'third' } }, 'issuer-name'],
    ['issuer name in other letters', { leaf: { issuer: 'Second' } }, 'issuer-name'],
    ['root of another name', { root: { subject: 'other' } }, 'issuer-name'],
    ['leaf expired', { leaf: { notAfter: '2024-12-31T23:59:59Z' } }, 'certificate-expired'],
    [
      'leaf not yet valid',
      { leaf: { notBefore: '2025-01-01T00:00:01Z' } },
      'certificate-not-yet-valid',
    ],
    [
      'intermediate expired',
      { second: { notAfter: '2024-12-31T23:59:59Z' } },
      'certificate-expired',
    ],
    ['root expired', { root: { notAfter: '2024-12-31T23:59:59Z' } }, 'certificate-expired'],
    [
      'root not yet valid',
      { root: { notBefore: '2026-01-01T00:00:00Z' } },
      'certificate-not-yet-valid',
    ],
    ['verified before all of them', { at: '2019-12-31T23:59:59Z' }, 'certificate-not-yet-valid'],
    ['verified after all of them', { at: '2040-01-01T00:00:01Z' }, 'certificate-expired'],
    ['intermediate is no CA', { second: { isCa: false } }, 'not-a-ca'],
    ['root is no CA', { root: { isCa: false } }, 'not-a-ca'],
    ['leaf is a CA', { leaf: { isCa: true } }, 'leaf-is-ca'],
    ['intermediate may only sign lists', { second: { keyUsage: CRL_SIGN } }, 'key-usage'],
    ['root may only sign data', { root: { keyUsage: DIGITAL_SIGNATURE } }, 'key-usage'],
    ['leaf may only sign certificates', { leaf: { keyUsage: KEY_CERT_SIGN } }, 'key-usage'],
    ['path length 0 at the first', { first: { pathLength: 0 } }, 'path-length'],
    ['path length 1 at the root', { root: { pathLength: 1 } }, 'path-length'],
    ['critical extension of no known meaning', { leaf: critical('1.2.3') }, 'critical-extension'],
    ['critical name constraints', { first: critical('2.5.29.30') }, 'critical-extension'],
    ['algorithm not of the list', { leaf: { algorithm: 'ecdsa-sha256' } }, 'algorithm'],
    ['RSA intermediate', { second: { issuerKey: rsaKey(), algorithm: 'rsa-sha256' } }, 'algorithm'],
    ['no chain', { path: { chain: [] } }, 'path-length'],
  ])('refuses: %s', (_what, overrides, code) => {
    expect(codeOf(overrides)).toBe(code);
  });

  test.each<[string, Overrides]>([
    ['path length 2 at the root', { root: { pathLength: 2 } }],
    ['path length 0 at the second', { second: { pathLength: 0 } }],
    [
      'a critical extension that the caller handles',
      {
        leaf: critical('1.2.3'),
        path: { handledExtensions: new Set(['1.2.3']) },
      },
    ],
    ['the first second of validity', { leaf: { notBefore: '2025-01-01T00:00:00Z' } }],
    ['the last second of validity', { leaf: { notAfter: '2025-01-01T00:00:00Z' } }],
    ['a leaf with keyUsage digitalSignature', { leaf: { keyUsage: DIGITAL_SIGNATURE } }],
    ['a leaf that says it is no CA', { leaf: { isCa: false } }],
  ])('accepts: %s', (_what, overrides) => {
    expect(codeOf(overrides)).toBe('passed');
  });

  test('intermediate without basicConstraints is no authority', () => {
    const path = makePath();
    const bare = makeCertificate({
      subject: 'second',
      issuer: 'first',
      key: secondKey,
      issuerKey: firstKey,
    });
    const chain = path.chain.with(1, parseCertificate(bare));
    expect(verifyCertificatePath({ ...path, chain })).toMatchObject({
      status: 'failed',
      findings: [{ code: 'not-a-ca' }],
    });
  });

  test('certificates in the wrong order, left out or repeated do not pass', () => {
    const path = makePath();
    const [leaf, second, first] = path.chain;
    if (leaf === undefined || second === undefined || first === undefined) throw new Error('chain');
    for (const chain of [
      [leaf, first, second],
      [leaf, second],
      [leaf, first],
      [leaf],
      [second, first],
      [leaf, second, first, first],
      [leaf, second, second, first],
      Array(11).fill(leaf),
    ]) {
      expect(verifyCertificatePath({ ...path, chain }).status).toBe('failed');
    }
  });

  test('each bit of the signed part of the leaf is signed', () => {
    const path = makePath();
    const [leaf] = path.chain;
    if (leaf === undefined) throw new Error('chain');
    for (let at = 0; at < leaf.tbs.length; at += 7) {
      const tbs = Uint8Array.from(leaf.tbs);
      tbs[at] = (tbs[at] ?? 0) ^ 0x01;
      const chain = path.chain.with(0, { ...leaf, tbs });
      expect(verifyCertificatePath({ ...path, chain })).toMatchObject({ status: 'failed' });
    }
  });

  function critical(id: string): Partial<FakeCertificate> {
    return { extensions: [{ oid: id, critical: true, value: integer(1) }] };
  }
});
