// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { findInstant } from '../../core/instant.ts';
import type { Instant } from '../../core/instant.ts';
import {
  derBitStringBytes,
  derChildren,
  derError,
  derOid,
  derSmallInteger,
  DER_TAG,
  expectDer,
  parseDer,
} from './der.ts';
import type { DerNode } from './der.ts';
import { parsePublicKey, parseSignatureAlgorithm } from './signature-algorithm.ts';
import type { SignatureAlgorithm } from './signature-algorithm.ts';

/** One certificate in bytes. Real ones stay under 4 KiB. */
export const MAX_CERTIFICATE_BYTES = 64 * 1024;

export interface X509Extension {
  readonly critical: boolean;
  /** Content of the extnValue OCTET STRING. */
  readonly value: Uint8Array;
}

/** RFC 5280 4.2.1.3, the bits that path building needs. */
export interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
}

/** RFC 5280 4.2.1.9. */
export interface BasicConstraints {
  readonly isCa: boolean;
  /** Intermediates that may follow before the leaf. Absent: no bound. */
  readonly pathLength?: number;
}

/** A parsed certificate: nothing about it is verified yet. */
export interface Certificate {
  readonly der: Uint8Array;
  /** The signed part. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** Lower-case hex without leading zero bytes; `00` for zero. */
  readonly serial: string;
  /** DER of the Name, compared byte for byte. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** The last commonName of the subject. Absent where it has none. */
  readonly commonName: string | undefined;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  readonly publicKey: KeyObject;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly extensions: ReadonlyMap<string, X509Extension>;
  /** Absent where the extension is absent. */
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: KeyUsage | undefined;
}

export const OID_BASIC_CONSTRAINTS = '2.5.29.19';
export const OID_KEY_USAGE = '2.5.29.15';
const OID_COMMON_NAME = '2.5.4.3';

/**
 * Parses one DER certificate.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see RFC 5280 section 4.1
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES) throw derError('the certificate is too large');
  const copy = Uint8Array.from(der);
  const outer = derChildren(expectDer(parseDer(copy), DER_TAG.sequence, 'certificate'));
  const tbs = expectDer(outer[0], DER_TAG.sequence, 'signed part of the certificate');
  const algorithm = outer[1];
  const signature = derBitStringBytes(outer[2], 'certificate signature');
  if (outer.length !== 3) throw derError('a certificate has three parts');
  const fields = derChildren(tbs);
  assertVersion3(fields.shift());
  const serial = parseSerial(fields[0], 'certificate serial number');
  // RFC 5280 4.1.1.2: the algorithm outside is the one inside, which is signed
  if (!isSameNode(fields[1], algorithm)) throw derError('the two signature algorithms differ');
  const issuer = expectDer(fields[2], DER_TAG.sequence, 'issuer name');
  const [notBefore, notAfter] = derChildren(expectDer(fields[3], DER_TAG.sequence, 'validity'));
  const subject = expectDer(fields[4], DER_TAG.sequence, 'subject name');
  const spki = expectDer(fields[5], DER_TAG.sequence, 'subject public key');
  const extensions = parseExtensions(findExtensions(fields.slice(6)));
  return {
    der: copy,
    tbs: tbs.bytes,
    signatureAlgorithm: parseSignatureAlgorithm(algorithm),
    signature,
    serial,
    issuer: issuer.bytes,
    subject: subject.bytes,
    commonName: findCommonName(subject),
    notBefore: parseTime(notBefore, 'notBefore'),
    notAfter: parseTime(notAfter, 'notAfter'),
    publicKey: parsePublicKey(spki.bytes),
    spki: spki.bytes,
    extensions,
    basicConstraints: parseBasicConstraints(extensions.get(OID_BASIC_CONSTRAINTS)),
    keyUsage: parseKeyUsage(extensions.get(OID_KEY_USAGE)),
  };
}

/** Extensions exist in version 3 only, and every vendor's certificate has them. */
function assertVersion3(version: DerNode | undefined): void {
  const tagged = expectDer(version, 0xa0, 'certificate version');
  if (derSmallInteger(parseDer(tagged.content), 'certificate version') !== 2) {
    throw derError('only X.509 version 3 is accepted');
  }
}

