// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { MAX_CERTIFICATE_BYTES, parseCertificate } from '../../../../../attest/x509/certificate.ts';
import { MAX_CRL_BYTES, parseCrl } from '../../../../../attest/x509/crl.ts';
import { derChildren, parseDer } from '../../../../../attest/x509/der.ts';
import {
  isSignatureValid,
  parseSignatureAlgorithm,
} from '../../../../../attest/x509/signature-algorithm.ts';
import {
  ecKey,
  integer,
  makeCertificate,
  makeCrl,
  oid,
  pssIdentifier,
  rsaKey,
  sequence,
  signWith,
  tlv,
} from '../support/fake-pki.ts';

const MALFORMED = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' });
const key = ecKey('P-256');
const certificate = makeCertificate({ subject: 'a', issuer: 'a', key, issuerKey: key, isCa: true });
const crl = makeCrl({ issuer: 'a', issuerKey: key, revoked: [[7]] });
const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), tlv(0x05));
const sha384 = sequence(oid('2.16.840.1.101.3.4.2.2'), tlv(0x05));

type Parts = Uint8Array[];

function partsOf(der: Uint8Array): Parts {
  return derChildren(parseDer(der)).map((node) => node.bytes);
}

/** The document again with other outer parts, or other parts of what is signed. Signatures are not looked at here. */
function rebuild(
  der: Uint8Array,
  outer: (parts: Parts) => Parts,
  inner?: (parts: Parts) => Parts,
): Uint8Array {
  const [tbs, ...rest] = partsOf(der);
  const signed = inner === undefined ? tbs : sequence(...inner(partsOf(tbs ?? new Uint8Array())));
  return sequence(...outer([signed ?? new Uint8Array(), ...rest]));
}

const same = (parts: Parts): Parts => parts;

describe('certificates and lists of a wrong form', () => {
  test('what is rebuilt without a change is read', () => {
    expect(parseCertificate(rebuild(certificate, same, same)).serial).toBe('01');
    expect([...parseCrl(rebuild(crl, same, same)).revoked]).toEqual(['07']);
  });

  test.each<[string, () => Uint8Array]>([
    ['a fourth part', () => rebuild(certificate, (parts) => [...parts, integer(1)])],
    ['no signature', () => rebuild(certificate, (parts) => parts.slice(0, 2))],
    ['no algorithm', () => rebuild(certificate, ([tbs, , signature]) => only(tbs, signature))],
    [
      'a signature of odd bits',
      () =>
        rebuild(certificate, ([tbs, algorithm]) =>
          only(tbs, algorithm, tlv(0x03, Buffer.from([1, 2]))),
        ),
    ],
    ['version 1', () => rebuild(certificate, same, ([, ...rest]) => rest)],
    [
      'version 2',
      () => rebuild(certificate, same, ([, ...rest]) => [tlv(0xa0, integer(1)), ...rest]),
    ],
    [
      'a field of no known meaning',
      () => rebuild(certificate, same, (parts) => [...parts, tlv(0xa4, integer(1))]),
    ],
    ['no validity', () => rebuild(certificate, same, (parts) => parts.toSpliced(4, 1))],
    [
      'one time of validity',
      () =>
        rebuild(certificate, same, (parts) =>
          parts.with(4, sequence(tlv(0x17, Buffer.from('250101000000Z')))),
        ),
    ],
    [
      'a time as text',
      () => rebuild(certificate, same, (parts) => parts.with(4, sequence(integer(1), integer(2)))),
    ],
    [
      'a key that is none',
      () => rebuild(certificate, same, (parts) => parts.with(6, sequence(integer(1)))),
    ],
    ['too many bytes', () => tlv(0x30, Buffer.alloc(MAX_CERTIFICATE_BYTES))],
  ])('a certificate with %s', (_what, make) => {
    expect(() => parseCertificate(make())).toThrow(MALFORMED);
  });

  test.each<[string, Uint8Array]>([
    [
      'basicConstraints with three fields',
      sequence(tlv(0x01, Buffer.from([0xff])), integer(1), integer(2)),
    ],
    ['cA that is 1', sequence(tlv(0x01, Buffer.from([0x01])))],
    ['cA of two bytes', sequence(tlv(0x01, Buffer.from([0xff, 0xff])))],
    [
      'a negative path length',
      sequence(tlv(0x01, Buffer.from([0xff])), tlv(0x02, Buffer.from([0x80]))),
    ],
  ])('%s', (_what, value) => {
    const extensions = [{ oid: '2.5.29.19', value }];
    const der = makeCertificate({ subject: 'a', issuer: 'a', key, issuerKey: key, extensions });
    expect(() => parseCertificate(der)).toThrow(MALFORMED);
  });

  test.each<[string, Uint8Array[]]>([
    ['one part', [oid('1.2.3')]],
    ['four parts', [oid('1.2.3'), tlv(0x01, Buffer.from([0xff])), tlv(0x04), tlv(0x04)]],
    ['a criticality that is a number', [oid('1.2.3'), integer(1), tlv(0x04)]],
    ['a value that is no octet string', [oid('1.2.3'), integer(1)]],
  ])('an extension with %s', (_what, parts) => {
    const extensions = tlv(0xa3, sequence(sequence(...parts)));
    const der = rebuild(certificate, same, (fields) => fields.with(7, extensions));
    expect(() => parseCertificate(der)).toThrow(MALFORMED);
  });

  test('criticality that is written out as false is false', () => {
    const parts = [oid('1.2.3'), tlv(0x01, Buffer.from([0x00])), tlv(0x04, integer(1))];
    const extensions = tlv(0xa3, sequence(sequence(...parts)));
    const der = rebuild(certificate, same, (fields) => fields.with(7, extensions));
    expect(parseCertificate(der).extensions.get('1.2.3')?.critical).toBe(false);
  });

  test.each<[string, () => Uint8Array]>([
    ['a fourth part', () => rebuild(crl, (parts) => [...parts, integer(1)])],
    [
      'another algorithm inside',
      () => rebuild(crl, same, (parts) => parts.with(1, sequence(oid('1.2.840.10045.4.3.2')))),
    ],
    ['version 1', () => rebuild(crl, same, ([, ...rest]) => rest)],
    ['version 3', () => rebuild(crl, same, (parts) => parts.with(0, integer(2)))],
    [
      'a field behind the extensions',
      () => rebuild(crl, same, (parts) => [...parts, tlv(0xa1, integer(1))]),
    ],
    ['no thisUpdate', () => rebuild(crl, same, (parts) => parts.toSpliced(3, 2))],
    [
      'an entry without date',
      () => rebuild(crl, same, (parts) => parts.with(5, sequence(sequence(integer(1))))),
    ],
    [
      'an entry that is a number',
      () => rebuild(crl, same, (parts) => parts.with(5, sequence(integer(1)))),
    ],
    ['too many bytes', () => tlv(0x30, Buffer.alloc(MAX_CRL_BYTES))],
  ])('a list with %s', (_what, make) => {
    expect(() => parseCrl(make())).toThrow(MALFORMED);
  });
});

