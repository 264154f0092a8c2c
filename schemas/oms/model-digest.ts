// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256, type Digest } from '../../core/digest.ts';

/** One file of a model, as a signature lists it. */
export interface ModelFile {
  /** Path below the folder, parts separated by `/`. */
  readonly path: string;
  readonly digest: Digest;
}

/**
 * Entries at the top of a folder that are not part of a model: what model_signing leaves out unless told otherwise (its
 * option `ignore_git_paths`), and the signature itself under the name that it gives it.
 */
export const UNSIGNED_ENTRIES: ReadonlySet<string> = new Set([
  '.git',
  '.gitattributes',
  '.github',
  '.gitignore',
  'model.sig',
]);

/**
 * The digest of a folder as OMS v1.0 signs it: SHA-256 over the raw SHA-256 digests of its files, sorted by path part by
 * part. Names do not enter it, their order does. @see https://github.com/ossf/model-signing-spec section "Signing payload"
 */
export function modelDigest(files: readonly ModelFile[]): Digest {
  const sorted = files.toSorted((a, b) => comparePaths(a.path, b.path));
  return sha256(Buffer.concat(sorted.map(({ digest }) => Buffer.from(hexOf(digest), 'hex'))));
}

/** `a/z` stands before `a.txt`: paths are compared part by part, each by code points, as the bytes of UTF-8 are. */
export function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = Buffer.compare(Buffer.from(part), Buffer.from(other));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
