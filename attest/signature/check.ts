// SPDX-License-Identifier: Apache-2.0
import { constants, verify } from 'node:crypto';
import { assertNever } from '../../core/errors.ts';
import type { TrustedKey } from '../trust/keys.ts';

/** Bytes of one coordinate, for IEEE P1363 signatures. */
const COORDINATE_BYTES = { 'ecdsa-p256': 32, 'ecdsa-p384': 48, 'ecdsa-p521': 66 } as const;
/** The hash that goes with the curve (FIPS 186-5; in-toto `ecdsa-sha2-nistp…`, OMS `ES384`). */
const HASH_OF_CURVE = {
  'ecdsa-p256': 'sha256',
  'ecdsa-p384': 'sha384',
  'ecdsa-p521': 'sha512',
} as const;
/** SEQUENCE of two INTEGERs that fill their coordinates, each with a sign byte. */
const MAX_DER_OVERHEAD = 10;
const ED25519_BYTES = 64;

/**
 * True where this key made this signature over the bytes. The schemes of a key's type are tried in turn, whatever the
 * envelope calls them: ECDSA as DER or as IEEE P1363, RSA as PSS or as PKCS #1 v1.5, both with SHA-256.
 */
export function isSignedBy(trusted: TrustedKey, data: Uint8Array, signature: Uint8Array): boolean {
  if (!canHoldSignature(trusted, signature)) return false;
  try {
    return isSignedByScheme(trusted, data, signature);
  } catch {
    // OpenSSL throws on some encodings that are no signature
    return false;
  }
}

/** False where the length alone shows that a key of this type did not make the signature. Costs nothing. */
export function canHoldSignature(trusted: TrustedKey, signature: Uint8Array): boolean {
  switch (trusted.algorithm) {
    case 'ed25519':
      return signature.length === ED25519_BYTES;
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521': {
      const most = 2 * COORDINATE_BYTES[trusted.algorithm] + MAX_DER_OVERHEAD;
      return signature.length >= 8 && signature.length <= most;
    }
    case 'rsa': {
      const bits = trusted.key.asymmetricKeyDetails?.modulusLength ?? 0;
      return signature.length === Math.ceil(bits / 8);
    }
    default:
      return assertNever(trusted.algorithm);
  }
}

function isSignedByScheme(
  { key, algorithm }: TrustedKey,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  switch (algorithm) {
    case 'ed25519':
      return verify(null, data, key, signature);
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521': {
      const hash = HASH_OF_CURVE[algorithm];
      if (verify(hash, data, { key, dsaEncoding: 'der' }, signature)) return true;
      if (signature.length !== 2 * COORDINATE_BYTES[algorithm]) return false;
      return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    }
    case 'rsa': {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      // securesystemslib writes salts of the digest's length, older ones the longest that fits
      const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
      if (verify('sha256', data, { key, padding, saltLength }, signature)) return true;
      return verify('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
    }
    default:
      return assertNever(algorithm);
  }
}
