// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../core/canonical-json-jcs.ts';
import type { Digest } from '../core/digest.ts';
import { isPedigreeError, PedigreeError } from '../core/errors.ts';
import { parseExactJson } from '../core/exact-json.ts';
import type { Instant } from '../core/instant.ts';
import { packFacts, unpackFacts } from './domain/facts-codec.ts';
import type { Facts } from './domain/facts.ts';
import type { DocumentEvent, LogEvent } from './domain/log-event.ts';
import { Knowledge, latestEntry, type KnownDocument } from './lineage/knowledge.ts';
import { LineageIndex } from './lineage/lineage-index.ts';
import type { Scope } from './lineage/scope.ts';
import { View } from './lineage/view.ts';
import { createEntry, entryLeafHash } from './log/leaf.ts';
import { appendLeaf, rootOf } from './log/merkle.ts';
import {
  EMPTY_HEAD,
  type DocumentPlacement,
  type GraphStore,
  type Head,
  type StoredBlob,
  type StoredEntry,
} from './port/store.ts';

/** One entry to be: its event, and what has to be kept with it. */
export interface Draft {
  readonly event: LogEvent;
  /** Facts of a document event. */
  readonly facts?: Facts;
  /** Policies, decisions and other texts that the event names by digest. */
  readonly blobs?: readonly StoredBlob[];
}

/** Bytes from a cryptographic source. Handed in. */
export type RandomBytes = (length: number) => Uint8Array;

const APPEND_TRIES = 20;
/** Facts in memory at a time: enough for one round trip, few enough to die young. */
const BLOB_PAGE = 64;
const SALT_BYTES = 32;

/**
 * The log, what it says, and the lineage index over it, kept in step with a store. Everything that changes state is an
 * append; everything that is asked is answered from here.
 */
export class Ledger {
  readonly store: GraphStore;
  readonly knowledge = new Knowledge();
  readonly index = new LineageIndex();
  readonly #random: RandomBytes;
  #head: Head = EMPTY_HEAD;
  #views = new Map<string, View>();
  readonly #policyTexts = new Map<Digest, string>();
  /** Appends and refreshes of one process follow each other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(store: GraphStore, random: RandomBytes) {
    this.store = store;
    this.#random = random;
  }

  /** The head that knowledge and index have reached. */
  get head(): Head {
    return this.#head;
  }

