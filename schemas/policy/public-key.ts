// SPDX-License-Identifier: Apache-2.0
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { excerpt, PedigreeError } from '../../core/errors.ts';

/** The keys that a signature is taken from. Anything else is refused when the key is read, not when it is used. */
export type KeyAlgorithm = 'ed25519' | 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521' | 'rsa';

export interface PublicKey {
  readonly key: KeyObject;
  readonly algorithm: KeyAlgorithm;
}

const MAX_CHARS = 1024 * 1024;
const MAX_KEYS = 1000;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 16_384;
const MIN_RSA_EXPONENT = 65_537n;

const ALGORITHM_OF_CURVE: ReadonlyMap<string, KeyAlgorithm> = new Map([
  ['prime256v1', 'ecdsa-p256'],
  ['secp384r1', 'ecdsa-p384'],
  ['secp521r1', 'ecdsa-p521'],
]);

/**
 * Encodings of points of small order on edwards25519, sign bit cleared. Under such a key one signature fits many messages.
 * @see RFC 8032 section 5.1.7; "Taming the many EdDSAs", table of small-order points
 */
const SMALL_ORDER_POINTS: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

const HINT_OF_LABEL: ReadonlyMap<string, string> = new Map([
  [
    'CERTIFICATE',
    'a certificate is not a key: openssl x509 -pubkey -noout takes the key out of it',
  ],
  ['RSA PUBLIC KEY', 'write it as SPKI: openssl rsa -RSAPublicKey_in -pubout'],
  ['PRIVATE KEY', 'this is a PRIVATE key: keep it away from here, give its public half'],
]);

/**
 * The public keys in PEM text (SubjectPublicKeyInfo, RFC 7468 section 13), in order.
 * @throws {PedigreeError} ERR_PARSE_KEY where there is none, one is broken, weak or of another type, or the text holds
 * certificates or private keys
 */
export function parsePublicKeyPem(pem: string): PublicKey[] {
  if (pem.length > MAX_CHARS) throw keyError('too much text for public keys');
  const keys: PublicKey[] = [];
  const begin = '-----BEGIN ';
  for (let at = pem.indexOf(begin); at >= 0; at = pem.indexOf(begin, at)) {
    const block = readBlock(pem, at + begin.length);
    keys.push(parsePublicKeyDer(block.der));
    if (keys.length > MAX_KEYS) throw keyError(`more than ${MAX_KEYS} keys`);
    at = block.end;
  }
  if (keys.length === 0) {
    throw keyError('no PEM public key', 'it begins with -----BEGIN PUBLIC KEY-----');
  }
  return keys;
}

/**
 * Reads one DER SubjectPublicKeyInfo.
 * @throws {PedigreeError} ERR_PARSE_KEY
 */
export function parsePublicKeyDer(spki: Uint8Array): PublicKey {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_KEY', 'the public key cannot be read', { cause });
  }
  const algorithm = assertStrongKey(key);
  const canonical = toCanonicalKey(key);
  // an identity is a digest of these bytes: a key with two encodings (a compressed point) would be two people
  if (!canonical.export({ format: 'der', type: 'spki' }).equals(spki)) {
    throw keyError(
      'the public key is not in its one DER form',
      'openssl pkey -pubin -ec_conv_form uncompressed',
    );
  }
  return { key: canonical, algorithm };
}

/** The same public key in the one encoding that identities are computed from. */
export function toCanonicalKey(key: KeyObject): KeyObject {
  return createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
}

/**
 * The algorithm of a key that is strong enough to trust.
 * @throws {PedigreeError} ERR_PARSE_KEY for any other key
 */
export function assertStrongKey(key: KeyObject): KeyAlgorithm {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      assertLargeOrder(key);
      return 'ed25519';
    case 'ec':
      return curveAlgorithm(key);
    case 'rsa':
      assertStrongRsa(key);
      return 'rsa';
    default:
      throw keyError(
        `keys of type ${excerpt(key.asymmetricKeyType ?? 'unknown', 20)} are not accepted`,
        'use Ed25519, ECDSA P-256, P-384 or P-521, or RSA of at least 2048 bits',
      );
  }
}

function readBlock(pem: string, at: number): { der: Uint8Array; end: number } {
  const dashes = '-----';
  const labelEnd = pem.indexOf(dashes, at);
  const label = labelEnd < 0 ? '' : pem.slice(at, labelEnd);
  if (label !== 'PUBLIC KEY') {
    const known = label.endsWith('PRIVATE KEY') ? 'PRIVATE KEY' : label;
    throw keyError(`not a public key: PEM block "${excerpt(label, 40)}"`, HINT_OF_LABEL.get(known));
  }
  const endMark = '-----END PUBLIC KEY-----';
  const end = pem.indexOf(endMark, labelEnd);
  if (end < 0) throw keyError('the PEM block does not end');
  const base64 = pem.slice(labelEnd + dashes.length, end).replace(/[ \t\r\n]/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.toString('base64') !== base64) throw keyError('the PEM block is not base64');
  return { der: new Uint8Array(der), end: end + endMark.length };
}

function assertLargeOrder(key: KeyObject): void {
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  point[31] = (point[31] ?? 0) & 0x7f;
  if (SMALL_ORDER_POINTS.has(point.toString('hex'))) {
    throw keyError('the Ed25519 key is a point of small order: anybody can sign under it');
  }
}

function curveAlgorithm(key: KeyObject): KeyAlgorithm {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const algorithm = ALGORITHM_OF_CURVE.get(curve ?? '');
  if (algorithm === undefined) {
    throw keyError(
      `the curve ${excerpt(curve ?? 'unnamed', 20)} is not accepted`,
      'use P-256, P-384 or P-521',
    );
  }
  return algorithm;
}

function assertStrongRsa(key: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS || modulusLength > MAX_RSA_BITS) {
    throw keyError(
      `an RSA key of ${modulusLength} bits is not accepted`,
      `use ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`,
    );
  }
  // FIPS 186-5 A.1.1: 2^16 < e, odd; a small exponent makes forgeries easy
  if (publicExponent < MIN_RSA_EXPONENT || publicExponent % 2n === 0n) {
    throw keyError(`an RSA exponent of ${publicExponent} is not accepted`, 'use 65537');
  }
}

function keyError(message: string, hint?: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_KEY', message, hint === undefined ? {} : { hint });
}
