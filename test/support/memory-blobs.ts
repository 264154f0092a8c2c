// SPDX-License-Identifier: Apache-2.0
import { sha256, type Digest } from '../../core/digest.ts';
import { loadAll } from '../../core/stored-bytes.ts';
import type { Blob, BlobStore } from '../../ingest/blobs/port.ts';

/** Evidence bytes in memory, for worlds that live for milliseconds. The product keeps them in a folder. */
export class MemoryBlobs implements BlobStore {
  readonly #kept = new Map<Digest, Uint8Array>();

  async put(blobs: readonly Blob[]): Promise<void> {
    for (const { digest, bytes } of blobs) {
      if (sha256(bytes) !== digest) throw new Error(`not the bytes of ${digest}`);
      this.#kept.set(digest, loadAll(bytes).slice());
    }
  }

  async find(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#kept.get(digest);
  }

  /** Loses some bytes. */
  lose(digest: Digest): void {
    this.#kept.delete(digest);
  }
}
