// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256 } from '../../../core/digest.ts';
import { excerpt } from '../../../core/errors.ts';
import { LIMITS } from '../../../core/limits.ts';
import { isEvidenceName } from '../../../schemas/evidence-file/evidence-file.ts';
import type { HfRepoDocument } from '../../../schemas/hf-repo-info/parse.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';
import { withEndCursor } from '../end-cursor.ts';
import { Misses, refusedThing } from '../misses.ts';
import { Seen } from '../seen.ts';
import type { CollectorKind } from '../source-spec.ts';
import { parseHubAddress, type HubAddress } from './address.ts';
import { HubClient, type HubRepo, type ListedRepo, type TreeFile } from './hub-client.ts';
import { findExactText, repoDocument } from './repo-document.ts';

/** Models and data sets of the Hugging Face Hub: what a commit holds, its card, and evidence beside it. Never the weights. */
export const huggingFaceKind: CollectorKind = {
  kind: 'hugging-face',
  schemes: ['hf:'],
  hostsOf: (spec) => [new URL(parseHubAddress(spec).endpoint).host],
  create: (spec) => createHubCollector(parseHubAddress(spec)),
};

/** Files that become part of the repository's document, so that they are about the repository. */
const CARD_NAMES = new Set(['README.md', 'dataset_infos.json']);
const CARD_BYTES = 16 * 1024 * 1024;
const MAX_EVIDENCE_FILES = 1000;

export function createHubCollector(address: HubAddress): Collector {
  return {
    kind: 'hugging-face',
    source: address.label,
    collect: (context) => {
      const walk = new HubWalk(address, context);
      return withEndCursor(walk.run(), context.signal, () => walk.seen.cursor());
    },
  };
}

class HubWalk {
  readonly seen: Seen;
  readonly #address: HubAddress;
  readonly #context: CollectContext;
  readonly #client: HubClient;
  readonly #misses = new Misses();
  #done = 0;

  constructor(address: HubAddress, context: CollectContext) {
    this.#address = address;
    this.#context = context;
    this.#client = new HubClient(context, address);
    this.seen = new Seen(context.cursor);
  }

  async *run(): AsyncGenerator<Collected> {
    const { owner, name, revision } = this.#address;
    if (name !== undefined) {
      yield* this.#commit(await this.#client.getRepo(`${owner}/${name}`, revision));
      return;
    }
    for await (const listed of this.#client.repositories()) {
      if (this.#context.signal.aborted) return;
      yield* this.#listed(listed);
    }
  }

  async *#listed({ id, commit }: ListedRepo): AsyncGenerator<Collected> {
    if (commit !== undefined && this.seen.has(this.#nameOf(id, commit))) return;
    try {
      yield* this.#commit(await this.#client.getRepo(id, undefined));
    } catch (error) {
      yield this.#misses.refuse(this.#labelOf(id), error);
    }
  }

  /** The repository's own document comes last: once it is there, the commit is done with. */
  async *#commit(repo: HubRepo): AsyncGenerator<Collected> {
    const { id, commit } = repo;
    const name = this.#nameOf(id, commit);
    this.#context.onProgress({ done: ++this.#done });
    if (this.seen.has(name)) return;
    const files = await this.#client.getTree(repo);
    this.#misses.clear();
    const documents: HfRepoDocument[] = [];
    for (const file of files.filter(({ path }) => CARD_NAMES.has(path))) {
      const found = yield* this.#card(repo, file);
      if (found !== undefined) documents.push(found);
    }
    yield* this.#evidence(repo, files);
    if (this.#context.signal.aborted) return;
    const source = this.#labelOf(`${id}@${commit}`);
    const bytes = repoDocument(this.#address.type, repo, files, documents);
    this.seen.add(name);
    yield { received: { source, bytes }, cursor: this.seen.findCursor() };
  }

  async *#card(
    repo: HubRepo,
    file: TreeFile,
  ): AsyncGenerator<Collected, HfRepoDocument | undefined> {
    const label = this.#labelOf(`${repo.id}@${repo.commit}/${file.path}`);
    if (file.sizeBytes > CARD_BYTES) {
      yield this.#tooLarge(label, CARD_BYTES);
      return undefined;
    }
    try {
      const text = findExactText(await this.#client.getFile(repo, file, CARD_BYTES));
      this.#misses.clear();
      this.#context.onProgress({ done: ++this.#done });
      if (text !== undefined) return { path: file.path, text };
      yield refusedThing(label, 'ERR_PARSE_ENCODING', 'not utf-8 text');
    } catch (error) {
      yield this.#misses.refuse(label, error);
    }
    return undefined;
  }

  /** Small files that bear the name of evidence: signatures, bills of materials, MLmodel. */
  async *#evidence(repo: HubRepo, files: readonly TreeFile[]): AsyncGenerator<Collected> {
    const named = files.filter(({ path }) => isEvidenceName(path) && !CARD_NAMES.has(path));
    if (named.length > MAX_EVIDENCE_FILES) {
      const why = `more than ${MAX_EVIDENCE_FILES} files with names of evidence; the rest was not read`;
      yield refusedThing(this.#labelOf(repo.id), 'ERR_LIMIT_ITEMS', why);
    }
    for (const file of named.slice(0, MAX_EVIDENCE_FILES)) {
      if (this.#context.signal.aborted) return;
      yield* this.#file(repo, file);
    }
  }

  async *#file(repo: HubRepo, file: TreeFile): AsyncGenerator<Collected> {
    const label = this.#labelOf(`${repo.id}@${repo.commit}/${excerpt(file.path, 200)}`);
    const name = this.#nameOf(`${repo.id}/${file.path}`, file.sha256 ?? file.blobId);
    if (this.seen.has(name)) return;
    if (file.sizeBytes > LIMITS.documentBytes) {
      yield this.#tooLarge(label, LIMITS.documentBytes);
      return;
    }
    try {
      const bytes = await this.#client.getFile(repo, file, LIMITS.documentBytes);
      this.#misses.clear();
      this.#context.onProgress({ done: ++this.#done });
      this.seen.add(name);
      yield { received: { source: label, bytes }, cursor: this.seen.findCursor() };
    } catch (error) {
      yield this.#misses.refuse(label, error);
    }
  }

  #labelOf(rest: string): string {
    return `hf://${this.#address.type}s/${rest}`;
  }

  #nameOf(what: string, content: string): string {
    return hexOf(sha256(JSON.stringify([this.#address.type, what, content]))).slice(0, 32);
  }

  #tooLarge(label: string, most: number): Collected {
    const why = `larger than ${most / (1024 * 1024)} MB, the most it may have`;
    return refusedThing(label, 'ERR_LIMIT_SIZE', why);
  }
}
