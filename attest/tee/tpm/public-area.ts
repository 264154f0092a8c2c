// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { ByteReader } from '../dcap/byte-reader.ts';
import { takeSized, takeUint16, takeUint32, tpmError } from './big-endian.ts';
import { algorithmName, findHash } from './hash-algorithm.ts';
import type { TpmHash } from './hash-algorithm.ts';
import { findSignatureScheme } from './signature.ts';
import type { TpmSignatureScheme } from './signature.ts';

/** TPMA_OBJECT: what the TPM promises about a key. */
export interface KeyAttributes {
  /** The private part cannot leave this TPM. */
  readonly fixedTpm: boolean;
  readonly fixedParent: boolean;
  /** The TPM itself made the private part. */
  readonly sensitiveDataOrigin: boolean;
  /** Signs nothing that looks like a statement of the TPM and is none. */
  readonly restricted: boolean;
  readonly decrypt: boolean;
  readonly sign: boolean;
}

/** A parsed TPM2B_PUBLIC of a signing key. */
export interface PublicArea {
  readonly attributes: KeyAttributes;
  readonly scheme: TpmSignatureScheme;
  readonly hash: TpmHash;
  readonly key: KeyObject;
  /** The name: algorithm and digest of the public area. */
  readonly name: Uint8Array;
}

const TYPE_RSA = 0x0001;
const TYPE_ECC = 0x0023;
const ALG_NULL = 0x0010;
const DEFAULT_EXPONENT = 65_537;
const MAX_PUBLIC_BYTES = 1024;

const CURVE_OF_ID: ReadonlyMap<number, { readonly crv: string; readonly sizeBytes: number }> =
  new Map([
    [0x0003, { crv: 'P-256', sizeBytes: 32 }],
    [0x0004, { crv: 'P-384', sizeBytes: 48 }],
    [0x0005, { crv: 'P-521', sizeBytes: 66 }],
  ]);

/**
 * Parses a TPM2B_PUBLIC, size included, of an RSA or ECC key with a signature scheme of its own.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 * @see TPM 2.0 Library, Part 2, clauses 12.2.4 (TPMT_PUBLIC), 12.2.5 and 8.3 (TPMA_OBJECT)
 */
export function parsePublicArea(bytes: Uint8Array): PublicArea {
  const outer = new ByteReader(bytes);
  const area = takeSized(outer, MAX_PUBLIC_BYTES, 'public area');
  outer.assertEnd('the public area');
  const reader = new ByteReader(area, 2);
  const type = takeUint16(reader, 'key type');
  if (type !== TYPE_RSA && type !== TYPE_ECC) {
    throw tpmError(`the key type ${algorithmName(type)} is neither RSA nor ECC`);
  }
  const nameId = takeUint16(reader, 'name algorithm');
  const nameHash = findHash(nameId);
  if (nameHash === undefined) {
    throw tpmError(`the name algorithm ${algorithmName(nameId)} is not accepted`);
  }
  const attributes = readAttributes(takeUint32(reader, 'key attributes'));
  takeSized(reader, 64, 'policy of the key');
  if (takeUint16(reader, 'symmetric algorithm') !== ALG_NULL) {
    throw tpmError('the key has a symmetric algorithm: it is no signing key');
  }
  const { scheme, hash } = takeScheme(reader);
  const jwk = type === TYPE_RSA ? takeRsaKey(reader) : takeEccKey(reader);
  reader.assertEnd('the public area');
  return { attributes, scheme, hash, key: createKey(jwk), name: nameOf(nameId, nameHash, area) };
}

/** Part 1, clause 16: the name is the algorithm, then the digest of the TPMT_PUBLIC. */
function nameOf(id: number, hash: TpmHash, area: Uint8Array): Uint8Array {
  const digest = createHash(hash).update(area).digest();
  return Uint8Array.from([id >> 8, id & 0xff, ...digest]);
}

function readAttributes(raw: number): KeyAttributes {
  const bit = (at: number): boolean => ((raw >>> at) & 1) === 1;
  return {
    fixedTpm: bit(1),
    fixedParent: bit(4),
    sensitiveDataOrigin: bit(5),
    restricted: bit(16),
    decrypt: bit(17),
    sign: bit(18),
  };
}

function takeScheme(reader: ByteReader): { scheme: TpmSignatureScheme; hash: TpmHash } {
  const id = takeUint16(reader, 'signature scheme');
  const scheme = findSignatureScheme(id);
  if (scheme === undefined) {
    throw tpmError(`the signature scheme ${algorithmName(id)} of the key is not accepted`);
  }
  const hashId = takeUint16(reader, 'hash of the signature scheme');
  const hash = findHash(hashId);
  if (hash === undefined) {
    throw tpmError(`the hash ${algorithmName(hashId)} of the key is not accepted`);
  }
  return { scheme, hash };
}

function takeRsaKey(reader: ByteReader): JsonWebKey {
  const bits = takeUint16(reader, 'key size');
  const exponent = takeUint32(reader, 'exponent');
  const modulus = takeSized(reader, 512, 'modulus');
  if (modulus.length !== bits / 8) throw tpmError('the modulus does not have the size of the key');
  const e = Buffer.alloc(4);
  // zero stands for the default (Part 2, clause 12.2.3.5)
  e.writeUInt32BE(exponent === 0 ? DEFAULT_EXPONENT : exponent);
  return { kty: 'RSA', n: base64url(modulus), e: base64url(e) };
}

function takeEccKey(reader: ByteReader): JsonWebKey {
  const id = takeUint16(reader, 'curve');
  const curve = CURVE_OF_ID.get(id);
  if (curve === undefined) throw tpmError(`the curve ${algorithmName(id)} is not accepted`);
  if (takeUint16(reader, 'key derivation') !== ALG_NULL) {
    throw tpmError('the key has a key derivation: it is no signing key');
  }
  const [x, y] = [takeSized(reader, 66, 'X'), takeSized(reader, 66, 'Y')];
  if (x.length > curve.sizeBytes || y.length > curve.sizeBytes) {
    throw tpmError('a coordinate is longer than its curve');
  }
  const padded = (value: Uint8Array): string =>
    base64url(Buffer.concat([Buffer.alloc(curve.sizeBytes - value.length), value]));
  return { kty: 'EC', crv: curve.crv, x: padded(x), y: padded(y) };
}

function createKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw tpmError('the public key cannot be read');
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
