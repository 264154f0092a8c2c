// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { hexOf, isDigest, type Digest } from '../../../core/digest.ts';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import type { StoredBlob } from '../../port/store.ts';

/** How the bytes of a blob are kept. Spelt in stores: never renamed. */
export type BlobEncoding = 'raw' | 'zstd';

/** A blob as a store keeps it. */
export interface EncodedBlob {
  readonly digest: Digest;
  readonly encoding: BlobEncoding;
  /** Bytes before encoding: the bound for decoding. */
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
}

/** Below this, a zstd frame saves less than it costs. */
const COMPRESS_FROM_BYTES = 256;

/** Compressed where that saves at least an eighth. */
export function encodeBlob(blob: StoredBlob): EncodedBlob {
  const raw: EncodedBlob = {
    digest: blob.digest,
    encoding: 'raw',
    sizeBytes: blob.bytes.length,
    bytes: blob.bytes,
  };
  if (blob.bytes.length < COMPRESS_FROM_BYTES) return raw;
  const packed = zstdCompressSync(blob.bytes);
  if (packed.length > blob.bytes.length - blob.bytes.length / 8) return raw;
  return { ...raw, encoding: 'zstd', bytes: packed };
}

/**
 * The bytes of a blob that a store kept, checked against their digest.
 * @param place the store, for the message: a file or an address
 * @throws {PedigreeError} ERR_STORE_CORRUPT where they are not the bytes of that digest
 */
export function decodeBlob(blob: EncodedBlob, place: string): Uint8Array {
  const bytes = decompress(blob, place);
  if (!isDigestOf(blob.digest, bytes)) throw corruptBlob(blob.digest, place);
  return bytes;
}

/**
 * A digest that a store kept as text.
 * @throws {PedigreeError} ERR_STORE_CORRUPT where the text is none
 */
export function toStoredDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new PedigreeError('ERR_STORE_CORRUPT', `a stored digest is none: ${excerpt(text)}`);
}

/**
 * True where `digest` is the digest of `bytes`.
 * @throws {PedigreeError} ERR_STORE_UNSUPPORTED for blake3, which stores do not key blobs by
 */
export function isDigestOf(digest: Digest, bytes: Uint8Array): boolean {
  const algorithm = digest.slice(0, digest.indexOf(':'));
  if (algorithm === 'blake3') {
    throw new PedigreeError('ERR_STORE_UNSUPPORTED', 'blobs are not kept under blake3 digests');
  }
  return createHash(algorithm).update(bytes).digest('hex') === hexOf(digest);
}

function decompress(blob: EncodedBlob, place: string): Uint8Array {
  if (blob.encoding === 'raw') return new Uint8Array(blob.bytes);
  try {
    const maxOutputLength = Math.max(1, blob.sizeBytes);
    return new Uint8Array(zstdDecompressSync(blob.bytes, { maxOutputLength }));
  } catch (cause) {
    throw corruptBlob(blob.digest, place, cause);
  }
}

function corruptBlob(digest: Digest, place: string, cause?: unknown): PedigreeError {
  return new PedigreeError(
    'ERR_STORE_CORRUPT',
    `the bytes kept under ${excerpt(digest, 140)} are not theirs`,
    { file: place, hint: 'restore the store from a backup', cause },
  );
}
