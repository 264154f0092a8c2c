// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';
import type { DocumentBytes } from '../../core/stored-bytes.ts';

/** Bytes and what they are kept under. */
export interface Blob {
  readonly digest: Digest;
  readonly bytes: DocumentBytes;
}

/** Evidence bytes, kept under their SHA-256, byte for byte. */
export interface BlobStore {
  /** Keeps bytes; durable when it resolves. Bytes that are there already cost nothing. */
  put(blobs: readonly Blob[]): Promise<void>;
  /**
   * The bytes of a digest, or undefined where they were never kept (or were purged).
   * @throws {PedigreeError} ERR_STORE_CORRUPT where what is kept has another digest
   */
  find(digest: Digest): Promise<Uint8Array | undefined>;
}
