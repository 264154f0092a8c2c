// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { excerpt, PedigreeError } from './errors.ts';
import { blocksOf, type DocumentBytes } from './stored-bytes.ts';

declare const digestBrand: unique symbol;

/** `<algorithm>:<lower-case hex>` of a strong algorithm at its exact length. The only strings that identify content. */
export type Digest = string & { readonly [digestBrand]: true };

/** Hex lengths of the closed strong set. md5 and sha1 are names, not digests (DESIGN.md 3). */
const STRONG_HEX_LENGTH: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
  ['blake3', 64],
]);

/** Spellings seen in the wild, folded onto one; in lower case and in upper case. */
const ALGORITHM_SPELLING: ReadonlyMap<string, string> = new Map(
  [
    ['sha256', 'sha256'],
    ['sha384', 'sha384'],
    ['sha512', 'sha512'],
    ['blake3', 'blake3'],
    ['md5', 'md5'],
    ['sha1', 'sha1'],
    ['sha-256', 'sha256'],
    ['sha2_256', 'sha256'],
    ['sha2-256', 'sha256'],
    ['sha-384', 'sha384'],
    ['sha2_384', 'sha384'],
    ['sha-512', 'sha512'],
    ['sha2_512', 'sha512'],
    ['blake-3', 'blake3'],
    ['sha-1', 'sha1'],
  ].flatMap(([spelling = '', name = '']) => [
    [spelling, name],
    [spelling.toUpperCase(), name],
  ]),
);

/** By character code. Digests are most of what provenance says, and a pattern takes twice as long. */
const IS_LOWER_HEX = Uint8Array.from({ length: 128 }, (_, code) =>
  Number('0123456789abcdef'.includes(String.fromCharCode(code))),
);

/** SHA-256 of no bytes: content that everybody has, so it joins nothing. */
export const EMPTY_SHA256 = `sha256:${createHash('sha256').digest('hex')}` as Digest;

/** Lower-cases an algorithm name and folds its spellings (`SHA-256` is `sha256`). Unknown names come back lower-cased. */
export function foldAlgorithm(algorithm: string): string {
  const known = ALGORITHM_SPELLING.get(algorithm);
  if (known !== undefined) return known;
  const lower = algorithm.toLowerCase();
  return ALGORITHM_SPELLING.get(lower) ?? lower;
}

/** The digest of (algorithm, hex), or undefined where the algorithm is not strong or the text is not hex of its exact length (a placeholder). */
export function findDigest(algorithm: string, hex: string): Digest | undefined {
  return findFoldedDigest(foldAlgorithm(algorithm), hex);
}

/** The same for the name of an algorithm as foldAlgorithm gives it. */
export function findFoldedDigest(folded: string, hex: string): Digest | undefined {
  if (STRONG_HEX_LENGTH.get(folded) !== hex.length) return undefined;
  const lower = findLowerHex(hex);
  if (lower === undefined || isOneDigit(lower)) return undefined;
  return `${folded}:${lower}` as Digest;
}

/** Hex in lower case; undefined for everything else. */
export function findLowerHex(hex: string): string | undefined {
  if (isLowerHex(hex)) return hex;
  const lower = hex.toLowerCase();
  return isLowerHex(lower) ? lower : undefined;
}

function isLowerHex(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (IS_LOWER_HEX[text.charCodeAt(at)] !== 1) return false;
  }
  return text !== '';
}

/** A placeholder, seen in templates. */
function isOneDigit(hex: string): boolean {
  return hex.charCodeAt(0) === hex.charCodeAt(1) && /^(.)\1*$/.test(hex);
}

/** True for an algorithm of the strong set, whatever its spelling. */
export function isStrongAlgorithm(algorithm: string): boolean {
  return STRONG_HEX_LENGTH.has(foldAlgorithm(algorithm));
}

/** True for the name of a strong algorithm as foldAlgorithm gives it. */
export function isFoldedStrong(folded: string): boolean {
  return STRONG_HEX_LENGTH.has(folded);
}

/**
 * Parses `<algorithm>:<hex>`.
 * @throws {PedigreeError} ERR_PARSE_DIGEST
 */
export function parseDigest(text: string): Digest {
  const colon = text.indexOf(':');
  const digest = colon > 0 ? findDigest(text.slice(0, colon), text.slice(colon + 1)) : undefined;
  if (digest === undefined) {
    throw new PedigreeError('ERR_PARSE_DIGEST', `not a digest: "${excerpt(text)}"`, {
      hint: 'write <algorithm>:<hex> with sha256, sha384, sha512 or blake3 at its full length',
    });
  }
  return digest;
}

/** Type guard for text that is already in canonical digest form. */
export function isDigest(text: string): text is Digest {
  const colon = text.indexOf(':');
  return colon > 0 && findDigest(text.slice(0, colon), text.slice(colon + 1)) === text;
}

/** SHA-256 of the bytes (text counts as UTF-8). */
export function sha256(bytes: DocumentBytes | string): Digest {
  return `sha256:${hashHex('sha256', bytes)}` as Digest;
}

/**
 * Hash of the bytes in hex.
 * @param algorithm as OpenSSL names it
 */
export function hashHex(algorithm: string, bytes: DocumentBytes | string): string {
  const hash = createHash(algorithm);
  if (typeof bytes === 'string') hash.update(bytes);
  else for (const block of blocksOf(bytes)) hash.update(block);
  return hash.digest('hex');
}

/** SHA-256 of all pieces, one after the other. */
export function sha256OfPieces(pieces: Iterable<Uint8Array>): Digest {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}` as Digest;
}

/** The hex part. */
export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
