// SPDX-License-Identifier: Apache-2.0
import type { StoredBytes } from '../../core/stored-bytes.ts';
import { Spool } from '../../ingest/receive/spool.ts';

/** A spool that something happens beside while it copies; it keeps what it gave. */
export class WatchedSpool extends Spool {
  readonly copies: StoredBytes[] = [];
  readonly #happens: () => void;

  constructor(folder: string, happens: () => void = () => {}) {
    super(folder);
    this.#happens = happens;
  }

  override async copy(pieces: AsyncIterable<Uint8Array>): Promise<StoredBytes> {
    this.#happens();
    const copy = await super.copy(pieces);
    this.copies.push(copy);
    return copy;
  }

  /** Of each copy whether it can still be read. */
  get readable(): boolean[] {
    return this.copies.map(isReadable);
  }
}

function isReadable(bytes: StoredBytes): boolean {
  try {
    bytes.readInto(new Uint8Array(1), 0);
    return true;
  } catch {
    return false;
  }
}
