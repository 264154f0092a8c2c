// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Digest } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type {
  Commit,
  DocumentPlacement,
  GraphStore,
  Head,
  StoredBlob,
  StoredEntry,
} from '../../port/store.ts';
import { encodeBlobs, type EncodedBlob } from '../shared/blob-codec.ts';
import {
  assertCommit,
  assertPlacements,
  headConflict,
  isSameHead,
  unknownFacts,
} from '../shared/check-commit.ts';
import { readBlob, SELECT_BLOB } from './blobs.ts';
import {
  inWriteTransaction,
  openDatabase,
  openSnapshot,
  type EmbeddedDatabase,
} from './database.ts';
import { toStoreError } from './errors.ts';
import { toHead } from '../shared/head.ts';
import { nullableTextOf, numberOf, textOf } from './rows.ts';
import { readStateLines } from './state-lines.ts';

const ENTRIES_A_PAGE = 1000;
const BLOBS_A_CALL = 1000;

const LOCK_WAIT_MS = 15_000;

export interface EmbeddedOptions {
  /** How long a writer waits for another process, in milliseconds. Default 15 000. */
  readonly lockWaitMs?: number;
}

/**
 * Opens the store in a folder, made where absent. Several processes may have the same folder open; the lock is SQLite's.
 * @throws {PedigreeError} ERR_STORE_CORRUPT where the file is damaged; ERR_STORE_UNSUPPORTED where another version or
 * program wrote it; ERR_STORE_UNAVAILABLE where it cannot be used
 */
export async function openEmbeddedStore(
  folder: string,
  options: EmbeddedOptions = {},
): Promise<GraphStore> {
  return new EmbeddedStore(await openDatabase(folder, options.lockWaitMs ?? LOCK_WAIT_MS));
}

interface Statements {
  readonly selectHead: StatementSync;
  readonly updateHead: StatementSync;
  readonly selectEntries: StatementSync;
  readonly insertEntry: StatementSync;
  readonly selectBlob: StatementSync;
  readonly hasBlob: StatementSync;
  readonly insertBlob: StatementSync;
  readonly upsertPlacement: StatementSync;
}

class EmbeddedStore implements GraphStore {
  readonly name = 'embedded';
  readonly #database: EmbeddedDatabase;
  readonly #file: string;
  readonly #statements: Statements;

  constructor(database: EmbeddedDatabase) {
    this.#database = database;
    this.#file = database.file;
    this.#statements = prepareStatements(database.connection);
  }

  async head(): Promise<Head> {
    return this.#read(() => this.#readHead());
  }

  async commit(commit: Commit): Promise<void> {
    assertCommit(commit);
    const blobs = await encodeBlobs(this.#read(() => this.#newOf(commit.blobs)));
    await inWriteTransaction(this.#database, () => {
      const found = this.#readHead();
      if (!isSameHead(found, commit.expected)) throw headConflict(commit.expected, found);
      this.#writeBlobs(blobs);
      this.#writeEntries(commit.entries);
      this.#writePlacements(commit.placements);
      this.#writeHead(commit.next);
    });
  }

  entries(from: number): AsyncIterable<StoredEntry> {
    const size = this.#read(() => this.#readHead().size);
    return this.#streamEntries(from, size);
  }

