// SPDX-License-Identifier: Apache-2.0
import { excerpt, isPedigreeError, PedigreeError } from '../../../core/errors.ts';

/** Primary result codes (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_PROTOCOL = 15;
const SQLITE_NOTADB = 26;

const CONTENTION: readonly number[] = [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL];
const DAMAGE: readonly number[] = [SQLITE_CORRUPT, SQLITE_NOTADB];
const ENVIRONMENT: readonly number[] = [
  SQLITE_READONLY,
  SQLITE_IOERR,
  SQLITE_FULL,
  SQLITE_CANTOPEN,
];

/** True where another process holds the lock: the same call may succeed in a moment. */
export function isContention(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && CONTENTION.includes(code);
}

/** What an error of SQLite means to the port. Errors of our own pass through. */
export function toStoreError(error: unknown, file: string): PedigreeError {
  if (isPedigreeError(error)) return error;
  const code = resultCode(error);
  const detail = error instanceof Error ? excerpt(error.message, 160) : 'unknown error';
  const at = excerpt(file, 200);
  if (code !== undefined && DAMAGE.includes(code)) {
    return new PedigreeError('ERR_STORE_CORRUPT', `${at} is damaged: ${detail}`, {
      file,
      hint: 'restore the folder from a backup',
      cause: error,
    });
  }
  if (code !== undefined && CONTENTION.includes(code)) {
    return new PedigreeError('ERR_STORE_UNAVAILABLE', `${at} is locked by another process`, {
      file,
      retryable: true,
      cause: error,
    });
  }
  if (code !== undefined && ENVIRONMENT.includes(code)) {
    return new PedigreeError('ERR_STORE_UNAVAILABLE', `${at} cannot be used: ${detail}`, {
      file,
      retryable: true,
      hint: 'check the disk and the rights on the folder',
      cause: error,
    });
  }
  if (isClosed(error)) {
    return new PedigreeError('ERR_STORE_UNAVAILABLE', 'the store is closed', {
      file,
      cause: error,
    });
  }
  return new PedigreeError('ERR_INTERNAL', `SQLite refused a statement: ${detail}`, {
    file,
    cause: error,
  });
}

/** Primary result code of an error of node:sqlite; undefined for any other value. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
}
