// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isMerkleHash, nodeHash, treeRoot } from './merkle.ts';

const HASH_BYTES = 32;

/** A Merkle tree in memory, about 64 bytes a leaf, that reads any node at once: proofs take a handful of hashes. */
export class MerkleTree {
  readonly #levels: PackedHashes[] = [];

  /** Number of leaves. */
  get size(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** @throws {PedigreeError} ERR_LOG_CORRUPT where the leaf is not a hash */
  append(leafHash: string): void {
    let hash = leafHash;
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= new PackedHashes());
      hashes.push(hash);
      if (hashes.length % 2 === 1) return;
      hash = nodeHash(hashes.at(hashes.length - 2), hash);
    }
  }

  /**
   * Root of the perfect subtree of 2^level leaves at this index; a NodeReader.
   * @throws {PedigreeError} ERR_USAGE where the tree does not reach that far
   */
  readonly nodeAt = (level: number, index: number): string => {
    const hashes = this.#levels[level];
    if (hashes === undefined || index >= hashes.length) {
      throw new PedigreeError(
        'ERR_USAGE',
        `the tree of ${this.size} leaves has no node ${level}/${index}`,
      );
    }
    return hashes.at(index);
  };

  /** Root of the first `size` leaves. @throws {PedigreeError} ERR_USAGE where there are fewer */
  root(size: number = this.size): string {
    return treeRoot(size, this.nodeAt);
  }
}

/** A growing list of hashes in one buffer: an array of hex strings would take four times the memory. */
class PackedHashes {
  #bytes = Buffer.alloc(HASH_BYTES * 64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(hash: string): void {
    if (!isMerkleHash(hash))
      throw new PedigreeError('ERR_LOG_CORRUPT', 'a leaf is not a SHA-256 hash');
    const at = this.#length * HASH_BYTES;
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(at)]);
    this.#bytes.write(hash, at, 'hex');
    this.#length++;
  }

  at(index: number): string {
    return this.#bytes.toString('hex', index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}
