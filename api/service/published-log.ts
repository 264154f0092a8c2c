// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { parseCheckpoint } from '../../graph/log/checkpoint.ts';
import { withFolderLock } from '../../graph/log/folder-lock.ts';
import type { LogSource } from '../../graph/log/log-source.ts';
import { createProofBundle, type ProofBundle } from '../../graph/log/proof-bundle.ts';
import {
  findCheckpoint,
  tileFolderReader,
  writeTiles,
  type TileSigner,
} from '../../graph/log/tile-folder.ts';
import { findTileRef, nodesFromTiles } from '../../graph/log/tiles.ts';
import type { StoredEntry } from '../../graph/port/store.ts';

/**
 * Proves an entry with the tiles that were published for a checkpoint.
 * @throws {PedigreeError} ERR_NOT_FOUND where the checkpoint does not reach the index; ERR_LOG_CORRUPT
 */
export async function proveFromTiles(
  folder: string,
  source: LogSource,
  checkpoint: string,
  index: number,
): Promise<ProofBundle> {
  const { size } = parseCheckpoint(checkpoint);
  const entry = index < size ? await findEntry(source, index) : undefined;
  if (entry === undefined) {
    throw new PedigreeError('ERR_NOT_FOUND', `the log of ${size} entries has no entry ${index}`);
  }
  return createProofBundle(entry, checkpoint, nodesFromTiles(size, tileFolderReader(folder)));
}

async function findEntry(source: LogSource, index: number): Promise<StoredEntry | undefined> {
  for await (const entry of source.entries(index)) return entry;
  return undefined;
}

/** The log as others may read it: tiles, a signed checkpoint, and proofs of single entries. */
export class PublishedLog {
  readonly #folder: string;
  readonly #source: LogSource;
  readonly #signer: TileSigner;
  /** One writer of the folder at a time. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(folder: string, source: LogSource, signer: TileSigner) {
    this.#folder = folder;
    this.#source = source;
    this.#signer = signer;
  }

  /**
   * The signed checkpoint over the newest entry; what is new is published first.
   * @throws {PedigreeError} ERR_NOT_FOUND for an empty log, ERR_LOG_CORRUPT, ERR_STORE_UNAVAILABLE
   */
  async checkpoint(): Promise<string> {
    await this.#publish();
    const text = await findCheckpoint(this.#folder);
    if (text === undefined) throw new PedigreeError('ERR_NOT_FOUND', 'the log is empty');
    return text;
  }

  /** A tile by its path (C2SP tlog-tiles); undefined for a path that is no tile's, and for a tile that is not there. */
  tile(path: string): Uint8Array | undefined {
    return findTileRef(path) === undefined ? undefined : tileFolderReader(this.#folder)(path);
  }

  /**
   * Everything an outsider needs to see that an entry was logged.
   * @throws {PedigreeError} ERR_NOT_FOUND where the log does not reach the index
   */
  async prove(index: number): Promise<ProofBundle> {
    return proveFromTiles(this.#folder, this.#source, await this.checkpoint(), index);
  }

  #publish(): Promise<unknown> {
    const write = (): Promise<unknown> =>
      withFolderLock(this.#folder, () => writeTiles(this.#folder, this.#source, this.#signer));
    const turn = this.#queue.then(write, write);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}
