// SPDX-License-Identifier: Apache-2.0
import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { PedigreeError } from '../../core/errors.ts';
import type { ArchiveBudget } from './budget.ts';

const inflaters = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/**
 * Unpacks a gzip or zstd file, never producing more than the budget allows.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for damaged or truncated data, ERR_LIMIT_SIZE, ERR_LIMIT_RATIO
 */
export async function inflate(
  kind: 'gzip' | 'zstd',
  bytes: Uint8Array,
  budget: ArchiveBudget,
): Promise<Uint8Array> {
  let unpacked: Uint8Array;
  try {
    unpacked = await inflaters[kind](bytes, { maxOutputLength: budget.remaining });
  } catch (cause) {
    if (isTooLarge(cause)) budget.addBytes(budget.remaining + 1);
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `damaged or truncated ${kind} data`, { cause });
  }
  budget.addBytes(unpacked.length);
  return unpacked;
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
}
