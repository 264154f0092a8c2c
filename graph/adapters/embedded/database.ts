// SPDX-License-Identifier: Apache-2.0
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { isContention, toStoreError } from './errors.ts';
import { ensureSchema } from './schema.ts';

/** The one database file of a store folder; SQLite puts its -wal and -shm beside it. */
export const DATABASE_FILE = 'graph.sqlite';

/** SQLite waits inside a call and blocks the event loop meanwhile, so each wait is short and the retries are ours. */
const BUSY_TIMEOUT_MS = 50;
const PAUSE_MS = 25;

/** A database file, its connection, and how long to wait for a lock. */
export interface EmbeddedDatabase {
  readonly connection: DatabaseSync;
  /** Absolute path. */
  readonly file: string;
  readonly lockWaitMs: number;
}

/** Opens the database of a folder, made where absent: folder 0700, file 0600. */
export async function openDatabase(folder: string, lockWaitMs: number): Promise<EmbeddedDatabase> {
  const file = join(resolve(folder), DATABASE_FILE);
  prepareFile(resolve(folder), file);
  const connection = await withRetry(file, lockWaitMs, () => openChecked(file));
  return { connection, file, lockWaitMs };
}

/**
 * A second connection that only reads. Its transaction sees one state from begin to end, whatever is committed meanwhile.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE
 */
export function openSnapshot(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    database.exec('BEGIN');
    return database;
  } catch (error) {
    database?.close();
    throw toStoreError(error, file);
  }
}

/**
 * Runs `work` in one transaction that holds the only write lock (BEGIN IMMEDIATE); on an error nothing is written.
 * Contention is retried. `work` must not be asynchronous: nothing of this process comes between begin and commit.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE (retryable) where the lock stays taken
 */
export async function inWriteTransaction<T>(
  { connection, file, lockWaitMs }: EmbeddedDatabase,
  work: () => T,
): Promise<T> {
  return withRetry(file, lockWaitMs, () => {
    connection.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      connection.exec('COMMIT');
      return result;
    } catch (error) {
      // some errors (disk full) have rolled back already; a second ROLLBACK would hide the first error
      if (connection.isTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  });
}

function prepareFile(folder: string, file: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // made before SQLite sees it: -wal and -shm take its mode
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
  } catch (cause) {
    throw new PedigreeError('ERR_STORE_UNAVAILABLE', `cannot use ${excerpt(file, 200)}`, {
      file,
      hint: 'check the folder and the rights on it',
      cause,
    });
  }
}

function openChecked(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // WAL: readers never wait for a writer. FULL: a commit that returned survives a power cut
    // (https://sqlite.org/pragma.html#pragma_synchronous)
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA foreign_keys = ON');
    database.exec('PRAGMA trusted_schema = OFF');
    database.exec('BEGIN IMMEDIATE');
    ensureSchema(database, file);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function withRetry<T>(file: string, lockWaitMs: number, work: () => T): Promise<T> {
  const attempts = Math.max(1, Math.ceil(lockWaitMs / (BUSY_TIMEOUT_MS + PAUSE_MS)));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isContention(error) || attempt === attempts) throw toStoreError(error, file);
    }
    await sleep(PAUSE_MS);
  }
}
