// SPDX-License-Identifier: Apache-2.0
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  isSameBytes,
  MAX_CERTIFICATE_BYTES,
  parseCertificate,
  parseSerial,
  parseTime,
} from '../../../../../attest/x509/certificate.ts';
import type { Certificate } from '../../../../../attest/x509/certificate.ts';
import { isCrlOf, MAX_CRL_BYTES, parseCrl, verifyCrl } from '../../../../../attest/x509/crl.ts';
import {
  derBitStringBytes,
  derChildren,
  derOid,
  derSmallInteger,
  expectDer,
  parseDer,
} from '../../../../../attest/x509/der.ts';
import { nameOf, verifyCertificatePath } from '../../../../../attest/x509/path.ts';
import { isPem } from '../../../../../attest/x509/pem.ts';
import {
  isSignatureValid,
  parsePublicKey,
  parseSignatureAlgorithm,
} from '../../../../../attest/x509/signature-algorithm.ts';
import type { SignatureAlgorithm } from '../../../../../attest/x509/signature-algorithm.ts';
import { parseInstant } from '../../../../../core/instant.ts';
import {
  CRL_SIGN,
  DIGITAL_SIGNATURE,
  ecKey,
  integer,
  KEY_CERT_SIGN,
  makeCertificate,
  makeCrl,
  oid,
  rsaKey,
  sequence,
  signWith,
  time,
  tlv,
} from '../support/fake-pki.ts';
import type { FakeCertificate, FakeCrl, KeyPair } from '../support/fake-pki.ts';

// The edges of fields, lists and windows, one step to either side. Found by mutation testing.

const MALFORMED = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;
const AT = parseInstant('2025-01-01T00:00:00Z');
const key = ecKey();
const ALGORITHMS: ReadonlySet<SignatureAlgorithm> = new Set(['ecdsa-sha384']);

function certificateOf(change: Partial<FakeCertificate> = {}): Uint8Array {
  return makeCertificate({ subject: 'a', issuer: 'a', key, issuerKey: key, ...change });
}

function read(change: Partial<FakeCertificate> = {}): Certificate {
  return parseCertificate(certificateOf(change));
}

function crlOf(change: Partial<FakeCrl> = {}): Uint8Array {
  return makeCrl({ issuer: 'a', issuerKey: key, ...change });
}

function partsOf(der: Uint8Array): Uint8Array[] {
  return derChildren(parseDer(der)).map((node) => node.bytes);
}

/** The document with other parts of what is signed. Signatures are not looked at here. */
function withParts(der: Uint8Array, change: (parts: Uint8Array[]) => Uint8Array[]): Uint8Array {
  const [tbs = new Uint8Array(), ...rest] = partsOf(der);
  return sequence(sequence(...change(partsOf(tbs))), ...rest);
}

function bytes(...octets: number[]): Uint8Array {
  return Uint8Array.from(octets);
}

function filled(make: (filler: Uint8Array) => Uint8Array, size: number): Uint8Array {
  const probe = 256 * Math.floor(size / 512);
  const missing = size - make(Buffer.alloc(probe)).length;
  const rough = make(Buffer.alloc(probe + missing));
  return make(Buffer.alloc(probe + missing - (rough.length - size)));
}

