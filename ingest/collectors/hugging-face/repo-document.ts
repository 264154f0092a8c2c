// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type { HfRepoDocument } from '../../../schemas/hf-repo-info/parse.ts';
import type { HubType } from './address.ts';
import type { HubRepo, TreeFile } from './hub-client.ts';

/**
 * What is said of one commit as one document, in the members of the Hub's own answer (`id`, `sha`, `siblings` with `lfs`) and
 * two more: `repoType`, which the Hub leaves to the address, and `documents`, the card as text. What changes without the
 * commit (likes, downloads) is left out, so that the same commit is always the same document.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the Hub's text is broken
 */
export function repoDocument(
  type: HubType,
  repo: HubRepo,
  files: readonly TreeFile[],
  documents: readonly HfRepoDocument[],
): Uint8Array {
  const { id, commit, lastModified } = repo;
  try {
    const text = canonicalizeJcs({
      repoType: type,
      id,
      sha: commit,
      ...(lastModified === undefined ? {} : { lastModified }),
      siblings: files.map(({ path, sizeBytes, blobId, sha256 }) => ({
        rfilename: path,
        size: sizeBytes,
        blobId,
        ...(sha256 === undefined ? {} : { lfs: { sha256 } }),
      })),
      documents: documents.map(({ path, text: content }) => ({ path, text: content })),
    });
    return new TextEncoder().encode(text);
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the Hub gives text that is not well-formed', {
      cause,
      file: id,
    });
  }
}

/** The text of bytes from which the same bytes come back; undefined for others. */
export function findExactText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
