// SPDX-License-Identifier: Apache-2.0
import type { Record as Neo4jRecord } from 'neo4j-driver';
import { PedigreeError } from '../../../core/errors.ts';

/** A list parameter of integers: plain numbers would arrive as doubles. */
export function integers(values: readonly number[]): bigint[] {
  return values.map(BigInt);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds something else */
export function textOf(record: Neo4jRecord, column: string): string {
  const value: unknown = record.get(column);
  if (typeof value === 'string') return value;
  throw unexpected(column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds neither text nor null */
export function nullableTextOf(record: Neo4jRecord, column: string): string | null {
  return record.get(column) === null ? null : textOf(record, column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds no integer that a number can carry */
export function numberOf(record: Neo4jRecord, column: string): number {
  return toNumber(record.get(column), column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds something else */
export function booleanOf(record: Neo4jRecord, column: string): boolean {
  const value: unknown = record.get(column);
  if (typeof value === 'boolean') return value;
  throw unexpected(column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds no list of text; null is the empty list */
export function textsOf(record: Neo4jRecord, column: string): string[] {
  const value: unknown = record.get(column) ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw unexpected(column);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds no list of integers */
export function numbersOf(record: Neo4jRecord, column: string): number[] {
  const value: unknown = record.get(column);
  if (!Array.isArray(value)) throw unexpected(column);
  return value.map((item: unknown) => toNumber(item, column));
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the column holds something else */
export function bytesOf(record: Neo4jRecord, column: string): Uint8Array {
  const value: unknown = record.get(column);
  if (value instanceof Int8Array) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  throw unexpected(column);
}

/** Bytes as the driver takes them. The memory is shared, not copied. */
export function toBytesParameter(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toNumber(value: unknown, column: string): number {
  const number = typeof value === 'bigint' ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw unexpected(column);
}

function unexpected(column: string): PedigreeError {
  return new PedigreeError('ERR_STORE_CORRUPT', `Neo4j gave a value of another type for ${column}`);
}
