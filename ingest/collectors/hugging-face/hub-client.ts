// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { member, parseJson, stringMember } from '../../../core/json.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { isCommit } from '../../../schemas/hf-model-card/repo-id.ts';
import type { FetchAnswer } from '../bounded-fetch.ts';
import type { CollectContext } from '../collector.ts';
import { findNextLink } from '../link-header.ts';
import { findAuthorization } from '../source-url.ts';
import { findUrlPath } from '../url-path.ts';
import { isHubId, type HubAddress } from './address.ts';

/** A repository in a list. */
export interface ListedRepo {
  readonly id: string;
  /** Commit of its default branch, where the list says. */
  readonly commit: string | undefined;
}

/** A repository at one commit. */
export interface HubRepo {
  readonly id: string;
  readonly commit: string;
  readonly lastModified: string | undefined;
}

/** A file of a repository, by the Hub's word. */
export interface TreeFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Git's id of the content, or of the pointer that stands for it. */
  readonly blobId: string;
  /** SHA-256 of the content of a large file. */
  readonly sha256: string | undefined;
}

const PAGE_BYTES = 64 * 1024 * 1024;
const MAX_PAGES = 10_000;
const MAX_FILES = 500_000;

/** Asks the Hub, or what speaks as it does. @see https://huggingface.co/docs/hub/api */
export class HubClient {
  readonly #context: CollectContext;
  readonly #address: HubAddress;
  /** `models` or `datasets`. */
  readonly #kind: string;

  constructor(context: CollectContext, address: HubAddress) {
    this.#context = context;
    this.#address = address;
    this.#kind = `${address.type}s`;
  }

  /** Every repository of the owner. */
  async *repositories(): AsyncGenerator<ListedRepo> {
    const { owner } = this.#address;
    const path = `/api/${this.#kind}?author=${encodeURIComponent(owner)}&limit=100&full=true`;
    for await (const page of this.#pages(path)) {
      for (const one of page) {
        const id = stringMember(one, 'id') ?? '';
        if (!isHubId(id) || !id.startsWith(`${owner}/`))
          throw this.#wrong('lists what was not asked for');
        const commit = stringMember(one, 'sha');
        yield { id, commit: commit !== undefined && isCommit(commit) ? commit : undefined };
      }
    }
  }

  /** @throws {PedigreeError} ERR_SOURCE_UNAVAILABLE where the answer is about another repository; else as BoundedFetch */
  async getRepo(id: string, revision: string | undefined): Promise<HubRepo> {
    const end = revision === undefined ? '' : `/revision/${encodeURIComponent(revision)}`;
    const { bytes } = await this.#get(`/api/${this.#kind}/${id}${end}`, PAGE_BYTES);
    const { value } = parseJson(bytes);
    const found = stringMember(value, 'id');
    const commit = stringMember(value, 'sha') ?? '';
    if (found !== id) {
      throw this.#wrong(`speaks of "${excerpt(found ?? '')}" where ${id} was asked for`);
    }
    if (!isCommit(commit)) throw this.#wrong(`names no commit of ${id}`);
    if (revision !== undefined && isCommit(revision) && revision !== commit) {
      throw this.#wrong(`gives another commit of ${id} than the one that was asked for`);
    }
    return { id, commit, lastModified: stringMember(value, 'lastModified') };
  }

  /** Every file of a commit. */
  async getTree({ id, commit }: HubRepo): Promise<readonly TreeFile[]> {
    const files = new Map<string, TreeFile>();
    for await (const page of this.#pages(
      `/api/${this.#kind}/${id}/tree/${commit}?recursive=true`,
    )) {
      for (const entry of page) {
        const file = fileOf(entry);
        if (file === undefined) continue;
        if (files.has(file.path)) throw this.#wrong(`lists a file of ${id} twice`);
        if (files.size >= MAX_FILES) {
          throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_FILES} files`, { file: id });
        }
        files.set(file.path, file);
      }
    }
    return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Bytes of a small file, checked against what the tree says of them. @throws {PedigreeError} */
  async getFile(repo: HubRepo, file: TreeFile, maxBytes: number): Promise<Uint8Array> {
    const path = findUrlPath(file.path);
    if (path === undefined) {
      throw new PedigreeError('ERR_SOURCE_REFUSED', 'a path that no address can hold', {
        file: repo.id,
      });
    }
    const folder = this.#address.type === 'model' ? '' : `${this.#kind}/`;
    const at = `/${folder}${repo.id}/resolve/${repo.commit}/${path}`;
    const { bytes } = await this.#get(at, maxBytes);
    if (!isContentOf(file, bytes))
      throw this.#wrong(`gives other bytes than its tree of ${repo.id} says`);
    return bytes;
  }

  async *#pages(path: string): AsyncGenerator<readonly JsonValue[]> {
    const asked = new Set<string>();
    const first = new URL(`${this.#address.endpoint}${path}`);
    for (let url: URL | undefined = first; url !== undefined;) {
      if (asked.has(url.href) || asked.size >= MAX_PAGES) throw this.#wrong('lists without an end');
      asked.add(url.href);
      const { bytes, headers } = await this.#ask(url, PAGE_BYTES);
      const { value } = parseJson(bytes);
      if (!Array.isArray(value)) throw this.#wrong('gives a list that is none');
      yield value as readonly JsonValue[];
      const next = findNextLink(headers.get('link'), url);
      if (
        next !== undefined &&
        (next.origin !== first.origin || next.pathname !== first.pathname)
      ) {
        throw this.#wrong('gives a list that goes on somewhere else');
      }
      url = next;
    }
  }

  #get(path: string, maxBytes: number): Promise<FetchAnswer> {
    return this.#ask(new URL(`${this.#address.endpoint}${path}`), maxBytes);
  }

  #ask(url: URL, maxBytes: number): Promise<FetchAnswer> {
    const { fetch, signal, credentials } = this.#context;
    const authorization = findAuthorization(credentials(new URL(this.#address.endpoint)));
    return fetch({ url, maxBytes, signal, ...(authorization !== undefined && { authorization }) });
  }

  #wrong(why: string): PedigreeError {
    return new PedigreeError('ERR_SOURCE_UNAVAILABLE', `the Hub ${why}`, {
      file: this.#address.label,
    });
  }
}

/** Undefined for a folder, and for an entry without what makes it a file. */
function fileOf(entry: JsonValue): TreeFile | undefined {
  const path = stringMember(entry, 'path');
  const blobId = stringMember(entry, 'oid');
  const size = member(entry, 'size');
  if (stringMember(entry, 'type') !== 'file' || path === undefined || blobId === undefined) {
    return undefined;
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  return { path, blobId, sizeBytes: size, sha256: stringMember(member(entry, 'lfs'), 'oid') };
}

/** @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function isContentOf(file: TreeFile, bytes: Uint8Array): boolean {
  if (file.sha256 !== undefined) {
    return createHash('sha256').update(bytes).digest('hex') === file.sha256;
  }
  const head = `blob ${bytes.length}\u0000`;
  return createHash('sha1').update(head).update(bytes).digest('hex') === file.blobId;
}
