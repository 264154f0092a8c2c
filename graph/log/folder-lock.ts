// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { PedigreeError } from '../../core/errors.ts';

const PAUSE_MS = 25;
const WAIT_MS = 30_000;
/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy */
const BUSY = 5;

/**
 * Runs work while no other process does the same for this folder. The lock is that of an empty SQLite file beside the
 * folder, because the system takes it back when a process dies, however it dies.
 * @throws {PedigreeError} ERR_STORE_UNAVAILABLE (retryable) where another process keeps it for half a minute
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = `${folder}.lock`;
  const lock = openLock(file);
  try {
    await acquire(lock, file);
    return await work();
  } finally {
    lock.close();
  }
}

function openLock(file: string): DatabaseSync {
  try {
    makeFile(file);
    return new DatabaseSync(file, { timeout: 0 });
  } catch (cause) {
    throw unavailable('cannot be opened', file, cause);
  }
}

/**
 * Made before SQLite sees it: readable by nobody else. A file that is there is not opened: closing it would let go of the
 * locks that this process has on it (POSIX, fcntl).
 */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

async function acquire(lock: DatabaseSync, file: string): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return;
    } catch (cause) {
      if (!isBusy(cause)) throw unavailable('cannot be used', file, cause);
      if (waitedMs >= WAIT_MS) throw unavailable('is held by another process', file, cause);
    }
    await sleep(PAUSE_MS);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === BUSY;
}

function unavailable(what: string, file: string, cause: unknown): PedigreeError {
  return new PedigreeError('ERR_STORE_UNAVAILABLE', `the lock of the published log ${what}`, {
    file,
    cause,
    retryable: true,
  });
}
