// SPDX-License-Identifier: Apache-2.0
import { createHash, type KeyObject } from 'node:crypto';

declare const identityBrand: unique symbol;

/**
 * Who signed: `key:sha256:<hex of the SPKI>` for a plain key, `cert:<SAN>|<issuer>` for a certificate. Computed from what
 * verified, never from a stated key id (DESIGN.md 3).
 */
export type Identity = string & { readonly [identityBrand]: true };

/** Identity of a plain public key: SHA-256 over its DER SubjectPublicKeyInfo. */
export function identityOfKey(key: KeyObject): Identity {
  const spki = key.export({ format: 'der', type: 'spki' });
  return `key:sha256:${createHash('sha256').update(spki).digest('hex')}` as Identity;
}

const IDENTITY = /^(key:sha256:[0-9a-f]{64}|cert:[^|]{1,1024}\|[^|]{1,1024})$/;

/** Type guard for text in identity form. */
export function isIdentity(text: string): text is Identity {
  return IDENTITY.test(text);
}
