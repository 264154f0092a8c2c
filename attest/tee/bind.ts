// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { findScheme } from './registry.ts';

const DOMAIN = 'pedigree/bind/v1';

/**
 * The exact bytes that evidence of this kind must carry to speak for a statement:
 * H("pedigree/bind/v1" ‖ 0x00 ‖ kind ‖ 0x00 ‖ DSSE PAE). The kind is hashed, so that evidence of one kind
 * cannot be passed off as one of another.
 * @param pae DSSE pre-authentication encoding of the statement's envelope
 * @returns 64 bytes, 32 bytes, or for tokens the 43 ASCII characters of unpadded base64url
 * @throws {PedigreeError} ERR_USAGE for a kind that carries no binding
 */
export function bindStatement(kind: string, pae: Uint8Array): Uint8Array {
  const form = findScheme(kind)?.chosen.binding;
  if (form === undefined) {
    throw new PedigreeError('ERR_USAGE', `no evidence kind "${excerpt(kind)}" carries a binding`);
  }
  const hash = createHash(form === 'sha512' ? 'sha512' : 'sha256');
  const digest = hash.update(`${DOMAIN}\0${kind}\0`).update(pae).digest();
  if (form !== 'sha256-base64url') return new Uint8Array(digest);
  return new TextEncoder().encode(digest.toString('base64url'));
}