describe('DER values', () => {
  const long = (length: number, ...header: number[]): Uint8Array =>
    Buffer.concat([bytes(0x04, ...header), Buffer.alloc(length)]);

  test('lengths in the fewest octets', () => {
    for (const der of [
      long(0x7f, 0x7f),
      long(0x80, 0x81, 0x80),
      long(0xff, 0x81, 0xff),
      long(0x100, 0x82, 1, 0),
      long(0x1_0000, 0x83, 1, 0, 0),
      long(0x100_0000, 0x84, 1, 0, 0, 0),
    ]) {
      expect(parseDer(der).bytes.length).toBe(der.length);
    }
    for (const der of [
      long(0x7f, 0x81, 0x7f),
      long(0xff, 0x82, 0, 0xff),
      long(0x100, 0x83, 0, 1, 0),
      long(0x80, 0x85, 0, 0, 0, 0, 0x80),
      long(0, 0x80),
      // indefinite, with 128 bytes behind it and its end
      long(0x80, 0x80),
      long(2, 0x80),
      bytes(0x04, 0x81),
      bytes(0x04, 0x84, 0, 0, 1),
    ]) {
      expect(() => parseDer(der)).toThrow(MALFORMED);
    }
  });

  test('content, and the bytes around it', () => {
    const node = parseDer(bytes(0x04, 2, 7, 8));
    expect([node.tag, [...node.content], [...node.bytes]]).toEqual([4, [7, 8], [4, 2, 7, 8]]);
    expect(derChildren(parseDer(sequence()))).toEqual([]);
    expect(() => derChildren(parseDer(bytes(0x30, 1, 4)))).toThrow(MALFORMED);
  });

  test('tags of several bytes, of any class', () => {
    for (const tag of [0x1f, 0x3f, 0x9f, 0xbf, 0xff]) {
      expect(() => parseDer(bytes(tag, 0))).toThrow(MALFORMED);
    }
    expect(parseDer(bytes(0x9e, 0)).tag).toBe(0x9e);
  });

  test('a value that is missing, or of another tag', () => {
    const node = parseDer(integer(1));
    expect(expectDer(node, 0x02, 'n')).toBe(node);
    expect(() => expectDer(node, 0x03, 'n')).toThrow(MALFORMED);
    expect(() => expectDer(undefined, 0x02, 'n')).toThrow(MALFORMED);
  });

  test.each([
    '0.0',
    '0.39.1',
    '1.39',
    '2.0',
    '2.5.29.19',
    '2.39',
    '2.40',
    '2.47.1',
    '2.48',
    '2.999.3',
    // an octet of 0x80 in the middle of an arc
    '1.2.16384',
    '1.2.2097152.1',
    // the largest arc
    '1.2.70368744177663',
  ])('object identifier %s', (text) => {
    expect(derOid(parseDer(oid(text)), 'oid')).toBe(text);
  });

  test('object identifiers that are not', () => {
    const arcs = (length: number): Uint8Array => tlv(0x06, Buffer.alloc(length, 1));
    expect(derOid(parseDer(arcs(64)), 'oid').split('.')).toHaveLength(65);
    const padded = bytes(0x06, 2, 0x80, 0x2a);
    for (const der of [arcs(65), arcs(0), oid('1.2.70368744177664'), padded]) {
      expect(() => derOid(parseDer(der), 'oid')).toThrow(MALFORMED);
    }
    for (const content of [[0x80], [0xaa], [0x2a, 0x81], [0x2a, 0x01, 0x80, 0x01]]) {
      expect(() => derOid(parseDer(tlv(0x06, bytes(...content))), 'oid')).toThrow(MALFORMED);
    }
  });

  test.each<[number, number[]]>([
    [0, [0]],
    [0x7f, [0x7f]],
    [0x80, [0, 0x80]],
    [0x7fff_ffff_ffff, [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])('integer %i', (value, content) => {
    expect(derSmallInteger(parseDer(tlv(0x02, bytes(...content))), 'n')).toBe(value);
  });

  test.each<[string, number[]]>([
    ['empty', []],
    ['negative', [0x80]],
    ['padded', [0, 0x7f]],
    ['zero twice', [0, 0]],
    ['of 7 bytes', [1, 0, 0, 0, 0, 0, 0]],
  ])('an integer that is %s', (_what, content) => {
    expect(() => derSmallInteger(parseDer(tlv(0x02, bytes(...content))), 'n')).toThrow(MALFORMED);
  });

  test('bit strings of whole octets', () => {
    const bits = (...content: number[]): Uint8Array =>
      derBitStringBytes(parseDer(tlv(0x03, bytes(...content))), 'b');
    expect([...bits(0, 1, 2)]).toEqual([1, 2]);
    expect([...bits(0)]).toEqual([]);
    for (const content of [[], [1, 2], [8, 0]]) expect(() => bits(...content)).toThrow(MALFORMED);
  });
});

describe('certificates', () => {
  test('64 KiB are read, one byte more is too much', () => {
    const filler = (value: Uint8Array): Uint8Array =>
      certificateOf({ extensions: [{ oid: '1.2.3', value }] });
    const sizes = (size: number): Uint8Array => {
      for (let tries = 0; tries < 50; tries++) {
        const der = filled(filler, size);
        // signatures differ by a byte or two
        if (der.length === size) return der;
      }
      throw new Error('no certificate of this size');
    };
    expect(parseCertificate(sizes(MAX_CERTIFICATE_BYTES)).serial).toBe('01');
    expect(() => parseCertificate(sizes(MAX_CERTIFICATE_BYTES + 1))).toThrow(MALFORMED);
  });

  test('parts left out from the end, inside and outside', () => {
    const der = certificateOf({ isCa: true });
    const whole = partsOf(der).length;
    for (let count = 0; count < whole; count++) {
      expect(() => parseCertificate(sequence(...partsOf(der).slice(0, count)))).toThrow(MALFORMED);
    }
    // version, serial number, algorithm, issuer, validity, subject, key; the extensions may be absent
    for (let count = 0; count < 7; count++) {
      const cut = withParts(der, (parts) => parts.slice(0, count));
      expect(() => parseCertificate(cut)).toThrow(MALFORMED);
    }
    const bare = parseCertificate(withParts(der, (parts) => parts.slice(0, 7)));
    expect([bare.extensions.size, bare.basicConstraints, bare.keyUsage]).toEqual([
      0,
      undefined,
      undefined,
    ]);
  });

  test('unique ids are passed over, any other field is refused', () => {
    const der = certificateOf({ isCa: true });
    const before = (...fields: Uint8Array[]): Uint8Array =>
      withParts(der, (parts) => [...parts.slice(0, 7), ...fields, ...parts.slice(7)]);
    const unique = before(tlv(0x81, bytes(0, 1)), tlv(0x82, bytes(0, 1)));
    expect(parseCertificate(unique).basicConstraints).toEqual({ isCa: true });
    for (const tag of [0x80, 0x83, 0xa1, 0xa4, 0x30]) {
      expect(() => parseCertificate(before(tlv(tag, integer(1))))).toThrow(MALFORMED);
    }
  });

  test('extensions that are given twice as a whole', () => {
    const der = certificateOf({ isCa: true });
    const critical = certificateOf({
      extensions: [{ oid: '1.2.3', critical: true, value: integer(1) }],
    });
    const tagged = partsOf(partsOf(critical)[0] ?? new Uint8Array()).slice(7);
    expect(tagged).toHaveLength(1);
    const twice = withParts(der, (parts) => [...parts, ...tagged]);
    expect(() => parseCertificate(twice)).toThrow(MALFORMED);
  });

  test('serial numbers: 1 to 21 bytes, without the zeroes in front', () => {
    expect(read({ serial: Array<number>(21).fill(1) }).serial).toBe('01'.repeat(21));
    expect(read({ serial: [0] }).serial).toBe('00');
    expect(read({ serial: [0, 0] }).serial).toBe('00');
    expect(read({ serial: [0, 0x80, 0] }).serial).toBe('8000');
    const node = (length: number): ReturnType<typeof parseDer> =>
      parseDer(tlv(0x02, Buffer.alloc(length, 1)));
    for (const length of [0, 22]) {
      expect(() => parseSerial(node(length), 'serial')).toThrow(MALFORMED);
    }
  });

  test.each<[string, number, string, string]>([
    ['the last two-digit year', 0x17, '491231235959Z', '2049-12-31T23:59:59.000Z'],
    ['the first two-digit year', 0x17, '500101000000Z', '1950-01-01T00:00:00.000Z'],
    ['the turn of the century', 0x17, '000101000000Z', '2000-01-01T00:00:00.000Z'],
    ['four digits', 0x18, '20500101000000Z', '2050-01-01T00:00:00.000Z'],
  ])('times: %s', (_what, tag, text, expected) => {
    expect(parseTime(parseDer(tlv(tag, Buffer.from(text))), 'time')).toBe(expected);
  });

  test.each<[number, string]>([
    [0x17, '20250101000000Z'],
    [0x17, '1250101000000Z'],
    [0x17, 'x250101000000Z'],
    [0x17, '2501010000000Z'],
    [0x17, '250101000000Z0'],
    [0x17, '250101000000Zx'],
    [0x17, '250101000000'],
    [0x17, '2501010000Z'],
    [0x18, '250101000000Z'],
    [0x18, '120250101000000Z'],
    [0x18, '202501010000000Z'],
    [0x18, 'x20250101000000Z'],
    [0x18, '20250101000000Zx'],
    [0x18, '20250101000000.5Z'],
    [0x18, '20250101000000+0000'],
    [0x18, '20251301000000Z'],
    [0x18, '20250101240000Z'],
    [0x0c, '250101000000Z'],
    [0x0c, '20250101000000Z'],
  ])('a time of tag %i that is %j', (tag, text) => {
    expect(() => parseTime(parseDer(tlv(tag, Buffer.from(text))), 'time')).toThrow(MALFORMED);
  });

  test('a time that is missing', () => {
    expect(() => parseTime(undefined, 'time')).toThrow(MALFORMED);
  });

  test.each<[string, Uint8Array, object]>([
    ['nothing', sequence(), { isCa: false }],
    ['an authority', sequence(tlv(0x01, bytes(0xff))), { isCa: true }],
    ['an authority, denied', sequence(tlv(0x01, bytes(0x00))), { isCa: false }],
    ['a bound alone', sequence(integer(3)), { isCa: false, pathLength: 3 }],
    ['a bound of 0', sequence(tlv(0x01, bytes(0xff)), integer(0)), { isCa: true, pathLength: 0 }],
  ])('basicConstraints: %s', (_what, value, expected) => {
    const extensions = [{ oid: '2.5.29.19', value }];
    expect(read({ extensions }).basicConstraints).toEqual(expected);
  });

  test.each<[string, Uint8Array]>([
    ['no sequence', integer(1)],
    ['two booleans', sequence(tlv(0x01, bytes(0xff)), tlv(0x01, bytes(0xff)))],
    ['a boolean of no byte', sequence(tlv(0x01))],
    ['text', sequence(tlv(0x0c, bytes(0x31)))],
    ['two numbers', sequence(integer(1), integer(1))],
  ])('basicConstraints that are %s', (_what, value) => {
    expect(() => read({ extensions: [{ oid: '2.5.29.19', value }] })).toThrow(MALFORMED);
  });

  test('keyUsage: each bit its own', () => {
    const usage = (...content: number[]): unknown =>
      read({ extensions: [{ oid: '2.5.29.15', value: tlv(0x03, bytes(...content)) }] }).keyUsage;
    const none = { digitalSignature: false, keyCertSign: false, cRLSign: false };
    expect(usage(0, DIGITAL_SIGNATURE)).toEqual({ ...none, digitalSignature: true });
    expect(usage(0, KEY_CERT_SIGN)).toEqual({ ...none, keyCertSign: true });
    expect(usage(0, CRL_SIGN)).toEqual({ ...none, cRLSign: true });
    expect(usage(0, 0xff & ~(DIGITAL_SIGNATURE | KEY_CERT_SIGN | CRL_SIGN))).toEqual(none);
    for (const empty of [[0], []]) expect(usage(...empty)).toEqual(none);
    const value = tlv(0x04, bytes(0, DIGITAL_SIGNATURE));
    expect(() => read({ extensions: [{ oid: '2.5.29.15', value }] })).toThrow(MALFORMED);
  });

  test('the common name: the last one of the name, if there is one', () => {
    const attribute = (type: string, text: string): Uint8Array =>
      sequence(oid(type), tlv(0x0c, Buffer.from(text)));
    const named = (...sets: Uint8Array[]): string | undefined =>
      read({ subject: sequence(...sets) }).commonName;
    const [cn, organization] = ['2.5.4.3', '2.5.4.10'];
    expect(named(tlv(0x31, attribute(cn, 'one')), tlv(0x31, attribute(cn, 'two')))).toBe('two');
    expect(named(tlv(0x31, attribute(cn, 'one'), attribute(organization, 'two')))).toBe('one');
    expect(named(tlv(0x31, attribute(organization, 'one')))).toBeUndefined();
    expect(named()).toBeUndefined();
    expect(named(tlv(0x31, attribute(cn, 'größer')))).toBe('größer');
    expect(named(tlv(0x31, sequence(oid(cn))))).toBeUndefined();
    for (const bad of [integer(1), tlv(0x31, integer(1)), tlv(0x31, sequence(integer(1)))]) {
      expect(() => named(bad)).toThrow(MALFORMED);
    }
  });

  test('names in messages', () => {
    expect(nameOf(read({ subject: 'SEV-Milan' }))).toContain('SEV-Milan');
    expect(nameOf(read({ subject: sequence() }))).toContain('without a common name');
    expect(nameOf(read({ subject: 'x'.repeat(1000) })).length).toBeLessThan(100);
  });

  test('bytes are compared, and nothing but bytes', () => {
    const shared = Buffer.from([1, 2, 3, 1, 2]);
    expect(isSameBytes(shared.subarray(0, 2), shared.subarray(3, 5))).toBe(true);
    expect(isSameBytes(shared.subarray(0, 2), shared.subarray(0, 3))).toBe(false);
    expect(isSameBytes(shared.subarray(0, 2), shared.subarray(1, 3))).toBe(false);
    expect(isSameBytes(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  test('PEM is told by its first mark, inside of a larger buffer too', () => {
    const text = Buffer.from('-----BEGIN X-----');
    expect(isPem(text.subarray(0, 11))).toBe(true);
    expect(isPem(text.subarray(1))).toBe(false);
    expect(isPem(text.subarray(0, 10))).toBe(false);
  });
});

describe('revocation lists', () => {
  const ISSUER = certificateOf({ isCa: true, keyUsage: KEY_CERT_SIGN | CRL_SIGN });
  const issuerOf = (): Certificate => parseCertificate(ISSUER);
  const codeOf = (change: Partial<FakeCrl>, by = issuerOf()): string => {
    const verdict = verifyCrl(parseCrl(crlOf(change)), by, AT, ALGORITHMS);
    return verdict.status === 'passed' ? 'passed' : `${verdict.status} ${verdict.findings[0].code}`;
  };

  test('2 MiB are read, one byte more is too much', () => {
    const filler = (value: Uint8Array): Uint8Array =>
      crlOf({ extensions: [{ oid: '1.2.3', value }] });
    const sized = (size: number): Uint8Array => {
      for (let tries = 0; tries < 50; tries++) {
        const der = filled(filler, size);
        if (der.length === size) return der;
      }
      throw new Error('no list of this size');
    };
    expect(parseCrl(sized(MAX_CRL_BYTES)).revoked.size).toBe(0);
    expect(() => parseCrl(sized(MAX_CRL_BYTES + 1))).toThrow(MALFORMED);
  });

  test('parts left out from the end, inside and outside', () => {
    const der = crlOf({ revoked: [[7]] });
    for (let count = 0; count < 3; count++) {
      expect(() => parseCrl(sequence(...partsOf(der).slice(0, count)))).toThrow(MALFORMED);
    }
    for (let count = 0; count < 4; count++) {
      const cut = withParts(der, (parts) => parts.slice(0, count));
      expect(() => parseCrl(cut)).toThrow(MALFORMED);
    }
    const withoutNext = parseCrl(withParts(der, (parts) => parts.slice(0, 4)));
    expect([withoutNext.nextUpdate, withoutNext.revoked.size]).toEqual([undefined, 0]);
    const withoutExtensions = parseCrl(withParts(der, (parts) => parts.slice(0, 6)));
    expect([...withoutExtensions.revoked]).toEqual(['07']);
    expect(withoutExtensions.hasUnknownCritical).toBe(false);
    const withoutEntries = parseCrl(withParts(der, (parts) => parts.toSpliced(5, 1)));
    expect(withoutEntries.revoked.size).toBe(0);
  });

  test('fields of another kind behind the times', () => {
    const der = crlOf();
    for (const field of [tlv(0xa1, sequence()), integer(1), tlv(0x31)]) {
      const other = withParts(der, (parts) => [...parts.slice(0, 5), field]);
      expect(() => parseCrl(other)).toThrow(MALFORMED);
    }
    const twice = withParts(der, (parts) => [...parts, ...parts.slice(-1)]);
    expect(() => parseCrl(twice)).toThrow(MALFORMED);
  });

  test('entries: serial number and date, extensions of their own', () => {
    const entry = (...fields: Uint8Array[]): Uint8Array =>
      withParts(crlOf({ revoked: [[7]] }), (parts) => parts.with(5, sequence(sequence(...fields))));
    const date = time('2023-01-01T00:00:00Z');
    expect([...parseCrl(entry(integer(9), date)).revoked]).toEqual(['09']);
    for (const fields of [[], [date], [integer(9), integer(9)], [integer(9), date, integer(1)]]) {
      expect(() => parseCrl(entry(...fields))).toThrow(MALFORMED);
    }
  });

  test('times of both kinds', () => {
    const late = '2055-01-01T00:00:00Z';
    expect(parseCrl(crlOf({ nextUpdate: late })).nextUpdate).toBe('2055-01-01T00:00:00.000Z');
    expect(codeOf({ nextUpdate: late })).toBe('passed');
    expect(codeOf({ thisUpdate: late, nextUpdate: '2056-01-01T00:00:00Z' })).toBe(
      'undetermined crl-not-yet-valid',
    );
  });

  test('the window includes its ends', () => {
    const [before, after] = ['2024-12-31T23:59:59Z', '2025-01-01T00:00:01Z'];
    expect(codeOf({ thisUpdate: AT })).toBe('passed');
    expect(codeOf({ nextUpdate: AT })).toBe('passed');
    expect(codeOf({ thisUpdate: after })).toBe('undetermined crl-not-yet-valid');
    expect(codeOf({ nextUpdate: before })).toBe('undetermined crl-stale');
  });

  test.each<[string, string, string]>([
    ['list number', '2.5.29.20', 'passed'],
    ['authority key id', '2.5.29.35', 'passed'],
    ['issuing distribution point', '2.5.29.28', 'undetermined crl-critical'],
    ['something', '1.2.3', 'undetermined crl-critical'],
  ])('a critical %s', (_what, id, expected) => {
    const of = (critical: boolean): Partial<FakeCrl> => ({
      extensions: [{ oid: id, critical, value: integer(1) }],
    });
    expect(codeOf(of(true))).toBe(expected);
    expect(codeOf(of(false))).toBe('passed');
  });

  test.each<[string, string, string]>([
    ['reason', '2.5.29.21', 'passed'],
    ['certificate issuer', '2.5.29.29', 'undetermined crl-critical'],
  ])('an entry with a critical %s', (_what, id, expected) => {
    const of = (critical: boolean): Partial<FakeCrl> => ({
      revoked: [[1], [2]],
      entryExtensions: [{ oid: id, critical, value: integer(1) }],
    });
    expect(codeOf(of(true))).toBe(expected);
    expect(codeOf(of(false))).toBe('passed');
  });

  test('one entry that is not understood is enough', () => {
    const critical = crlOf({
      revoked: [[1]],
      entryExtensions: [{ oid: '1.2.3', critical: true, value: integer(1) }],
    });
    const [odd = new Uint8Array()] = partsOf(entriesOf(critical));
    const [plain = new Uint8Array()] = partsOf(entriesOf(crlOf({ revoked: [[2]] })));
    for (const entries of [
      [odd, plain],
      [plain, odd],
    ]) {
      const both = withParts(critical, (parts) => parts.with(5, sequence(...entries)));
      const list = parseCrl(both);
      expect([list.hasUnknownCritical, list.revoked.size]).toEqual([true, 2]);
    }
  });

  function entriesOf(der: Uint8Array): Uint8Array {
    const [tbs = new Uint8Array()] = partsOf(der);
    return partsOf(tbs)[5] ?? new Uint8Array();
  }

  test('an issuer whose certificate does not say what its key is for', () => {
    const plain = read({ isCa: true });
    expect(codeOf({}, plain)).toBe('passed');
    expect(isCrlOf(parseCrl(crlOf()), plain, ALGORITHMS)).toBe(true);
  });

  test('a fault of the list comes before its window', () => {
    const stale = '2024-01-01T00:00:00Z';
    expect(codeOf({ issuer: 'b', nextUpdate: stale })).toBe('failed crl-issuer');
    expect(codeOf({ issuerKey: ecKey(), nextUpdate: stale })).toBe('failed crl-signature');
  });

  test('findings name the clause', () => {
    const verdict = verifyCrl(parseCrl(crlOf({ issuer: 'b' })), issuerOf(), AT, ALGORITHMS);
    expect(verdict).toMatchObject({ findings: [{ clause: 'RFC 5280 6.3.3 (b)' }] });
  });
});

describe('paths', () => {
  /** Authorities in a row below a root, and a leaf. All have one key. */
  function chainOf(length: number): ReturnType<typeof verifyCertificatePath> {
    const chain = Array.from({ length }, (_, index) =>
      read({
        subject: `certificate ${index}`,
        issuer: `certificate ${index + 1}`,
        ...(index === 0 ? {} : { isCa: true }),
      }),
    );
    const name = `certificate ${length}`;
    const anchor = read({ subject: name, issuer: name, isCa: true });
    return verifyCertificatePath({ chain, anchor, at: AT, algorithms: ALGORITHMS });
  }

  test('10 certificates are a path, 11 are too many', () => {
    expect(chainOf(1).status).toBe('passed');
    expect(chainOf(10).status).toBe('passed');
    expect(chainOf(11)).toMatchObject({ status: 'failed', findings: [{ code: 'path-length' }] });
  });

  const ANCHOR = certificateOf({ subject: 'root', issuer: 'root', isCa: true, pathLength: 0 });
  const lowest = (change: Partial<FakeCertificate>, endsInAuthority: boolean): string => {
    const chain = [read({ subject: 'lowest', issuer: 'root', ...change })];
    const anchor = parseCertificate(ANCHOR);
    const path = { chain, anchor, at: AT, algorithms: ALGORITHMS, endsInAuthority };
    const verdict = verifyCertificatePath(path);
    return verdict.status === 'passed' ? 'passed' : verdict.findings[0].code;
  };

  test('a path that ends in an authority', () => {
    expect(lowest({ isCa: true }, true)).toBe('passed');
    expect(lowest({ isCa: true, pathLength: 0, keyUsage: KEY_CERT_SIGN }, true)).toBe('passed');
    expect(lowest({ isCa: true, keyUsage: CRL_SIGN }, true)).toBe('key-usage');
    expect(lowest({ isCa: false }, true)).toBe('not-a-ca');
    expect(lowest({}, true)).toBe('not-a-ca');
    expect(lowest({ isCa: true }, false)).toBe('leaf-is-ca');
    expect(lowest({ isCa: true, keyUsage: DIGITAL_SIGNATURE }, false)).toBe('leaf-is-ca');
    expect(lowest({ isCa: false, keyUsage: DIGITAL_SIGNATURE }, false)).toBe('passed');
    expect(lowest({ keyUsage: CRL_SIGN }, false)).toBe('key-usage');
  });

  test('an extension that is not critical need not be understood', () => {
    const extensions = [{ oid: '1.2.3', value: integer(1) }];
    expect(lowest({ extensions }, false)).toBe('passed');
    const critical = [...extensions, { oid: '1.2.4', critical: true, value: integer(1) }];
    expect(lowest({ extensions: critical }, false)).toBe('critical-extension');
  });

  test('the window of a certificate includes its ends', () => {
    expect(lowest({ notBefore: AT }, false)).toBe('passed');
    expect(lowest({ notAfter: AT }, false)).toBe('passed');
    expect(lowest({ notBefore: '2025-01-01T00:00:01Z' }, false)).toBe('certificate-not-yet-valid');
    expect(lowest({ notAfter: '2024-12-31T23:59:59Z' }, false)).toBe('certificate-expired');
  });

  test('findings name the clause', () => {
    const chain = [read({ subject: 'lowest', issuer: 'nobody' })];
    const anchor = parseCertificate(ANCHOR);
    const verdict = verifyCertificatePath({ chain, anchor, at: AT, algorithms: ALGORITHMS });
    expect(verdict).toMatchObject({ findings: [{ clause: 'RFC 5280 6.1.3 (a)(4)' }] });
  });
});

describe('signature algorithms', () => {
  const data = Buffer.from('data');
  const rsa = rsaKey();

  test.each<[string, SignatureAlgorithm]>([
    ['1.2.840.113549.1.1.11', 'rsa-sha256'],
    ['1.2.840.113549.1.1.12', 'rsa-sha384'],
    ['1.2.840.113549.1.1.13', 'rsa-sha512'],
    ['1.2.840.10045.4.3.2', 'ecdsa-sha256'],
    ['1.2.840.10045.4.3.3', 'ecdsa-sha384'],
    ['1.2.840.10045.4.3.4', 'ecdsa-sha512'],
  ])('%s is %s, and its signatures are checked', (id, algorithm) => {
    expect(parseSignatureAlgorithm(parseDer(sequence(oid(id))))).toBe(algorithm);
    const hash = algorithm.slice(-6);
    const pairs = algorithm.startsWith('rsa') ? [rsa] : [ecKey('P-256'), key, ecKey('P-521')];
    for (const pair of pairs) {
      const signature = sign(hash, data, pair.privateKey);
      expect(isSignatureValid(algorithm, pair.publicKey, data, signature)).toBe(true);
      expect(isSignatureValid(algorithm, pair.publicKey, Buffer.from('date'), signature)).toBe(
        false,
      );
      const other = sign(hash === 'sha256' ? 'sha512' : 'sha256', data, pair.privateKey);
      expect(isSignatureValid(algorithm, pair.publicKey, data, other)).toBe(false);
    }
  });

  test('R and S of fixed width are not DER, and DER is not them', () => {
    const raw = sign('sha384', data, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    const valid = (signature: Uint8Array, encoding: 'der' | 'raw'): boolean =>
      isSignatureValid('ecdsa-sha384', key.publicKey, data, signature, encoding);
    const der = sign('sha384', data, key.privateKey);
    expect([valid(raw, 'raw'), valid(der, 'der')]).toEqual([true, true]);
    expect([valid(raw, 'der'), valid(der, 'raw')]).toEqual([false, false]);
  });

  test('RSA-PSS: salt of 48 bytes, SHA-384', () => {
    const signed = (saltLength: number, hash = 'sha384'): Uint8Array =>
      sign(hash, data, {
        key: rsa.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength,
      });
    const valid = (signature: Uint8Array): boolean =>
      isSignatureValid('rsa-pss-sha384', rsa.publicKey, data, signature);
    expect(valid(signed(48))).toBe(true);
    for (const salt of [0, 32, 47, 49]) expect(valid(signed(salt))).toBe(false);
    expect(valid(signed(48, 'sha256'))).toBe(false);
    expect(valid(signWith('rsa-sha256', rsa, data))).toBe(false);
  });

  test('keys on other curves, and keys that are for RSA-PSS only', () => {
    for (const namedCurve of ['secp256k1', 'brainpoolP384r1']) {
      const pair: KeyPair = generateKeyPairSync('ec', { namedCurve });
      const signature = sign('sha256', data, pair.privateKey);
      expect(isSignatureValid('ecdsa-sha256', pair.publicKey, data, signature)).toBe(false);
    }
    const pss: KeyPair = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    const options = {
      key: pss.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 48,
    };
    const signature = sign('sha384', data, options);
    expect(isSignatureValid('rsa-pss-sha384', pss.publicKey, data, signature)).toBe(false);
    const edwards: KeyPair = generateKeyPairSync('ed25519');
    expect(isSignatureValid('ecdsa-sha256', edwards.publicKey, data, Buffer.alloc(64))).toBe(false);
    expect(isSignatureValid('rsa-sha256', edwards.publicKey, data, Buffer.alloc(64))).toBe(false);
  });

  test('RSA-PSS parameters: hash, mask and salt must be named, as SHA-1 is the default', () => {
    const sha384 = sequence(oid('2.16.840.1.101.3.4.2.2'), tlv(0x05));
    const fields = [
      tlv(0xa0, sha384),
      tlv(0xa1, sequence(oid('1.2.840.113549.1.1.8'), sha384)),
      tlv(0xa2, integer(48)),
    ];
    const parse = (...given: Uint8Array[]): string =>
      parseSignatureAlgorithm(parseDer(sequence(oid('1.2.840.113549.1.1.10'), sequence(...given))));
    expect(parse(...fields)).toBe('rsa-pss-sha384');
    expect(parse(...fields, tlv(0xa3, integer(1)))).toBe('rsa-pss-sha384');
    for (const index of [0, 1, 2]) {
      expect(() => parse(...fields.toSpliced(index, 1))).toThrow(MALFORMED);
      expect(() => parse(...fields, ...fields.slice(index, index + 1))).toThrow(MALFORMED);
    }
    const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), tlv(0x05));
    expect(() => parse(...fields.with(0, tlv(0xa0, sha256)))).toThrow(MALFORMED);
    const otherMask = tlv(0xa1, sequence(oid('1.2.840.113549.1.1.9'), sha384));
    const noMaskHash = tlv(0xa1, sequence(oid('1.2.840.113549.1.1.8')));
    for (const mask of [otherMask, noMaskHash, tlv(0xa1, sequence())]) {
      expect(() => parse(...fields.with(1, mask))).toThrow(MALFORMED);
    }
    for (const trailer of [integer(0), integer(2), tlv(0x04, bytes(1))]) {
      expect(() => parse(...fields, tlv(0xa3, trailer))).toThrow(MALFORMED);
    }
    expect(() => parse()).toThrow(MALFORMED);
  });

  test('an algorithm that is missing, or no sequence', () => {
    for (const node of [undefined, parseDer(integer(1)), parseDer(sequence())]) {
      expect(() => parseSignatureAlgorithm(node)).toThrow(MALFORMED);
    }
  });

  test('a public key in no form that is known', () => {
    for (const der of [new Uint8Array(), sequence(), integer(1)]) {
      expect(() => parsePublicKey(der)).toThrow(MALFORMED);
    }
  });
});
