// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { identityOfKey } from '../../core/identity.ts';
import type { Identity } from '../../core/identity.ts';
import { decodeText } from '../../core/json.ts';
import { parsePublicKeyPem } from '../../schemas/policy/public-key.ts';
import type { KeyAlgorithm, PublicKey } from '../../schemas/policy/public-key.ts';

/** A public key that the operator trusts to be somebody's. Whether its owner may sign something is the policy's matter. */
export interface TrustedKey {
  readonly identity: Identity;
  readonly key: KeyObject;
  readonly algorithm: KeyAlgorithm;
}

/**
 * The public keys of PEM text: SubjectPublicKeyInfo of Ed25519, ECDSA P-256, P-384, P-521 or RSA of at least 2048 bits.
 * A key that is written twice counts once.
 * @throws {PedigreeError} ERR_PARSE_KEY for anything weak, unknown or private, and for certificates; ERR_PARSE_ENCODING
 */
export function parsePublicKeys(pem: string | Uint8Array): TrustedKey[] {
  const text = typeof pem === 'string' ? pem : decodeText(pem);
  return distinctKeys(parsePublicKeyPem(text).map(toTrustedKey));
}

/** A key with its identity. */
export function toTrustedKey(publicKey: PublicKey): TrustedKey {
  return { identity: identityOfKey(publicKey.key), ...publicKey };
}

/** Each identity once, the first one kept. */
export function distinctKeys(keys: readonly TrustedKey[]): TrustedKey[] {
  const byIdentity = new Map<Identity, TrustedKey>();
  for (const key of keys) if (!byIdentity.has(key.identity)) byIdentity.set(key.identity, key);
  return [...byIdentity.values()];
}
