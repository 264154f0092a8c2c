// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derChildren, derOid, derSmallInteger, parseDer } from '../../../../../attest/x509/der.ts';
import { parseCertificate } from '../../../../../attest/x509/certificate.ts';
import { parseCrl } from '../../../../../attest/x509/crl.ts';
import { parsePem } from '../../../../../attest/x509/pem.ts';
import { isPedigreeError } from '../../../../../core/errors.ts';
import {
  ecKey,
  integer,
  makeCertificate,
  oid,
  rsaKey,
  sequence,
  tlv,
  toPem,
} from '../support/fake-pki.ts';
import type { FakeCertificate } from '../support/fake-pki.ts';

const MALFORMED = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' });

function bytes(...octets: number[]): Uint8Array {
  return Uint8Array.from(octets);
}

describe('X.690 DER', () => {
  test.each([
    ['nothing', bytes()],
    ['a tag alone', bytes(0x30)],
    ['indefinite length', bytes(0x30, 0x80, 0, 0)],
    ['a length in five octets', bytes(0x30, 0x85, 0, 0, 0, 0, 1, 0)],
    ['a length that is not minimal', bytes(0x04, 0x81, 0x01, 0x00)],
    ['a length with a leading zero', bytes(0x04, 0x82, 0x00, 0x80, ...Array(128).fill(0))],
    ['a length behind the end', bytes(0x04, 0x05, 1, 2)],
    ['a length cut off', bytes(0x04, 0x82, 0x01)],
    ['trailing bytes', bytes(0x04, 0x01, 0x00, 0x00)],
    ['a tag of several bytes', bytes(0x1f, 0x81, 0x01, 0x00)],
    ['a huge length', bytes(0x04, 0x84, 0xff, 0xff, 0xff, 0xff)],
  ])('refuses %s', (_what, input) => {
    expect(() => parseDer(input)).toThrow(MALFORMED);
  });

  test('children are read one after the other and never outside their parent', () => {
    const inner = [integer(5), oid('1.2.840.113549')];
    const children = derChildren(parseDer(sequence(...inner)));
    expect(children.map((child) => Buffer.from(child.bytes).toString('hex'))).toEqual(
      inner.map((part) => Buffer.from(part).toString('hex')),
    );
    expect(() => derChildren(parseDer(bytes(0x30, 0x02, 0x04, 0x05)))).toThrow(MALFORMED);
  });

  test('object identifiers round-trip', () => {
    const arcs = fc.array(fc.nat(2 ** 31), { minLength: 0, maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(1), fc.nat(39), arcs, (first, second, rest) => {
        const text = [first, second, ...rest].join('.');
        expect(derOid(parseDer(oid(text)), 'oid')).toBe(text);
      }),
    );
  });

  test.each([
    ['empty', bytes(0x06, 0x00)],
    ['ends in the middle of an arc', bytes(0x06, 0x02, 0x2a, 0x86)],
    ['padded arc', bytes(0x06, 0x03, 0x2a, 0x80, 0x01)],
    ['arc above 2^53', bytes(0x06, 0x0a, 0x2a, ...Array(8).fill(0xff), 0x7f)],
    ['another tag', integer(3)],
  ])('refuses an object identifier that is %s', (_what, input) => {
    expect(() => derOid(parseDer(input), 'oid')).toThrow(MALFORMED);
  });

  test('small integers round-trip; negative, padded, long and empty ones are refused', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (value) => {
        expect(derSmallInteger(parseDer(integer(value)), 'n')).toBe(value);
      }),
    );
    for (const content of [[], [0x80], [0xff], [0x00, 0x01], [1, 2, 3, 4, 5, 6, 7]]) {
      const node = parseDer(tlv(0x02, Buffer.from(content)));
      expect(() => derSmallInteger(node, 'n')).toThrow(MALFORMED);
    }
  });
});

