// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../core/errors.ts';

const SEAL: unique symbol = Symbol('verified');

/**
 * Claims whose authenticity was verified. Only sealVerified makes one, so that a function that asks for
 * Verified<…> cannot be called with claims that were merely parsed.
 */
export interface Verified<Claims> {
  readonly claims: Claims;
  readonly [SEAL]: true;
}

const sealed = new WeakSet();

/**
 * Seals claims. Called by the verify.ts of a format or hardware, after its last check, and by nobody else.
 * The claims are frozen: what was verified is what is appraised.
 */
export function sealVerified<Claims>(claims: Claims): Verified<Claims> {
  const verified: Verified<Claims> = Object.freeze({ claims: freezeDeep(claims), [SEAL]: true });
  sealed.add(verified);
  return verified;
}

/**
 * The claims of a sealed value.
 * @throws {PedigreeError} ERR_INTERNAL for a value that sealVerified did not make
 */
export function claimsOf<Claims>(verified: Verified<Claims>): Claims {
  if (!sealed.has(verified)) {
    throw new PedigreeError('ERR_INTERNAL', 'claims were used that nothing has verified');
  }
  return verified.claims;
}

function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const item of Object.values(value)) freezeDeep(item);
  return Object.freeze(value);
}
