// SPDX-License-Identifier: Apache-2.0
import { constants, sign } from 'node:crypto';
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import { assertNever } from '../../core/errors.ts';
import type { NonEmpty } from '../../core/verdict.ts';
import { preAuthenticationEncoding } from '../../schemas/dsse/pae.ts';
import type { SigningKey } from '../trust/signing-key.ts';

/**
 * A DSSE envelope over the payload, signed by each key once. With Ed25519 keys the bytes depend on the arguments alone.
 * @returns RFC 8785 text of the envelope, in bytes; the key id is the hex SHA-256 of the SubjectPublicKeyInfo
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md
 */
export function signDsse(
  payloadType: string,
  payload: Uint8Array,
  keys: NonEmpty<SigningKey>,
): Uint8Array {
  const signed = preAuthenticationEncoding(payloadType, payload);
  const distinct = new Map(keys.map((key) => [key.identity, key]));
  const signatures = [...distinct.values()].map((key) => ({
    keyid: keyIdOf(key),
    sig: signBytes(key, signed).toString('base64'),
  }));
  const envelope = { payload: Buffer.from(payload).toString('base64'), payloadType, signatures };
  return new TextEncoder().encode(canonicalizeJcs(envelope));
}

/** Key id as signDsse writes it. */
export function keyIdOf({ identity }: Pick<SigningKey, 'identity'>): string {
  return identity.slice('key:sha256:'.length);
}

function signBytes({ algorithm, privateKey: key }: SigningKey, data: Uint8Array): Buffer {
  switch (algorithm) {
    case 'ed25519':
      return sign(null, data, key);
    case 'ecdsa-p256':
      return sign('sha256', data, key);
    case 'ecdsa-p384':
      return sign('sha384', data, key);
    case 'ecdsa-p521':
      return sign('sha512', data, key);
    case 'rsa':
      return sign('sha256', data, {
        key,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    default:
      return assertNever(algorithm);
  }
}
