// SPDX-License-Identifier: Apache-2.0
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Certificates and revocation lists that really sign, one field overridden per test. */
export type FakeAlgorithm =
  'rsa-pss-sha384' | 'rsa-sha256' | 'rsa-sha1' | 'ecdsa-sha256' | 'ecdsa-sha384';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface FakeExtension {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

export interface FakeCertificate {
  /** A common name, or the DER of a whole Name. */
  readonly subject: string | Uint8Array;
  readonly issuer: string | Uint8Array;
  readonly key: KeyPair;
  readonly issuerKey: KeyPair;
  readonly algorithm?: FakeAlgorithm;
  /** Written inside where it shall differ from the one outside. */
  readonly innerAlgorithm?: FakeAlgorithm;
  readonly serial?: readonly number[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Absent: no basicConstraints at all. */
  readonly isCa?: boolean;
  readonly pathLength?: number;
  /** First octet of the BIT STRING; absent: no keyUsage. */
  readonly keyUsage?: number;
  readonly extensions?: readonly FakeExtension[];
}

export interface FakeCrl {
  readonly issuer: string | Uint8Array;
  readonly issuerKey: KeyPair;
  readonly algorithm?: FakeAlgorithm;
  readonly thisUpdate?: string;
  /** null: the list has none. */
  readonly nextUpdate?: string | null;
  readonly revoked?: readonly (readonly number[])[];
  readonly extensions?: readonly FakeExtension[];
  readonly entryExtensions?: readonly FakeExtension[];
}

export const KEY_CERT_SIGN = 0x04;
export const CRL_SIGN = 0x02;
export const DIGITAL_SIGNATURE = 0x80;

export function rsaKey(bits = 2048): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

export function ecKey(namedCurve: 'P-256' | 'P-384' | 'P-521' = 'P-384'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}

export function tlv(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const { length } = content;
  let header = [tag, length];
  if (length >= 0x80) header = [tag, 0x81, length];
  if (length >= 0x100) header = [tag, 0x82, length >> 8, length & 0xff];
  if (length >= 0x10000) header = [tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

export const sequence = (...parts: Uint8Array[]): Uint8Array => tlv(0x30, ...parts);

export function integer(value: number): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const first = bytes[0] ?? 0;
  return tlv(0x02, first >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function oid(text: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const octets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      octets.unshift((left & 0x7f) | 0x80);
    }
    return octets;
  });
  return tlv(0x06, Buffer.from(arcs));
}

export function name(commonName: string | Uint8Array): Uint8Array {
  if (typeof commonName !== 'string') return commonName;
  const attribute = sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(commonName)));
  return sequence(tlv(0x31, attribute));
}

