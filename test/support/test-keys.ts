// SPDX-License-Identifier: Apache-2.0
import { createHash, createPrivateKey } from 'node:crypto';
import type { Identity } from '../../core/identity.ts';
import { toTrustedKey } from '../../attest/trust/keys.ts';
import type { TrustedKey } from '../../attest/trust/keys.ts';
import { parseSigningKey } from '../../attest/trust/signing-key.ts';
import type { SigningKey } from '../../attest/trust/signing-key.ts';

/** PrivateKeyInfo of Ed25519 up to the seed (RFC 8410 section 7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A throw-away Ed25519 key that follows from its name, so that a failing run can be run again. Worth nothing. */
export function testKey(name: string): SigningKey {
  const seed = createHash('sha256').update(`pedigree test key ${name}`).digest();
  const der = Buffer.concat([ED25519_PKCS8, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return parseSigningKey(key.export({ format: 'pem', type: 'pkcs8' }).toString());
}

/** The public half, as trust roots hold it. */
export function trusted({ publicKey, algorithm }: SigningKey): TrustedKey {
  return toTrustedKey({ key: publicKey, algorithm });
}

/** An identity that no key stands behind, for events that are written by hand. */
export function testIdentity(name: string): Identity {
  return testKey(name).identity;
}
