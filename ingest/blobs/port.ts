// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../core/digest.ts';

/** Evidence bytes, kept under their SHA-256, byte for byte. */
export interface BlobStore {
  /** Keeps bytes; durable when it resolves. Bytes that are there already cost nothing. */
  put(blobs: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Promise<void>;
  /**
   * The bytes of a digest, or undefined where they were never kept (or were purged).
   * @throws {PedigreeError} ERR_STORE_CORRUPT where what is kept has another digest
   */
  find(digest: Digest): Promise<Uint8Array | undefined>;
}