  /** RFC 6962 root of the log as of `head`, lower-case hex. */
  get root(): string {
    return rootOf(this.#head.frontier);
  }

  /** Reads on to the store's head. */
  async refresh(): Promise<void> {
    await this.#inTurn(() => this.#refresh());
  }

  /**
   * Appends the entries that `build` makes on the newest knowledge, in one commit. `build` runs again where another writer
   * came first, so it must be pure. @returns the indices of the new entries
   * @throws {PedigreeError} ERR_STORE_UNAVAILABLE, ERR_STORE_CONFLICT after many tries
   */
  async append(build: (knowledge: Knowledge) => readonly Draft[]): Promise<readonly number[]> {
    return this.#inTurn(async () => {
      for (let attempt = 1; ; attempt++) {
        await this.#refresh();
        try {
          return await this.#commit(build(this.knowledge));
        } catch (error) {
          const conflict = isPedigreeError(error) && error.code === 'ERR_STORE_CONFLICT';
          if (!conflict || attempt >= APPEND_TRIES) throw error;
        }
      }
    });
  }

  /** Text of a logged policy or of logged trust roots. */
  policyText(content: Digest): string {
    const text = this.#policyTexts.get(content);
    if (text === undefined)
      throw new PedigreeError('ERR_NOT_FOUND', `no policy ${content} in the log`);
    return text;
  }

  /** The view under a scope; views of the same head and scope are computed once. */
  view(scope: Scope): View {
    const projects = scope.projects === null ? null : [...scope.projects].sort();
    const key = canonicalizeJcs({ ...scope, projects, size: this.#head.size });
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const view = new View(this.knowledge, this.index, scope);
    if (this.#views.size >= 8) this.#views.delete(this.#views.keys().next().value ?? '');
    this.#views.set(key, view);
    return view;
  }

  /** Facts of a document as pinned, or undefined where it has none. */
  async factsOf(
    document: KnownDocument,
    asOf = Number.MAX_SAFE_INTEGER,
  ): Promise<Facts | undefined> {
    const digest = latestEntry(document, asOf)?.facts;
    if (digest === null || digest === undefined) return undefined;
    const bytes = (await this.store.blobs([digest])).get(digest);
    if (bytes === undefined) {
      throw new PedigreeError(
        'ERR_STORE_CORRUPT',
        `the facts ${digest} are missing from the store`,
      );
    }
    return unpackFacts(bytes);
  }

  /** Drops the derived graph of the store and builds it again from log and facts. @returns placements written */
  async rebuild(onProgress?: (done: number, total: number) => void): Promise<number> {
    return this.#inTurn(async () => {
      await this.#refresh();
      await this.store.clearGraph();
      const { documents } = this.knowledge;
      for (let at = 0; at < documents.length; at += BLOB_PAGE) {
        const page = documents.slice(at, at + BLOB_PAGE);
        const facts = await this.#loadFacts(page);
        await this.store.place(page.map((document) => this.#placement(document, facts)));
        onProgress?.(Math.min(documents.length, at + BLOB_PAGE), documents.length);
      }
      return documents.length;
    });
  }

  async close(): Promise<void> {
    await this.#queue.catch(() => undefined);
    await this.store.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work, work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #refresh(): Promise<void> {
    const head = await this.store.head();
    if (head.size === this.#head.size) {
      if (rootOf(head.frontier) !== this.root) throw forked(head.size);
      return;
    }
    if (head.size < this.#head.size) throw forked(head.size);
    try {
      const touched = await this.#readOn(head);
      // only what the log's root vouches for gets a number in the index
      for (let at = 0; at < touched.length; at += BLOB_PAGE) {
        await this.#indexDocuments(touched.slice(at, at + BLOB_PAGE));
      }
      await this.#loadPolicies();
    } catch (error) {
      // what was read of it is read again next time
      this.knowledge.truncate(this.#head.size);
      throw error;
    }
    this.#advance(head);
  }

  /** Folds the entries up to a head. @returns the documents that they touched */
  async #readOn(head: Head): Promise<readonly KnownDocument[]> {
    const touched: KnownDocument[] = [];
    let { frontier, size } = this.#head;
    for await (const entry of this.store.entries(size)) {
      if (size >= head.size) break;
      const event = parseExactJson(entry.event) as unknown as LogEvent;
      frontier = appendLeaf(frontier, size, entryLeafHash(entry.event, entry.salt));
      size++;
      const document = this.knowledge.apply(event);
      if (document !== undefined) touched.push(document);
    }
    if (size !== head.size || rootOf(frontier) !== rootOf(head.frontier)) {
      throw new PedigreeError(
        'ERR_LOG_CORRUPT',
        `the log's entries do not give its root at size ${head.size}`,
        {
          hint: 'run `pedigree log verify` to see which entry is at fault',
        },
      );
    }
    return touched;
  }

  async #loadPolicies(): Promise<void> {
    const wanted = this.knowledge.policies.map((policy) => policy.content);
    const missing = [...new Set(wanted)].filter((digest) => !this.#policyTexts.has(digest));
    if (missing.length === 0) return;
    for (const [digest, bytes] of await this.store.blobs(missing)) {
      this.#policyTexts.set(digest, new TextDecoder().decode(bytes));
    }
  }

  async #indexDocuments(documents: readonly KnownDocument[]): Promise<void> {
    const facts = await this.#loadFacts(documents);
    for (const document of documents) {
      const known = this.#factsIn(document, facts);
      if (known !== undefined) this.index.addDocument(document.id, known);
    }
  }

  async #loadFacts(documents: readonly KnownDocument[]): Promise<ReadonlyMap<Digest, Facts>> {
    const wanted = new Set<Digest>();
    for (const document of documents) {
      const digest = latestEntry(document, Number.MAX_SAFE_INTEGER)?.facts;
      if (digest !== null && digest !== undefined) wanted.add(digest);
    }
    const found = new Map<Digest, Facts>();
    const list = [...wanted];
    for (let at = 0; at < list.length; at += BLOB_PAGE) {
      for (const [digest, bytes] of await this.store.blobs(list.slice(at, at + BLOB_PAGE))) {
        found.set(digest, unpackFacts(bytes));
      }
    }
    for (const digest of wanted) {
      if (!found.has(digest)) {
        throw new PedigreeError(
          'ERR_STORE_CORRUPT',
          `the facts ${digest} are missing from the store`,
        );
      }
    }
    return found;
  }

  #factsIn(document: KnownDocument, facts: ReadonlyMap<Digest, Facts>): Facts | undefined {
    const digest = latestEntry(document, Number.MAX_SAFE_INTEGER)?.facts;
    return digest === null || digest === undefined ? undefined : facts.get(digest);
  }

  async #commit(drafts: readonly Draft[]): Promise<readonly number[]> {
    if (drafts.length === 0) return [];
    const base = this.#head;
    const entries: StoredEntry[] = [];
    const blobs = new Map<Digest, StoredBlob>();
    const touched = new Set<KnownDocument>();
    const newFacts = new Map<Digest, Facts>();
    let { frontier, size, time } = base;
    try {
      for (const draft of drafts) {
        const { event, facts } = withFacts(notBefore(draft, time), draft.facts, blobs);
        if (facts !== undefined && 'facts' in event && event.facts !== null)
          newFacts.set(event.facts, facts);
        for (const blob of draft.blobs ?? []) blobs.set(blob.digest, blob);
        const leaf = createEntry(event, Buffer.from(this.#random(SALT_BYTES)).toString('hex'));
        entries.push({ index: size, event: leaf.event, salt: leaf.salt });
        frontier = appendLeaf(frontier, size, leaf.leafHash);
        size++;
        time = event.receivedAt;
        const document = this.knowledge.apply(event);
        if (document !== undefined) this.#touch(document, touched);
      }
      const older = [...touched].filter((document) => !this.#hasFacts(document, newFacts));
      const facts = new Map([...newFacts, ...(await this.#loadFacts(older))]);
      const next: Head = { size, frontier, time };
      await this.store.commit({
        expected: base,
        next,
        entries,
        blobs: [...blobs.values()],
        placements: [...touched].map((document) => this.#placement(document, facts)),
      });
      for (const document of touched) {
        const known = this.#factsIn(document, facts);
        if (known !== undefined) this.index.addDocument(document.id, known);
      }
      await this.#loadPolicies();
      this.#advance(next);
    } catch (error) {
      this.knowledge.truncate(base.size);
      throw error;
    }
    return entries.map((entry) => entry.index);
  }

  #hasFacts(document: KnownDocument, facts: ReadonlyMap<Digest, Facts>): boolean {
    const digest = latestEntry(document, Number.MAX_SAFE_INTEGER)?.facts;
    return digest === null || digest === undefined || facts.has(digest);
  }

  /** A document and everything inside it: what its entry may make appear or disappear. */
  #touch(document: KnownDocument, touched: Set<KnownDocument>): void {
    if (touched.has(document)) return;
    touched.add(document);
    for (const id of document.members) {
      const member = this.knowledge.documents[id];
      if (member !== undefined) this.#touch(member, touched);
    }
  }

  #placement(document: KnownDocument, facts: ReadonlyMap<Digest, Facts>): DocumentPlacement {
    const end = Number.MAX_SAFE_INTEGER;
    const latest = latestEntry(document, end);
    const live = this.knowledge.isLive(document, end);
    const known = this.#factsIn(document, facts);
    return {
      project: document.project,
      document: document.digest,
      ordinal: document.firstIndex,
      standing: this.knowledge.standing(document, end),
      format: latest?.format ?? 'opaque',
      source: latest?.source ?? '',
      live,
      factsDigest: latest?.facts ?? null,
      facts: live ? (known ?? null) : null,
    };
  }

  #advance(head: Head): void {
    this.#head = head;
    this.#views.clear();
    this.index.compact();
  }
}

/** Log times never decrease: a clock that was set back does not rewrite the order of knowledge. */
function notBefore(draft: Draft, time: Instant | null): LogEvent {
  const { event } = draft;
  return time !== null && event.receivedAt < time ? { ...event, receivedAt: time } : event;
}

function withFacts(
  event: LogEvent,
  facts: Facts | undefined,
  blobs: Map<Digest, StoredBlob>,
): { event: LogEvent; facts: Facts | undefined } {
  if (facts === undefined) return { event, facts };
  const packed = packFacts(facts);
  blobs.set(packed.digest, packed);
  return { event: { ...(event as DocumentEvent), facts: packed.digest }, facts };
}

function forked(size: number): PedigreeError {
  return new PedigreeError(
    'ERR_LOG_CORRUPT',
    `the store's log (size ${size}) is not the one read before`,
    {
      hint: 'it was restored from an older copy or replaced; restart and run `pedigree log verify`',
    },
  );
}
