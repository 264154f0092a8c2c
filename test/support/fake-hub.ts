// SPDX-License-Identifier: Apache-2.0
// Speaks as the Hugging Face Hub's API is documented to: https://huggingface.co/docs/hub/api
import { createHash } from 'node:crypto';
import { startServer, type TestServer } from './test-server.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';

interface FakeFile {
  readonly bytes: Uint8Array;
  /** What the tree says; for a large file only its SHA-256 is kept. */
  readonly size: number;
  readonly isLarge: boolean;
}

const PAGE = 3;

/** Repositories in memory. A token is asked for where one is given. */
export class FakeHub {
  readonly #repos = new Map<string, Map<string, FakeFile>>();
  readonly #token: string | undefined;
  #server: TestServer | undefined;

  constructor(token?: string) {
    this.#token = token;
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('not started');
    return this.#server;
  }

  async start(): Promise<TestServer> {
    this.#server = await startServer((request, response) => this.#answer(request, response));
    return this.#server;
  }

  /** @param repo `models/OWNER/NAME` or `datasets/OWNER/NAME` */
  add(repo: string, path: string, content: Uint8Array | string, large?: { size: number }): void {
    const files = this.#repos.get(repo) ?? new Map<string, FakeFile>();
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const isLarge = large !== undefined;
    files.set(path, { bytes, size: large?.size ?? bytes.length, isLarge });
    this.#repos.set(repo, files);
  }

  commitOf(repo: string): string {
    const files = [...(this.#repos.get(repo) ?? [])].map(([path, file]) => [
      path,
      blobId(file.bytes),
    ]);
    return createHash('sha1')
      .update(JSON.stringify([repo, files]))
      .digest('hex');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.server.url());
    if (this.#token !== undefined && request.headers.authorization !== `Bearer ${this.#token}`) {
      send(response, 401, { error: 'Invalid credentials' });
      return;
    }
    const found = this.#api(url) ?? this.#file(url);
    if (found === undefined) send(response, 404, { error: 'Repository not found' });
    else if (found instanceof Uint8Array) response.end(found);
    else send(response, 200, found.body, found.next);
  }

  #api(url: URL): { body: unknown; next?: string } | undefined {
    const [, api, kind = '', owner = '', name = '', verb, revision, ...rest] =
      url.pathname.split('/');
    if (api !== 'api' || rest.length > 0) return undefined;
    if (owner === '') return { body: this.#list(kind, url.searchParams.get('author') ?? '') };
    const repo = `${kind}/${owner}/${name}`;
    const files = this.#repos.get(repo);
    if (files === undefined) return undefined;
    const sha = this.commitOf(repo);
    const isHere = verb === undefined || revision === sha || revision === 'main';
    if (!isHere) return undefined;
    if (verb === 'tree') return page([...files].map(treeEntry), url);
    return {
      body: { id: `${owner}/${name}`, sha, private: false, downloads: Math.random(), siblings: [] },
    };
  }

  #list(kind: string, author: string): unknown {
    return [...this.#repos.keys()]
      .filter((repo) => repo.startsWith(`${kind}/${author}/`))
      .map((repo) => ({ id: repo.slice(kind.length + 1), sha: this.commitOf(repo), likes: 1 }));
  }

  #file(url: URL): Uint8Array | undefined {
    const match = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(
      url.pathname,
    );
    const [, datasets, id = '', commit, path = ''] = match ?? [];
    const repo = `${datasets === undefined ? 'models' : 'datasets'}/${id}`;
    if (commit !== this.commitOf(repo)) return undefined;
    return this.#repos.get(repo)?.get(decodeURIComponent(path))?.bytes;
  }
}

function treeEntry([path, file]: [string, FakeFile]): object {
  const { bytes, size, isLarge } = file;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const lfs = isLarge ? { lfs: { oid: sha256, size, pointerSize: 134 } } : {};
  return { type: 'file', oid: blobId(isLarge ? new Uint8Array() : bytes), size, path, ...lfs };
}

function page(entries: readonly object[], url: URL): { body: unknown; next?: string } {
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const body = entries.slice(from, from + PAGE);
  if (from + PAGE >= entries.length) return { body };
  const next = new URL(url);
  next.searchParams.set('cursor', String(from + PAGE));
  return { body, next: next.href };
}

function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\u0000`).update(bytes).digest('hex');
}

function send(response: ServerResponse, status: number, body: unknown, next?: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(next === undefined ? {} : { link: `<${next}>; rel="next"` }),
  });
  response.end(JSON.stringify(body));
}
