// SPDX-License-Identifier: Apache-2.0
import { constants, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  derChildren,
  derError,
  derOid,
  derSmallInteger,
  DER_TAG,
  expectDer,
  parseDer,
} from './der.ts';
import type { DerNode } from './der.ts';

/** The signature algorithms that the hardware vendors' certificates use. Any other one is refused. */
export type SignatureAlgorithm =
  | 'rsa-pss-sha384'
  | 'rsa-sha256'
  | 'rsa-sha384'
  | 'rsa-sha512'
  | 'ecdsa-sha256'
  | 'ecdsa-sha384'
  | 'ecdsa-sha512';

const RSASSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const SHA384 = '2.16.840.1.101.3.4.2.2';

const ALGORITHM_OF_OID: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['1.2.840.113549.1.1.11', 'rsa-sha256'],
  ['1.2.840.113549.1.1.12', 'rsa-sha384'],
  ['1.2.840.113549.1.1.13', 'rsa-sha512'],
  ['1.2.840.10045.4.3.2', 'ecdsa-sha256'],
  ['1.2.840.10045.4.3.3', 'ecdsa-sha384'],
  ['1.2.840.10045.4.3.4', 'ecdsa-sha512'],
]);

/** Below this an RSA key is not taken as a signer. */
const MIN_RSA_BITS = 2048;

/**
 * The algorithm that an AlgorithmIdentifier names.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE for one that is not of the list, or has other parameters
 * @see RFC 4055 section 3.1, RFC 5758
 */
export function parseSignatureAlgorithm(identifier: DerNode | undefined): SignatureAlgorithm {
  const sequence = expectDer(identifier, DER_TAG.sequence, 'signature algorithm');
  const [oidNode, parameters] = derChildren(sequence);
  const oid = derOid(oidNode, 'signature algorithm');
  if (oid === RSASSA_PSS) {
    assertPssSha384(parameters);
    return 'rsa-pss-sha384';
  }
  const algorithm = ALGORITHM_OF_OID.get(oid);
  if (algorithm === undefined) throw derError(`signature algorithm ${oid} is not accepted`);
  return algorithm;
}

/** RFC 4055 section 3.1: SHA-384, MGF1 with SHA-384, salt of 48 bytes, trailer 1. */
function assertPssSha384(parameters: DerNode | undefined): void {
  const fields = new Map<number, DerNode>();
  for (const field of derChildren(expectDer(parameters, DER_TAG.sequence, 'RSA-PSS parameters'))) {
    if (fields.has(field.tag)) throw derError('an RSA-PSS parameter is given twice');
    fields.set(field.tag, parseDer(field.content));
  }
  const hash = derChildren(expectDer(fields.get(0xa0), DER_TAG.sequence, 'RSA-PSS hash'));
  const mask = derChildren(expectDer(fields.get(0xa1), DER_TAG.sequence, 'RSA-PSS mask'));
  const maskHash = derChildren(expectDer(mask[1], DER_TAG.sequence, 'RSA-PSS mask hash'));
  const trailer = fields.get(0xa3);
  const isSha384 =
    derOid(hash[0], 'RSA-PSS hash') === SHA384 &&
    derOid(mask[0], 'RSA-PSS mask') === MGF1 &&
    derOid(maskHash[0], 'RSA-PSS mask hash') === SHA384 &&
    derSmallInteger(fields.get(0xa2), 'RSA-PSS salt length') === 48 &&
    (trailer === undefined || derSmallInteger(trailer, 'RSA-PSS trailer') === 1);
  if (!isSha384) throw derError('RSA-PSS is accepted with SHA-384 and a salt of 48 bytes only');
}

/**
 * Reads a SubjectPublicKeyInfo.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parsePublicKey(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw derError('the public key cannot be read');
  }
}

/** How an ECDSA signature is written: a DER sequence, as in certificates, or R ‖ S of fixed width. */
export type EcdsaEncoding = 'der' | 'raw';

/** True where the key made this signature over the data. A key of the wrong type or size made none. */
export function isSignatureValid(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
  encoding: EcdsaEncoding = 'der',
): boolean {
  if (!fitsAlgorithm(algorithm, key)) return false;
  const hash = `sha${algorithm.slice(-3)}`;
  try {
    if (algorithm === 'rsa-pss-sha384') {
      const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
      return verify(hash, data, pss, signature);
    }
    const dsaEncoding = encoding === 'raw' ? 'ieee-p1363' : 'der';
    return verify(hash, data, { key, dsaEncoding }, signature);
  } catch {
    return false;
  }
}

function fitsAlgorithm(algorithm: SignatureAlgorithm, key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails;
  if (algorithm.startsWith('ecdsa-')) {
    return key.asymmetricKeyType === 'ec' && isNistCurve(details?.namedCurve);
  }
  return key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

function isNistCurve(curve: string | undefined): boolean {
  return curve === 'prime256v1' || curve === 'secp384r1' || curve === 'secp521r1';
}
