// SPDX-License-Identifier: Apache-2.0
import type { SQLOutputValue } from 'node:sqlite';
import { PedigreeError } from '../../../core/errors.ts';

/** A row as node:sqlite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds something else */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpected(column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds neither text nor null */
export function nullableTextOf(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds something else */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected(column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds something else */
export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw unexpected(column);
}

function unexpected(column: string): PedigreeError {
  return new PedigreeError('ERR_STORE_CORRUPT', `column ${column} holds a value of another type`);
}
