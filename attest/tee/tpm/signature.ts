// SPDX-License-Identifier: Apache-2.0
import { constants, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ByteReader } from '../dcap/byte-reader.ts';
import { takeSized, takeUint16, tpmError } from './big-endian.ts';
import { algorithmName, findHash } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';

export type TpmSignatureScheme = 'rsassa' | 'rsapss' | 'ecdsa';

/** A parsed TPMT_SIGNATURE. */
export interface TpmSignature {
  readonly scheme: TpmSignatureScheme;
  readonly hash: TpmHash;
  /** RSA: the signature. ECDSA: empty. */
  readonly rsa: Uint8Array;
  /** ECDSA: R and S, big-endian, as the TPM wrote them. RSA: empty. */
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

const MAX_RSA_BYTES = 512;
const MAX_SCALAR_BYTES = 66;

const SCHEME_OF_ID: ReadonlyMap<number, TpmSignatureScheme> = new Map<number, TpmSignatureScheme>([
  [0x0014, 'rsassa'],
  [0x0016, 'rsapss'],
  [0x0018, 'ecdsa'],
]);

/** Bytes of a scalar by curve, as OpenSSL names it. */
const CURVE_BYTES: ReadonlyMap<string, number> = new Map([
  ['prime256v1', 32],
  ['secp384r1', 48],
  ['secp521r1', 66],
]);

/** Below this an RSA key is not taken as a signer. */
const MIN_RSA_BITS = 2048;

/** The signature scheme of a TPM_ALG_ID; undefined for one that is not taken. */
export function findSignatureScheme(id: number): TpmSignatureScheme | undefined {
  return SCHEME_OF_ID.get(id);
}

/**
 * Parses a TPMT_SIGNATURE that fills the bytes exactly.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see TPM 2.0 Library, Part 2, clause 11.3.4
 */
export function parseTpmSignature(bytes: Uint8Array): TpmSignature {
  const reader = new ByteReader(bytes);
  const id = takeUint16(reader, 'signature scheme');
  const scheme = findSignatureScheme(id);
  if (scheme === undefined) {
    throw tpmError(`the signature scheme ${algorithmName(id)} is not accepted`);
  }
  const hashId = takeUint16(reader, 'signature hash');
  const hash = findHash(hashId);
  if (hash === undefined) throw tpmError(`the hash ${algorithmName(hashId)} is not accepted`);
  const none = new Uint8Array();
  const isEcdsa = scheme === 'ecdsa';
  const signature = {
    scheme,
    hash,
    rsa: isEcdsa ? none : takeSized(reader, MAX_RSA_BYTES, 'signature'),
    r: isEcdsa ? takeSized(reader, MAX_SCALAR_BYTES, 'signature R') : none,
    s: isEcdsa ? takeSized(reader, MAX_SCALAR_BYTES, 'signature S') : none,
  };
  reader.assertEnd('the signature');
  return signature;
}

/** True where the key made this signature over the bytes. A key of the wrong type, size or curve made none. */
export function isSignedWith(key: KeyObject, signed: Uint8Array, signature: TpmSignature): boolean {
  try {
    return signature.scheme === 'ecdsa'
      ? isEcdsaValid(key, signed, signature)
      : isRsaValid(key, signed, signature);
  } catch {
    return false;
  }
}

function isRsaValid(key: KeyObject, signed: Uint8Array, signature: TpmSignature): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < MIN_RSA_BITS) return false;
  if (signature.scheme === 'rsassa') {
    const padding = constants.RSA_PKCS1_PADDING;
    return verify(signature.hash, signed, { key, padding }, signature.rsa);
  }
  // Part 1, annex B.7: the salt is as long as fits, or as the digest in FIPS mode
  const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return verify(signature.hash, signed, { key, padding, saltLength }, signature.rsa);
}

function isEcdsaValid(key: KeyObject, signed: Uint8Array, signature: TpmSignature): boolean {
  // a key of another type has no curve
  const sizeBytes = CURVE_BYTES.get(key.asymmetricKeyDetails?.namedCurve ?? '');
  if (sizeBytes === undefined) return false;
  const { r, s } = signature;
  if (r.length > sizeBytes || s.length > sizeBytes) return false;
  const raw = new Uint8Array(2 * sizeBytes);
  raw.set(r, sizeBytes - r.length);
  raw.set(s, 2 * sizeBytes - s.length);
  return verify(signature.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, raw);
}
