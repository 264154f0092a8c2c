// SPDX-License-Identifier: Apache-2.0

/**
 * The bytes of strict base64, in the standard or the URL-safe alphabet (RFC 4648 sections 4 and 5), never mixed; only the
 * URL-safe form may leave its padding out. Whitespace, wrong padding and leftover bits give undefined: two readers of
 * lax base64 see two different payloads.
 */
export function findBase64(text: string): Uint8Array | undefined {
  // the decoder is lax: what does not come back as it was written was not strict
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text && !isUrlSafe(bytes, text)) return undefined;
  // short ones stand in memory that Buffer shares out
  const isShared = bytes.buffer.byteLength !== bytes.length;
  return isShared ? new Uint8Array(bytes) : new Uint8Array(bytes.buffer);
}

function isUrlSafe(bytes: Buffer, text: string): boolean {
  const bare = bytes.toString('base64url');
  return bare === text || bare + '='.repeat((4 - (bare.length % 4)) % 4) === text;
}
