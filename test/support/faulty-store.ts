// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import type {
  Commit,
  DocumentPlacement,
  GraphStore,
  Head,
  StoredEntry,
} from '../../graph/port/store.ts';

/** What a fault may strike. */
export type Faultable = 'head' | 'entries' | 'blobs' | 'commit' | 'stateLines' | 'place';

function unavailable(): PedigreeError {
  return new PedigreeError('ERR_STORE_UNAVAILABLE', 'the test cut the line', { retryable: true });
}

/** A real store behind a line that a test can cut, with readers that lose or alter what a test names. */
export class FaultyStore implements GraphStore {
  readonly name: string;
  readonly #store: GraphStore;
  /** Blobs that are gone. */
  readonly lost = new Set<Digest>();
  /** Entries from this index on are not given, although the head says that they are there. */
  cutAt = Number.MAX_SAFE_INTEGER;
  /** Alters entries as they are read. */
  alter: (entry: StoredEntry) => StoredEntry = (entry) => entry;
  /** Head to give instead of the true one. */
  pretendHead: Head | undefined;
  /** Calls that fail, by how many calls are still to come before. */
  readonly #failing = new Map<Faultable, number>();
  /** Commits are made, and then their answer is lost. */
  losesAnswers = false;

  constructor(store: GraphStore) {
    this.name = store.name;
    this.#store = store;
  }

  /** Cuts the line at the n-th call from now (0: the next one), once. For entries: after n entries. */
  failAt(what: Faultable, calls = 0): void {
    this.#failing.set(what, calls);
  }

  heal(): void {
    this.#failing.clear();
    this.lost.clear();
    this.cutAt = Number.MAX_SAFE_INTEGER;
    this.alter = (entry) => entry;
    this.pretendHead = undefined;
    this.losesAnswers = false;
  }

  async head(): Promise<Head> {
    this.#strike('head');
    return this.pretendHead ?? this.#store.head();
  }

  async commit(commit: Commit): Promise<void> {
    this.#strike('commit');
    await this.#store.commit(commit);
    if (this.losesAnswers) throw unavailable();
  }

  async *entries(from: number): AsyncIterable<StoredEntry> {
    for await (const entry of this.#store.entries(from)) {
      this.#strike('entries');
      if (entry.index >= this.cutAt) return;
      yield this.alter(entry);
    }
  }

  async blobs(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>> {
    this.#strike('blobs');
    const found = new Map(await this.#store.blobs(digests));
    for (const digest of this.lost) found.delete(digest);
    return found;
  }

  async *stateLines(): AsyncIterable<string> {
    this.#strike('stateLines');
    yield* this.#store.stateLines();
  }

  clearGraph(): Promise<void> {
    return this.#store.clearGraph();
  }

  async place(placements: readonly DocumentPlacement[]): Promise<void> {
    this.#strike('place');
    await this.#store.place(placements);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #strike(what: Faultable): void {
    const left = this.#failing.get(what);
    if (left === undefined) return;
    if (left > 0) {
      this.#failing.set(what, left - 1);
      return;
    }
    this.#failing.delete(what);
    throw unavailable();
  }
}
