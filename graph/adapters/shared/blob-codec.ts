// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createZstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { piecesOf, type BytePieces } from '../../../core/byte-pieces.ts';
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

/** Blobs as stores keep them, one after the other: only one is made at a time. */
export async function encodeBlobs(blobs: readonly StoredBlob[]): Promise<EncodedBlob[]> {
  const encoded: EncodedBlob[] = [];
  for (const { digest, bytes } of blobs) {
    if (bytes instanceof Uint8Array) encoded.push(encodeWhole(digest, bytes));
    else {
      const packed = await compressPieces(bytes);
      encoded.push({ digest, encoding: 'zstd', sizeBytes: bytes.length, bytes: packed });
    }
  }
  return encoded;
}

/** Compressed where that saves at least an eighth. */
function encodeWhole(digest: Digest, bytes: Uint8Array): EncodedBlob {
  const raw: EncodedBlob = { digest, encoding: 'raw', sizeBytes: bytes.length, bytes };
  if (bytes.length < COMPRESS_FROM_BYTES) return raw;
  const packed = zstdCompressSync(bytes);
  if (packed.length > bytes.length - bytes.length / 8) return raw;
  return { ...raw, encoding: 'zstd', bytes: packed };
}

/** One frame, like that of a blob which is there as a whole. */
async function compressPieces(bytes: BytePieces): Promise<Uint8Array> {
  const compress = createZstdCompress();
  const packed: Uint8Array[] = [];
  compress.on('data', (chunk: Buffer) => packed.push(chunk));
  const ended = finished(compress);
  // a failure is told below, however the writing ends
  ended.catch(() => undefined);
  for (const piece of bytes.pieces()) await writeThrough(compress, piece);
  compress.end();
  await ended;
  return Buffer.concat(packed);
}

/** Resolves when the piece has been read: the next one may overwrite it. */
async function writeThrough(target: Writable, piece: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    target.write(piece, (error) => (error instanceof Error ? reject(error) : resolve()));
  });
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
export function isDigestOf(digest: Digest, bytes: Uint8Array | BytePieces): boolean {
  const algorithm = digest.slice(0, digest.indexOf(':'));
  if (algorithm === 'blake3') {
    throw new PedigreeError('ERR_STORE_UNSUPPORTED', 'blobs are not kept under blake3 digests');
  }
  const hash = createHash(algorithm);
  for (const piece of piecesOf(bytes)) hash.update(piece);
  return hash.digest('hex') === hexOf(digest);
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