  async blobs(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>> {
    if (digests.length > BLOBS_A_CALL) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${BLOBS_A_CALL} blobs in one call`);
    }
    return this.#read(() => {
      const found = new Map<Digest, Uint8Array>();
      for (const digest of digests) {
        const bytes = readBlob(this.#statements.selectBlob, digest, this.#file);
        if (bytes !== undefined) found.set(digest, bytes);
      }
      return found;
    });
  }

  async *stateLines(): AsyncIterable<string> {
    const snapshot = openSnapshot(this.#file);
    try {
      yield* readStateLines(snapshot, this.#file);
    } catch (error) {
      throw toStoreError(error, this.#file);
    } finally {
      snapshot.close();
    }
  }

  async clearGraph(): Promise<void> {
    await inWriteTransaction(this.#database, () => {
      this.#database.connection.exec('DELETE FROM placement');
    });
  }

  async place(placements: readonly DocumentPlacement[]): Promise<void> {
    assertPlacements(placements);
    await inWriteTransaction(this.#database, () => this.#writePlacements(placements));
  }

  async close(): Promise<void> {
    const { connection } = this.#database;
    if (connection.isOpen) connection.close();
  }

  #read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, this.#file);
    }
  }

  #readHead(): Head {
    const row = this.#statements.selectHead.get();
    if (row === undefined) {
      throw new PedigreeError('ERR_STORE_CORRUPT', 'the store has no head', { file: this.#file });
    }
    return toHead(
      numberOf(row, 'size'),
      splitFrontier(textOf(row, 'frontier')),
      nullableTextOf(row, 'time'),
    );
  }

  #writeHead(head: Head): void {
    this.#statements.updateHead.run(head.size, head.frontier.join(' '), head.time);
  }

  /** What the store does not keep yet: only that is compressed, before the lock is taken. */
  #newOf(blobs: readonly StoredBlob[]): StoredBlob[] {
    return blobs.filter((blob) => this.#statements.hasBlob.get(blob.digest) === undefined);
  }

  #writeBlobs(blobs: readonly EncodedBlob[]): void {
    for (const { digest, encoding, sizeBytes, bytes } of blobs) {
      this.#statements.insertBlob.run(digest, encoding, sizeBytes, bytes);
    }
  }

  #writeEntries(entries: readonly StoredEntry[]): void {
    for (const { index, event, salt } of entries) {
      this.#statements.insertEntry.run(index, event, salt);
    }
  }

  #writePlacements(placements: readonly DocumentPlacement[]): void {
    for (const placement of placements) {
      const { factsDigest } = placement;
      if (factsDigest !== null && this.#statements.hasBlob.get(factsDigest) === undefined) {
        throw unknownFacts();
      }
      this.#statements.upsertPlacement.run(
        placement.project,
        placement.document,
        placement.ordinal,
        placement.standing,
        placement.format,
        placement.source,
        placement.live ? 1 : 0,
        factsDigest,
      );
    }
  }

  async *#streamEntries(from: number, size: number): AsyncGenerator<StoredEntry> {
    for (let next = Math.max(0, from); next < size;) {
      const page = this.#read(() => this.#entryPage(next, size));
      for (const entry of page) {
        if (entry.index !== next) throw missingEntry(next, this.#file);
        yield entry;
        next += 1;
      }
      if (page.length === 0) throw missingEntry(next, this.#file);
    }
  }

  #entryPage(from: number, to: number): StoredEntry[] {
    return this.#statements.selectEntries.all(from, to, ENTRIES_A_PAGE).map((row) => ({
      index: numberOf(row, 'position'),
      event: textOf(row, 'event'),
      salt: textOf(row, 'salt'),
    }));
  }
}

function prepareStatements(database: DatabaseSync): Statements {
  return {
    selectHead: database.prepare('SELECT size, frontier, time FROM head'),
    updateHead: database.prepare('UPDATE head SET size = ?, frontier = ?, time = ?'),
    selectEntries: database.prepare(`
      SELECT position, event, salt FROM entry
      WHERE position >= ? AND position < ? ORDER BY position LIMIT ?`),
    insertEntry: database.prepare('INSERT INTO entry (position, event, salt) VALUES (?, ?, ?)'),
    selectBlob: database.prepare(SELECT_BLOB),
    hasBlob: database.prepare('SELECT 1 FROM blob WHERE digest = ?'),
    insertBlob: database.prepare(`
      INSERT INTO blob (digest, encoding, size_bytes, bytes) VALUES (?, ?, ?, ?)
      ON CONFLICT (digest) DO NOTHING`),
    upsertPlacement: database.prepare(`
      INSERT INTO placement (project, document, ordinal, standing, format, source, live, facts_digest)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (project, document) DO UPDATE SET
        ordinal = excluded.ordinal, standing = excluded.standing, format = excluded.format,
        source = excluded.source, live = excluded.live, facts_digest = excluded.facts_digest`),
  };
}

function splitFrontier(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

function missingEntry(index: number, file: string): PedigreeError {
  return new PedigreeError('ERR_STORE_CORRUPT', `log entry ${index} is missing`, {
    file,
    hint: 'restore the folder from a backup',
  });
}
