// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseInstant } from '../../../../../core/instant.ts';
import { parseCertificate } from '../../../../../attest/x509/certificate.ts';
import type { Certificate } from '../../../../../attest/x509/certificate.ts';
import { isCrlOf, parseCrl, verifyCrl } from '../../../../../attest/x509/crl.ts';
import type { SignatureAlgorithm } from '../../../../../attest/x509/signature-algorithm.ts';
import {
  CRL_SIGN,
  ecKey,
  integer,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCrl,
} from '../support/fake-pki.ts';
import type { FakeCrl } from '../support/fake-pki.ts';

const key = ecKey();
const otherKey = ecKey();
const AT = parseInstant('2025-01-01T00:00:00Z');
const ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['ecdsa-sha384']);
const ISSUER = makeCertificate({
  subject: 'root',
  issuer: 'root',
  key,
  issuerKey: key,
  isCa: true,
  keyUsage: KEY_CERT_SIGN | CRL_SIGN,
});

function issuerOf(): Certificate {
  return parseCertificate(ISSUER);
}

function crl(fake: Partial<FakeCrl> = {}): ReturnType<typeof parseCrl> {
  return parseCrl(makeCrl({ issuer: 'root', issuerKey: key, ...fake }));
}

function codeOf(fake: Partial<FakeCrl>): string {
  const verdict = verifyCrl(crl(fake), issuerOf(), AT, ALGORITHMS);
  return verdict.status === 'passed' ? 'passed' : `${verdict.status} ${verdict.findings[0].code}`;
}

describe('RFC 5280 section 5 and 6.3', () => {
  test('serials are compared as numbers, leading zeros aside', () => {
    const list = crl({ revoked: [[0x01, 0x00, 0x01], [0x00, 0xff], [0x00]] });
    expect([...list.revoked]).toEqual(['010001', 'ff', '00']);
    expect(verifyCrl(list, issuerOf(), AT, ALGORITHMS).status).toBe('passed');
  });

  test('an empty list revokes nobody', () => {
    expect(crl().revoked.size).toBe(0);
  });

  test.each<[string, Partial<FakeCrl>, string]>([
    ['another issuer', { issuer: 'other' }, 'failed crl-issuer'],
    ['another key', { issuerKey: otherKey }, 'failed crl-signature'],
    ['an algorithm not of the list', { algorithm: 'ecdsa-sha256' }, 'failed crl-signature'],
    ['stale', { nextUpdate: '2024-12-31T23:59:59Z' }, 'undetermined crl-stale'],
    ['never replaced', { nextUpdate: null }, 'undetermined crl-stale'],
    ['not yet issued', { thisUpdate: '2025-01-01T00:00:01Z' }, 'undetermined crl-not-yet-valid'],
    ['a part of a list', { extensions: [idp()] }, 'undetermined crl-critical'],
    ['a delta list', { extensions: [delta()] }, 'undetermined crl-critical'],
    [
      'entries of other issuers',
      { revoked: [[1]], entryExtensions: [certificateIssuer()] },
      'undetermined crl-critical',
    ],
  ])('%s does not pass', (_what, fake, expected) => {
    expect(codeOf(fake)).toBe(expected);
  });

  test('a key that may not sign lists signs none', () => {
    const noLists = parseCertificate(
      makeCertificate({
        subject: 'root',
        issuer: 'root',
        key,
        issuerKey: key,
        isCa: true,
        keyUsage: KEY_CERT_SIGN,
      }),
    );
    expect(verifyCrl(crl(), noLists, AT, ALGORITHMS)).toMatchObject({
      status: 'failed',
      findings: [{ code: 'crl-key-usage' }],
    });
    expect(isCrlOf(crl(), noLists, ALGORITHMS)).toBe(false);
  });

  test('what a stale list names still comes from its issuer', () => {
    const stale = crl({ nextUpdate: '2024-01-01T00:00:00Z', revoked: [[9]] });
    expect(isCrlOf(stale, issuerOf(), ALGORITHMS)).toBe(true);
    expect(isCrlOf(crl({ issuerKey: otherKey }), issuerOf(), ALGORITHMS)).toBe(false);
  });

  test('every truncation and every changed byte is refused or no longer signed', () => {
    const der = makeCrl({ issuer: 'root', issuerKey: key, revoked: [[1, 0, 1]] });
    for (let end = 0; end < der.length; end++) {
      expect(() => parseCrl(der.subarray(0, end))).toThrow(
        expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }),
      );
    }
    for (let at = 0; at < der.length; at++) {
      const changed = Uint8Array.from(der);
      changed[at] = (changed[at] ?? 0) ^ 0x20;
      expect(passes(changed)).toBe(false);
    }
  });

  function passes(der: Uint8Array): boolean {
    try {
      return verifyCrl(parseCrl(der), issuerOf(), AT, ALGORITHMS).status === 'passed';
    } catch {
      return false;
    }
  }

  function idp(): { oid: string; critical: boolean; value: Uint8Array } {
    return { oid: '2.5.29.28', critical: true, value: integer(1) };
  }

  function delta(): { oid: string; critical: boolean; value: Uint8Array } {
    return { oid: '2.5.29.27', critical: true, value: integer(1) };
  }

  function certificateIssuer(): { oid: string; critical: boolean; value: Uint8Array } {
    return { oid: '2.5.29.29', critical: true, value: integer(1) };
  }
});