describe('certificates and lists as hostile input', () => {
  const key = ecKey('P-256');
  const der = makeCertificate({ subject: 'a', issuer: 'a', key, issuerKey: key, isCa: true });

  test('every truncation is refused', () => {
    for (let end = 0; end < der.length; end++) {
      expect(() => parseCertificate(der.subarray(0, end))).toThrow(MALFORMED);
    }
  });

  test('any bytes either parse or are refused with ERR_PARSE_EVIDENCE', () => {
    const mutated = fc
      .array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((edits) => {
        const copy = Uint8Array.from(der);
        for (const [at, value] of edits) copy[at] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 64 })), (input) => {
        for (const parse of [parseCertificate, parseCrl]) {
          try {
            expect(parse(input).tbs.length).toBeGreaterThan(0);
          } catch (error) {
            expect(isPedigreeError(error) && error.code).toBe('ERR_PARSE_EVIDENCE');
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the caller cannot change a certificate after it was parsed', () => {
    const mine = Uint8Array.from(der);
    const certificate = parseCertificate(mine);
    const before = Buffer.from(certificate.tbs).toString('hex');
    mine.fill(0);
    expect(Buffer.from(certificate.tbs).toString('hex')).toBe(before);
  });

  test.each<[string, Partial<FakeCertificate>]>([
    ['an extension given twice', { extensions: [ext('1.2.3'), ext('1.2.3')] }],
    ['SHA-1', { issuerKey: rsaKey(), algorithm: 'rsa-sha1' }],
    ['two different algorithms', { innerAlgorithm: 'ecdsa-sha256' }],
    ['a serial of 22 bytes', { serial: Array<number>(22).fill(1) }],
    ['a serial of no byte', { serial: [] }],
    ['a day that does not exist', { notBefore: '2023-02-30T00:00:00Z' }],
    ['a time with a fraction', { notAfter: '2060-01-01T00:00:00.5+Z' }],
  ])('refuses a certificate with %s', (_what, change) => {
    const made = makeCertificate({ subject: 'a', issuer: 'a', key, issuerKey: key, ...change });
    expect(() => parseCertificate(made)).toThrow(MALFORMED);
  });

  test('times of this and the last century, and beyond 2050', () => {
    const made = makeCertificate({
      subject: 'a',
      issuer: 'a',
      key,
      issuerKey: key,
      notBefore: '1951-02-03T04:05:06Z',
      notAfter: '9999-12-31T23:59:59Z',
    });
    const { notBefore, notAfter } = parseCertificate(made);
    expect([notBefore, notAfter]).toEqual(['1951-02-03T04:05:06.000Z', '9999-12-31T23:59:59.000Z']);
  });

  function ext(id: string): { oid: string; value: Uint8Array } {
    return { oid: id, value: integer(1) };
  }
});

describe('RFC 7468 PEM', () => {
  const der = bytes(0x30, 0x03, 0x02, 0x01, 0x05);

  test('several blocks with text between them', () => {
    const text = `first\n${toPem(der)}\nsecond\n${toPem(der, 'X509 CRL')}`;
    expect(parsePem(text).map((block) => block.label)).toEqual(['CERTIFICATE', 'X509 CRL']);
    expect(parsePem(text).every((block) => Buffer.from(block.der).equals(der))).toBe(true);
  });

  test.each([
    ['no end', '-----BEGIN CERTIFICATE-----\nMAMCAQU=\n'],
    ['another end', '-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END KEY-----'],
    ['no base64', '-----BEGIN CERTIFICATE-----\nMAM!AQU=\n-----END CERTIFICATE-----'],
    ['half a base64 group', '-----BEGIN CERTIFICATE-----\nMAMCA\n-----END CERTIFICATE-----'],
    ['an endless label', `-----BEGIN ${'A'.repeat(100)}-----\n-----END ${'A'.repeat(100)}-----`],
    ['too many blocks', toPem(der).repeat(65)],
  ])('refuses a block with %s', (_what, text) => {
    expect(() => parsePem(text)).toThrow(MALFORMED);
  });
});
