// SPDX-License-Identifier: Apache-2.0

/** What a card's author wrote where a repository id belongs. */
export type RepoReference =
  /** An id: `org/name`, or `name` of a repository without a namespace (`squad`, `gpt2`). */
  | { readonly kind: 'id'; readonly id: string; readonly commit?: string }
  /** A word that many cards use for "no repository" or for a file loader; it must join nothing. */
  | { readonly kind: 'placeholder' }
  /** An address that is not on the Hub. */
  | { readonly kind: 'url'; readonly url: string }
  /** A path on somebody's machine. */
  | { readonly kind: 'path' }
  /** Anything else: a sentence, a title. */
  | { readonly kind: 'free-text' };

/** @see https://huggingface.co/docs/huggingface_hub/package_reference/utilities#huggingface_hub.utils.validate_repo_id */
const REPO_ID = /^[A-Za-z0-9][\w.-]{0,95}(?:\/[\w.-]{1,96})?$/;
const COMMIT = /^[0-9a-f]{40}$/;
const HUB_URL = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/(datasets\/)?([^?#]{1,200})/;

/** Packaged loaders and stand-ins that training scripts write into `datasets` and `dataset.type`. */
const PLACEHOLDERS = new Set([
  ...['custom', 'unknown', 'other', 'none', 'null', 'private', 'original', 'local', 'n-a', 'tbd'],
  ...['proprietary', 'internal', 'dataset', 'generator', 'json', 'jsonl', 'csv', 'text', 'parquet'],
  ...['arrow', 'pandas', 'xml', 'sql', 'webdataset', 'imagefolder', 'audiofolder', 'videofolder'],
  ...['spark', 'mds', 'lance', 'hdf5', 'pdffolder', 'your_dataset', 'model', 'base_model', 'nan'],
]);

/**
 * Reads text as a Hub repository id, tolerating the address of the repository's page. A branch or tag in the address is
 * dropped; a commit is kept.
 */
export function parseRepoReference(text: string): RepoReference {
  const trimmed = text.trim();
  const url = HUB_URL.exec(trimmed);
  if (url !== null) return fromUrlPath(url[2] ?? '');
  if (/^https?:\/\/[^\s/]{1,255}\/\S*$/.test(trimmed)) return { kind: 'url', url: trimmed };
  if (looksLikePath(trimmed)) return { kind: 'path' };
  if (PLACEHOLDERS.has(trimmed.toLowerCase())) return { kind: 'placeholder' };
  return isRepoId(trimmed) ? { kind: 'id', id: trimmed } : { kind: 'free-text' };
}

/** True for a full Git commit of a Hub repository. */
export function isCommit(text: string): boolean {
  return COMMIT.test(text);
}

function fromUrlPath(path: string): RepoReference {
  const parts = path.split('/');
  while (parts.at(-1) === '') parts.pop();
  const [first = '', second, verb, revision] = parts;
  const id = second === undefined ? first : `${first}/${second}`;
  if (!isRepoId(id)) return { kind: 'free-text' };
  const isPinned =
    (verb === 'tree' || verb === 'commit' || verb === 'blob') && isCommit(revision ?? '');
  return isPinned ? { kind: 'id', id, commit: revision ?? '' } : { kind: 'id', id };
}

function isRepoId(text: string): boolean {
  return (
    REPO_ID.test(text) && !text.includes('--') && !text.includes('..') && !text.endsWith('.git')
  );
}

function looksLikePath(text: string): boolean {
  return (
    /^(?:\/|\.{1,2}\/|~|[A-Za-z]:[\\/])/.test(text) ||
    text.includes('\\') ||
    (text.split('/').length > 2 && !/\s/.test(text))
  );
}