export function time(iso: string): Uint8Array {
  const digits = iso.replace(/[-:T]/g, '').replace(/(\.\d+)?Z$/, '');
  const isUtc = iso < '2050' && iso >= '1950';
  return isUtc
    ? tlv(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tlv(0x18, Buffer.from(`${digits}Z`));
}

export function algorithmIdentifier(algorithm: FakeAlgorithm): Uint8Array {
  const nothing = tlv(0x05);
  const sha384 = sequence(oid('2.16.840.1.101.3.4.2.2'), nothing);
  switch (algorithm) {
    case 'rsa-pss-sha384':
      return pssIdentifier(sha384, sha384, 48);
    case 'rsa-sha256':
      return sequence(oid('1.2.840.113549.1.1.11'), nothing);
    case 'rsa-sha1':
      return sequence(oid('1.2.840.113549.1.1.5'), nothing);
    case 'ecdsa-sha256':
      return sequence(oid('1.2.840.10045.4.3.2'));
    case 'ecdsa-sha384':
      return sequence(oid('1.2.840.10045.4.3.3'));
  }
}

export function pssIdentifier(hash: Uint8Array, maskHash: Uint8Array, salt: number): Uint8Array {
  const mask = sequence(oid('1.2.840.113549.1.1.8'), maskHash);
  const parameters = sequence(tlv(0xa0, hash), tlv(0xa1, mask), tlv(0xa2, integer(salt)));
  return sequence(oid('1.2.840.113549.1.1.10'), parameters);
}

export function signWith(algorithm: FakeAlgorithm, key: KeyPair, data: Uint8Array): Uint8Array {
  const { privateKey } = key;
  if (algorithm === 'rsa-pss-sha384') {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return sign('sha384', data, { key: privateKey, padding, saltLength: 48 });
  }
  return sign(algorithm.slice(algorithm.indexOf('-') + 1), data, privateKey);
}

/** DER of a certificate. */
export function makeCertificate(fake: FakeCertificate): Uint8Array {
  const algorithm = fake.algorithm ?? 'ecdsa-sha384';
  const extensions = [...constraintExtensions(fake), ...(fake.extensions ?? [])];
  const tbs = sequence(
    tlv(0xa0, integer(2)),
    tlv(0x02, Buffer.from(fake.serial ?? [1])),
    algorithmIdentifier(fake.innerAlgorithm ?? algorithm),
    name(fake.issuer),
    sequence(
      time(fake.notBefore ?? '2020-01-01T00:00:00Z'),
      time(fake.notAfter ?? '2040-01-01T00:00:00Z'),
    ),
    name(fake.subject),
    fake.key.publicKey.export({ format: 'der', type: 'spki' }),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions.map(extension)))]),
  );
  const signature = signWith(algorithm, fake.issuerKey, tbs);
  return sequence(tbs, algorithmIdentifier(algorithm), tlv(0x03, Buffer.from([0]), signature));
}

/** DER of a certificate revocation list. */
export function makeCrl(fake: FakeCrl): Uint8Array {
  const algorithm = fake.algorithm ?? 'ecdsa-sha384';
  const entryExtensions = (fake.entryExtensions ?? []).map(extension);
  const entries = (fake.revoked ?? []).map((serial) =>
    sequence(
      tlv(0x02, Buffer.from(serial)),
      time('2023-01-01T00:00:00Z'),
      ...(entryExtensions.length === 0 ? [] : [sequence(...entryExtensions)]),
    ),
  );
  const { nextUpdate = '2030-01-01T00:00:00Z' } = fake;
  const extensions = fake.extensions ?? [{ oid: '2.5.29.20', value: integer(1) }];
  const tbs = sequence(
    integer(1),
    algorithmIdentifier(algorithm),
    name(fake.issuer),
    time(fake.thisUpdate ?? '2023-01-01T00:00:00Z'),
    ...(nextUpdate === null ? [] : [time(nextUpdate)]),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tlv(0xa0, sequence(...extensions.map(extension))),
  );
  const signature = signWith(algorithm, fake.issuerKey, tbs);
  return sequence(tbs, algorithmIdentifier(algorithm), tlv(0x03, Buffer.from([0]), signature));
}

export function toPem(der: Uint8Array, label = 'CERTIFICATE'): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function extension(fake: FakeExtension): Uint8Array {
  const critical = fake.critical === true ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(fake.oid), ...critical, tlv(0x04, fake.value));
}

function constraintExtensions(fake: FakeCertificate): FakeExtension[] {
  const extensions: FakeExtension[] = [];
  if (fake.isCa !== undefined) {
    const ca = fake.isCa ? [tlv(0x01, Buffer.from([0xff]))] : [];
    const length = fake.pathLength === undefined ? [] : [integer(fake.pathLength)];
    extensions.push({ oid: '2.5.29.19', critical: true, value: sequence(...ca, ...length) });
  }
  if (fake.keyUsage !== undefined) {
    const value = tlv(0x03, Buffer.from([0, fake.keyUsage]));
    extensions.push({ oid: '2.5.29.15', critical: true, value });
  }
  return extensions;
}
