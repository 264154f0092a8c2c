// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type { Commit, DocumentPlacement, GraphStore, Head, StoredEntry } from '../../port/store.ts';
import { encodeBlobs } from '../shared/blob-codec.ts';
import {
  assertCommit,
  assertPlacements,
  headConflict,
  isSameHead,
} from '../shared/check-commit.ts';
import { clearGraph } from './clearing.ts';
import { Neo4jConnection, type Neo4jOptions, type Transaction } from './connection.ts';
import {
  bumpRevision,
  findKept,
  lockHead,
  READ_HEAD,
  selectBlobs,
  selectEntries,
  toBlob,
  toEntry,
  toHeadNode,
  writeBlobs,
  writeEntries,
  writeHead,
} from './log.ts';
import { applyPlacements, planPlacements } from './placing.ts';
import { ensureSchema } from './schema.ts';
import { halfCleared, readStateLines } from './state-lines.ts';

export type { Neo4jOptions } from './connection.ts';

const ENTRIES_A_PAGE = 1000;
const BLOBS_A_CALL = 1000;
/** Nodes and edges that place() writes in one transaction: bounds what the server holds. */
const FACTS_A_TRANSACTION = 20_000;

/**
 * Opens the store in a Neo4j database (5.26 or newer), made ready where empty.
 * @throws {PedigreeError} ERR_USAGE for an address that is none; ERR_STORE_UNAVAILABLE where the server does not answer or
 * refuses the login; ERR_STORE_UNSUPPORTED for a graph of another version
 */
export async function openNeo4jStore(options: Neo4jOptions): Promise<GraphStore> {
  const connection = await Neo4jConnection.open(options);
  try {
    await ensureSchema(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return new Neo4jStore(connection);
}

class Neo4jStore implements GraphStore {
  readonly name = 'neo4j';
  readonly #connection: Neo4jConnection;

  constructor(connection: Neo4jConnection) {
    this.#connection = connection;
  }

  async head(): Promise<Head> {
    return toHeadNode(await this.#connection.readNewest(READ_HEAD)).head;
  }

  async commit(commit: Commit): Promise<void> {
    assertCommit(commit);
    const blobs = await encodeBlobs(commit.blobs);
    const digests = commit.blobs.map(({ digest }) => digest);
    await this.#connection.write(async (transaction) => {
      // sent together: the lock is taken before the others read
      const [locked, kept, plan] = await Promise.all([
        lockHead(transaction),
        findKept(transaction, digests),
        planPlacements(transaction, commit.placements, new Set(digests)),
      ]);
      if (!isSameHead(locked.head, commit.expected)) {
        if (await isOurOwn(transaction, commit, locked.head)) return;
        throw headConflict(commit.expected, locked.head);
      }
      if (locked.isClearing) throw halfCleared();
      const missing = blobs.filter(({ digest }) => !kept.has(digest));
      await Promise.all([
        writeBlobs(transaction, missing),
        writeEntries(transaction, commit.entries),
        writeHead(transaction, locked, commit.next),
        applyPlacements(transaction, plan),
      ]);
    });
  }

  entries(from: number): AsyncIterable<StoredEntry> {
    const head = this.head();
    // a failure is the reader's, when he comes for the first entry
    head.catch(() => undefined);
    return this.#streamEntries(from, head);
  }

  async blobs(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>> {
    if (digests.length > BLOBS_A_CALL) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${BLOBS_A_CALL} blobs in one call`);
    }
    const { address } = this.#connection;
    const found = new Map<Digest, Uint8Array>();
    for await (const record of this.#connection.stream(selectBlobs(digests))) {
      found.set(...toBlob(record, address));
    }
    return found;
  }

  stateLines(): AsyncIterable<string> {
    return readStateLines(this.#connection);
  }

  async clearGraph(): Promise<void> {
    await clearGraph(this.#connection);
  }

  async place(placements: readonly DocumentPlacement[]): Promise<void> {
    assertPlacements(placements);
    for (const batch of batchesOf(placements)) {
      await this.#connection.write(async (transaction) => {
        const [locked, plan] = await Promise.all([
          lockHead(transaction),
          planPlacements(transaction, batch),
        ]);
        if (locked.isClearing) throw halfCleared();
        await Promise.all([bumpRevision(transaction, locked), applyPlacements(transaction, plan)]);
      });
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async *#streamEntries(from: number, head: Promise<Head>): AsyncGenerator<StoredEntry> {
    const { size } = await head;
    for (let next = Math.max(0, from); next < size;) {
      const page = selectEntries(next, Math.min(size, next + ENTRIES_A_PAGE));
      const entries = (await this.#connection.read(page)).map(toEntry);
      for (const entry of entries) {
        if (entry.index !== next) throw missingEntry(next);
        yield entry;
        next += 1;
      }
      if (entries.length === 0) throw missingEntry(next);
    }
  }
}

/**
 * A connection that breaks during the commit leaves the driver not knowing whether it went through, so it runs the
 * transaction again. The salt of an entry is 32 random bytes: where our last entry stands in the log, it did.
 */
async function isOurOwn(transaction: Transaction, commit: Commit, found: Head): Promise<boolean> {
  const last = commit.entries.at(-1);
  if (transaction.attempt === 1 || last === undefined || found.size < commit.next.size)
    return false;
  const [record] = await transaction.run(selectEntries(last.index, last.index + 1));
  if (record === undefined) return false;
  const stored = toEntry(record);
  return stored.salt === last.salt && stored.event === last.event;
}

/** Placements in order, in transactions that a server with little memory can hold. */
function batchesOf(placements: readonly DocumentPlacement[]): DocumentPlacement[][] {
  const batches: DocumentPlacement[][] = [];
  let room = 0;
  for (const placement of placements) {
    const size = 1 + (placement.facts?.nodes.length ?? 0) + (placement.facts?.edges.length ?? 0);
    const batch = batches.at(-1);
    if (batch !== undefined && size <= room) {
      batch.push(placement);
      room -= size;
    } else {
      batches.push([placement]);
      room = FACTS_A_TRANSACTION - size;
    }
  }
  return batches;
}

function missingEntry(index: number): PedigreeError {
  return new PedigreeError('ERR_STORE_CORRUPT', `log entry ${index} is missing`, {
    hint: 'restore the database from a backup',
  });
}
