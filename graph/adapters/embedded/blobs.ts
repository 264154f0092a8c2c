// SPDX-License-Identifier: Apache-2.0
import type { StatementSync } from 'node:sqlite';
import type { Digest } from '../../../core/digest.ts';
import { decodeBlob } from '../shared/blob-codec.ts';
import { bytesOf, numberOf, textOf } from './rows.ts';

export const SELECT_BLOB = 'SELECT encoding, size_bytes, bytes FROM blob WHERE digest = ?';

/**
 * The bytes kept under a digest, or undefined where there are none.
 * @param select SELECT_BLOB, prepared
 * @throws {PedigreeError} ERR_STORE_CORRUPT where they are not the bytes of that digest
 */
export function readBlob(
  select: StatementSync,
  digest: Digest,
  file: string,
): Uint8Array | undefined {
  const row = select.get(digest);
  if (row === undefined) return undefined;
  const encoding = textOf(row, 'encoding') === 'zstd' ? 'zstd' : 'raw';
  const sizeBytes = numberOf(row, 'size_bytes');
  return decodeBlob({ digest, encoding, sizeBytes, bytes: bytesOf(row, 'bytes') }, file);
}
