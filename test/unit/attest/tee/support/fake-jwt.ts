// SPDX-License-Identifier: Apache-2.0
import { constants, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const HASH: ReadonlyMap<string, string> = new Map([
  ['ES256', 'sha256'],
  ['ES384', 'sha384'],
  ['ES512', 'sha512'],
  ['RS256', 'sha256'],
  ['RS384', 'sha384'],
  ['PS384', 'sha384'],
]);

/** A JWS signed by hand, so that any header and payload can be signed. */
export function signToken(
  header: Readonly<Record<string, unknown>>,
  payload: unknown,
  privateKey: KeyObject,
): Uint8Array {
  const head = encode(JSON.stringify(header));
  const body = encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const input = Buffer.from(`${head}.${body}`);
  const signature = signatureOf(String(header['alg']), input, privateKey);
  return Buffer.from(`${head}.${body}.${signature.toString('base64url')}`);
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function signatureOf(alg: string, input: Uint8Array, key: KeyObject): Buffer {
  if (alg === 'EdDSA') return sign(null, input, key);
  const hash = HASH.get(alg) ?? 'sha256';
  if (alg.startsWith('PS')) {
    return sign(hash, input, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 });
  }
  return sign(hash, input, { key, dsaEncoding: 'ieee-p1363' });
}