describe('signature algorithms', () => {
  test.each<[string, () => Uint8Array]>([
    ['SHA-256', () => pssIdentifier(sha256, sha256, 48)],
    ['a mask of SHA-256', () => pssIdentifier(sha384, sha256, 48)],
    ['a salt of 32', () => pssIdentifier(sha384, sha384, 32)],
    ['a salt of nothing', () => pssIdentifier(sha384, sha384, 0)],
    ['no parameters', () => sequence(oid('1.2.840.113549.1.1.10'))],
    ['a trailer of 2', () => withField(tlv(0xa3, integer(2)))],
    ['its salt twice', () => withField(tlv(0xa2, integer(48)))],
  ])('RSA-PSS with %s is refused', (_what, make) => {
    expect(() => parseSignatureAlgorithm(parseDer(make()))).toThrow(MALFORMED);
  });

  test('RSA-PSS with SHA-384 is read with and without its trailer', () => {
    for (const identifier of [
      pssIdentifier(sha384, sha384, 48),
      withField(tlv(0xa3, integer(1))),
    ]) {
      expect(parseSignatureAlgorithm(parseDer(identifier))).toBe('rsa-pss-sha384');
    }
  });

  test.each(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1', '1.3.101.112'])(
    'the algorithm %s is refused',
    (id) => {
      expect(() => parseSignatureAlgorithm(parseDer(sequence(oid(id))))).toThrow(MALFORMED);
    },
  );

  test('a key of the wrong kind or size makes no signature', () => {
    const data = Buffer.from('data');
    const small = rsaKey(1024);
    const good = rsaKey(2048);
    const bySmall = signWith('rsa-sha256', small, data);
    const byGood = signWith('rsa-sha256', good, data);
    expect(isSignatureValid('rsa-sha256', good.publicKey, data, byGood)).toBe(true);
    expect(isSignatureValid('rsa-sha256', small.publicKey, data, bySmall)).toBe(false);
    expect(isSignatureValid('rsa-pss-sha384', good.publicKey, data, byGood)).toBe(false);
    expect(isSignatureValid('ecdsa-sha256', good.publicKey, data, byGood)).toBe(false);
    const byCurve = signWith('ecdsa-sha256', key, data);
    expect(isSignatureValid('ecdsa-sha256', key.publicKey, data, byCurve)).toBe(true);
    expect(isSignatureValid('rsa-sha256', key.publicKey, data, byCurve)).toBe(false);
    expect(isSignatureValid('ecdsa-sha256', key.publicKey, data, byCurve, 'raw')).toBe(false);
    expect(isSignatureValid('ecdsa-sha384', key.publicKey, data, byCurve)).toBe(false);
  });

  function withField(field: Uint8Array): Uint8Array {
    const [id, parameters] = partsOf(pssIdentifier(sha384, sha384, 48));
    const fields = partsOf(parameters ?? new Uint8Array());
    return sequence(id ?? new Uint8Array(), sequence(...fields, field));
  }
});

function only(...parts: (Uint8Array | undefined)[]): Parts {
  return parts.filter((one) => one !== undefined);
}
