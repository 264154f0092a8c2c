// SPDX-License-Identifier: Apache-2.0
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { PedigreeError } from '../../core/errors.ts';
import { identityOfKey } from '../../core/identity.ts';
import type { Identity } from '../../core/identity.ts';
import { assertStrongKey, toCanonicalKey } from '../../schemas/policy/public-key.ts';
import type { KeyAlgorithm } from '../../schemas/policy/public-key.ts';

/** A private key with the identity that its signatures have. Never logged, never serialised but by formatSigningKey. */
export interface SigningKey {
  readonly identity: Identity;
  readonly algorithm: KeyAlgorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const PRIVATE_LABEL = '-----BEGIN PRIVATE KEY-----';

/** A new Ed25519 key: owner, log and demonstration keys. */
export function createSigningKey(): SigningKey {
  return toSigningKey(generateKeyPairSync('ed25519').privateKey);
}

/**
 * Reads an unencrypted PKCS #8 private key in PEM.
 * @throws {PedigreeError} ERR_PARSE_KEY; the message never holds any of the text
 */
export function parseSigningKey(pem: string): SigningKey {
  const hint = 'write it as PKCS #8: openssl pkcs8 -topk8 -nocrypt';
  if (!pem.trimStart().startsWith(PRIVATE_LABEL)) {
    throw new PedigreeError('ERR_PARSE_KEY', 'not an unencrypted PKCS #8 private key', { hint });
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    // the cause may quote the key
    throw new PedigreeError('ERR_PARSE_KEY', 'the private key cannot be read', { hint });
  }
  return toSigningKey(key);
}

/** PKCS #8 in PEM. The caller keeps it where nobody else can read it. */
export function formatSigningKey(key: SigningKey): string {
  return key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** SubjectPublicKeyInfo in PEM, to give to others. */
export function formatPublicKey(key: { readonly publicKey: KeyObject }): string {
  return key.publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

function toSigningKey(privateKey: KeyObject): SigningKey {
  const derived = createPublicKey(privateKey);
  const algorithm = assertStrongKey(derived);
  const publicKey = toCanonicalKey(derived);
  return { identity: identityOfKey(publicKey), algorithm, publicKey, privateKey };
}