/**
 * Serial number as lower-case hex without leading zero bytes.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseSerial(node: DerNode | undefined, what: string): string {
  const { content } = expectDer(node, DER_TAG.integer, what);
  // RFC 5280 4.1.2.2: at most 20 octets; one more where the sign needs it
  if (content.length === 0 || content.length > 21) throw derError(`${what} has a wrong length`);
  const start = content.findIndex((octet) => octet !== 0);
  return Buffer.from(start < 0 ? [0] : content.subarray(start)).toString('hex');
}

/**
 * UTCTime or GeneralizedTime in the one form that RFC 5280 4.1.2.5 allows.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseTime(node: DerNode | undefined, what: string): Instant {
  if (node === undefined) throw derError(`${what} is missing`);
  const text = Buffer.from(node.content).toString('latin1');
  const isUtc = node.tag === DER_TAG.utcTime && /^\d{12}Z$/.test(text);
  const isGeneralized = node.tag === DER_TAG.generalizedTime && /^\d{14}Z$/.test(text);
  if (!isUtc && !isGeneralized) throw derError(`${what} is not a certificate time`);
  // RFC 5280 4.1.2.5.1: two-digit years from 50 are of the twentieth century
  const digits = isUtc ? `${text < '5' ? '20' : '19'}${text}` : text;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)];
  const [hour, minute, second] = [digits.slice(8, 10), digits.slice(10, 12), digits.slice(12, 14)];
  const instant = findInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (instant === undefined) throw derError(`${what} is not a certificate time`);
  return instant;
}

/**
 * An Extensions sequence; an extension that is given twice is refused (RFC 5280 4.2).
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseExtensions(sequence: DerNode | undefined): ReadonlyMap<string, X509Extension> {
  const extensions = new Map<string, X509Extension>();
  if (sequence === undefined) return extensions;
  for (const entry of derChildren(expectDer(sequence, DER_TAG.sequence, 'extensions'))) {
    const parts = derChildren(expectDer(entry, DER_TAG.sequence, 'extension'));
    const oid = derOid(parts[0], 'extension');
    const critical = parts.length === 3 && parseTrue(parts[1], `criticality of ${oid}`);
    if (parts.length < 2 || parts.length > 3) throw derError(`extension ${oid} is malformed`);
    if (extensions.has(oid)) throw derError(`extension ${oid} is given twice`);
    const value = expectDer(parts.at(-1), DER_TAG.octetString, `extension ${oid}`);
    extensions.set(oid, { critical, value: value.content });
  }
  return extensions;
}

function findExtensions(rest: readonly DerNode[]): DerNode | undefined {
  const [tagged, ...more] = rest.filter((node) => node.tag === 0xa3);
  // a second one would be read by nobody, critical extensions and all
  if (more.length > 0) throw derError('the certificate has its extensions twice');
  const unknown = rest.find((node) => ![0x81, 0x82, 0xa3].includes(node.tag));
  if (unknown !== undefined) throw derError('the certificate has a field of no known meaning');
  return tagged === undefined ? undefined : parseDer(tagged.content);
}

function parseBasicConstraints(extension: X509Extension | undefined): BasicConstraints | undefined {
  if (extension === undefined) return undefined;
  const sequence = expectDer(parseDer(extension.value), DER_TAG.sequence, 'basicConstraints');
  const parts = derChildren(sequence);
  const isCa = parts[0]?.tag === DER_TAG.boolean && parseTrue(parts.shift(), 'basicConstraints cA');
  if (parts.length === 0) return { isCa };
  if (parts.length > 1) throw derError('basicConstraints is malformed');
  return { isCa, pathLength: derSmallInteger(parts[0], 'pathLenConstraint') };
}

function parseKeyUsage(extension: X509Extension | undefined): KeyUsage | undefined {
  if (extension === undefined) return undefined;
  const { content } = expectDer(parseDer(extension.value), DER_TAG.bitString, 'keyUsage');
  const bits = content[1] ?? 0;
  return {
    digitalSignature: (bits & 0x80) !== 0,
    keyCertSign: (bits & 0x04) !== 0,
    cRLSign: (bits & 0x02) !== 0,
  };
}

/** DER writes the default FALSE by leaving it out, so a BOOLEAN that is there is TRUE (X.690 11.1, 11.5). Some issuers write FALSE; that is read as FALSE. */
function parseTrue(node: DerNode | undefined, what: string): boolean {
  const { content } = expectDer(node, DER_TAG.boolean, what);
  if (content.length !== 1 || (content[0] !== 0xff && content[0] !== 0x00)) {
    throw derError(`${what} is not a boolean`);
  }
  return content[0] === 0xff;
}

function findCommonName(name: DerNode): string | undefined {
  let found: string | undefined;
  for (const rdn of derChildren(name)) {
    for (const attribute of derChildren(expectDer(rdn, DER_TAG.set, 'name'))) {
      const [type, value] = derChildren(expectDer(attribute, DER_TAG.sequence, 'name attribute'));
      if (derOid(type, 'name attribute') !== OID_COMMON_NAME || value === undefined) continue;
      found = Buffer.from(value.content).toString('utf8');
    }
  }
  return found;
}

function isSameNode(one: DerNode | undefined, other: DerNode | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.from(one.bytes).equals(other.bytes);
}

/** True where the bytes are equal; not constant-time, the inputs are public. */
export function isSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return (
    one.length === other.length && Buffer.from(one.buffer, one.byteOffset, one.length).equals(other)
  );
}
