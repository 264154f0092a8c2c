// SPDX-License-Identifier: Apache-2.0

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;
const URL_SAFE = /^[A-Za-z0-9_-]*={0,2}$/;

/**
 * The bytes of strict base64, in the standard or the URL-safe alphabet (RFC 4648 sections 4 and 5), never mixed; only the
 * URL-safe form may leave its padding out. Whitespace, wrong padding and leftover bits give undefined: two readers of
 * lax base64 see two different payloads.
 */
export function findBase64(text: string): Uint8Array | undefined {
  const isUrlSafe = URL_SAFE.test(text);
  if (!isUrlSafe && !STANDARD.test(text)) return undefined;
  const firstPad = text.indexOf('=');
  const bare = firstPad < 0 ? text : text.slice(0, firstPad);
  const isPadded = text.length % 4 === 0;
  if (!isPadded && (firstPad >= 0 || !isUrlSafe)) return undefined;
  const bytes = Buffer.from(bare, 'base64');
  const again = bytes.toString('base64url');
  if (again !== bare.replaceAll('+', '-').replaceAll('/', '_')) return undefined;
  return new Uint8Array(bytes);
}
