// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';
import { isCommit } from '../hf-model-card/repo-id.ts';

/** A file of a repository at one commit. */
export interface HfRepoFile {
  readonly path: string;
  /** SHA-256 of the content, which the Hub keeps for large files (LFS) only. */
  readonly sha256?: string;
  readonly pointer: string;
}

/** A small file that was taken along as text: the card. */
export interface HfRepoDocument {
  readonly path: string;
  readonly text: string;
}

/** What the Hub says of one repository at one commit. */
export interface HfRepoInfo {
  readonly type: 'model' | 'dataset';
  readonly id: string;
  readonly commit: string;
  readonly lastModified?: string;
  readonly files: readonly HfRepoFile[];
  readonly documents: readonly HfRepoDocument[];
}

/** Recognises an answer of the Hub's API about one model, and what the collector writes of a model or data set. */
export function detectHfRepoInfo(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json' || !isJsonObject(decoded.json.value)) return undefined;
  const { value } = decoded.json;
  const isRepo =
    typeOf(value) !== undefined &&
    stringMember(value, 'id') !== undefined &&
    isCommit(stringMember(value, 'sha') ?? '') &&
    arrayMember(value, 'siblings') !== undefined;
  return isRepo ? { format: 'hf-repo-info', version: null } : undefined;
}

/**
 * Parses the Hub's answer to `/api/models/ID/revision/COMMIT?blobs=true`, or the same members with `repoType` and `documents`.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 * @see https://huggingface.co/docs/hub/api
 */
export function parseHfRepoInfo(value: JsonValue): HfRepoInfo {
  const type = typeOf(value);
  const id = stringMember(value, 'id');
  const commit = stringMember(value, 'sha') ?? '';
  if (type === undefined || id === undefined || !isCommit(commit)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'no repository at a commit');
  }
  const lastModified = stringMember(value, 'lastModified');
  return {
    type,
    id,
    commit,
    ...(lastModified === undefined ? {} : { lastModified }),
    files: (arrayMember(value, 'siblings') ?? []).flatMap((file, at) => {
      const path = stringMember(file, 'rfilename');
      const sha256 = stringMember(member(file, 'lfs'), 'sha256');
      if (path === undefined) return [];
      const pointer = pointerJoin('', 'siblings', at);
      return [{ path, ...(sha256 === undefined ? {} : { sha256 }), pointer }];
    }),
    documents: (arrayMember(value, 'documents') ?? []).flatMap((document) => {
      const path = stringMember(document, 'path');
      const text = stringMember(document, 'text');
      return path === undefined || text === undefined ? [] : [{ path, text }];
    }),
  };
}

/** Only answers about models name the id a second time; a data set needs the word. */
function typeOf(value: JsonValue): 'model' | 'dataset' | undefined {
  const written = stringMember(value, 'repoType');
  if (written === 'model' || written === 'dataset') return written;
  return written === undefined && stringMember(value, 'modelId') !== undefined
    ? 'model'
    : undefined;
}
