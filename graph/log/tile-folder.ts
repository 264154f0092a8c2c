// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PedigreeError } from '../../core/errors.ts';
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import type { TreeHead } from './checkpoint.ts';
import { entryData } from './leaf.ts';
import type { LogSource } from './log-source.ts';
import { rootOf } from './merkle.ts';
import {
  findTileAt,
  findTileRef,
  readHashes,
  readTileEdge,
  tilePath,
  TILE_WIDTH,
  TileBuilder,
} from './tiles.ts';
import type { Tile, TileReader } from './tiles.ts';

/** Who publishes. */
export interface TileSigner {
  readonly origin: string;
  /** Ed25519 key of the log. */
  readonly privateKey: KeyObject;
}

/** What a call of writeTiles did. */
export interface TilesWritten {
  readonly head: TreeHead;
  /** Tiles written by this call; 0 where the folder was up to date. */
  readonly tiles: number;
}

const CHECKPOINT = 'checkpoint';

/**
 * Brings a folder of tiles up to the head of a log and then, as the last step, publishes the checkpoint. Goes on where
 * the published checkpoint stands, whatever a broken run left behind; the same call again changes nothing. One writer
 * a folder at a time.
 *
 * A checkpoint is signed only where the tiles published before, the entries since, and the head all give one root: so
 * no two checkpoints of a folder contradict each other (C2SP tlog-checkpoint, "Signatures").
 * @throws {PedigreeError} ERR_LOG_CORRUPT where the store is behind the folder, or they disagree, or the folder's
 * checkpoint is of another log or key
 */
export async function writeTiles(
  folder: string,
  source: LogSource,
  signer: TileSigner,
): Promise<TilesWritten> {
  const head = await source.head();
  const published = findPublishedHead(folder, signer);
  const builder = published === undefined ? new TileBuilder() : resumeBuilder(folder, published);
  if (head.size < builder.size) {
    throw corrupt(`the store has ${head.size} entries, but ${builder.size} are published`);
  }
  const writer = new FileWriter(folder);
  await appendEntries(source, head.size, builder, writer);
  const next = { origin: signer.origin, size: builder.size, root: builder.root() };
  if (next.size !== head.size || next.root !== rootOf(head.frontier)) {
    throw corrupt('the entries of the store do not give the root of its head');
  }
  if (published?.size === next.size) return { head: next, tiles: 0 };
  for (const tile of builder.partialTiles()) await writer.write(tile);
  await writer.sync();
  await writer.write({
    path: CHECKPOINT,
    bytes: Buffer.from(signCheckpoint(next, signer.privateKey), 'utf8'),
  });
  await writer.sync();
  await removeReplacedTiles(folder, published?.size ?? 0, next.size);
  return { head: next, tiles: writer.files - 1 };
}

/** The checkpoint that a folder publishes, as text; undefined where it has none. Nothing is verified. */
export async function findCheckpoint(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, CHECKPOINT), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unavailable(CHECKPOINT, error);
  }
}

/** Reads tiles of a folder. A path that is not that of a tile reads nothing, so it may come from outside. */
export function tileFolderReader(folder: string): TileReader {
  return (path) => (findTileRef(path) === undefined ? undefined : findFile(folder, path));
}

/**
 * The leaf hashes that a folder publishes, in order, up to its checkpoint. None where it has no checkpoint.
 * @throws {PedigreeError} ERR_LOG_CORRUPT where a tile is missing; ERR_PARSE_DOCUMENT where the checkpoint is not one
 */
export async function* publishedLeaves(folder: string): AsyncGenerator<string> {
  const text = await findCheckpoint(folder);
  const size = text === undefined ? 0 : parseCheckpoint(text).size;
  const read = tileFolderReader(folder);
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    const ref = findTileAt(0, index, size);
    if (ref !== undefined) yield* readHashes(ref, read);
  }
}

function findPublishedHead(folder: string, signer: TileSigner): TreeHead | undefined {
  const bytes = findFile(folder, CHECKPOINT);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  const verdict = verifyCheckpoint(text, createPublicKey(signer.privateKey), signer.origin);
  if (verdict.status === 'passed') return verdict.value;
  throw corrupt(`the published checkpoint is not ours: ${verdict.findings[0].message}`);
}

function resumeBuilder(folder: string, published: TreeHead): TileBuilder {
  const builder = new TileBuilder(readTileEdge(published.size, tileFolderReader(folder)));
  if (builder.root() === published.root) return builder;
  throw corrupt('the tiles do not give the root of the published checkpoint');
}

async function appendEntries(
  source: LogSource,
  size: number,
  builder: TileBuilder,
  writer: FileWriter,
): Promise<void> {
  if (builder.size === size) return;
  for await (const entry of source.entries(builder.size)) {
    if (entry.index !== builder.size) {
      throw corrupt(`the store has entry ${entry.index} where ${builder.size} belongs`);
    }
    for (const tile of builder.append(entryData(entry.event, entry.salt))) await writer.write(tile);
    if (builder.size === size) return; // what was committed meanwhile is for the next call
  }
}

/** Partial tiles whose full tile is there now (C2SP tlog-tiles, "Partial Tiles": they may go). */
async function removeReplacedTiles(
  folder: string,
  oldSize: number,
  newSize: number,
): Promise<void> {
  const levels: ('entries' | number)[] = ['entries'];
  for (let level = 0; TILE_WIDTH ** (level + 1) <= newSize; level++) levels.push(level);
  for (const level of levels) {
    const leaves = TILE_WIDTH ** (level === 'entries' ? 1 : level + 1);
    const first = Math.floor(oldSize / leaves);
    for (let index = first; (index + 1) * leaves <= newSize; index++) {
      const path = tilePath({ level, index, width: TILE_WIDTH });
      await removeFolder(folder, `${path}.p`);
    }
  }
}

/** Writes files whole or not at all: under another name first, then renamed. */
class FileWriter {
  readonly #folder: string;
  readonly #touched = new Set<string>();
  files = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(tile: Tile): Promise<void> {
    const target = join(this.#folder, tile.path);
    const temporary = `${target}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(target), { recursive: true });
      await writeDurably(temporary, tile.bytes);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
      throw unavailable(tile.path, error);
    }
    this.#touched.add(dirname(target));
    this.files++;
  }

  /** Makes the renames durable, so that no checkpoint survives a power cut that its tiles do not survive. */
  async sync(): Promise<void> {
    if (process.platform !== 'win32') {
      for (const path of this.#touched) await syncFolder(path);
    }
    this.#touched.clear();
  }
}

async function removeFolder(folder: string, path: string): Promise<void> {
  try {
    await rm(join(folder, path), { recursive: true, force: true });
  } catch (error) {
    throw unavailable(path, error);
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw unavailable(path, error);
  }
}

function findFile(folder: string, path: string): Uint8Array | undefined {
  try {
    return readFileSync(join(folder, path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unavailable(path, error);
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}

function unavailable(path: string, cause: unknown): PedigreeError {
  return new PedigreeError(
    'ERR_STORE_UNAVAILABLE',
    `the log file ${path} cannot be read or written`,
    {
      cause,
      retryable: true,
    },
  );
}

function corrupt(message: string): PedigreeError {
  return new PedigreeError('ERR_LOG_CORRUPT', message, {
    hint: 'nothing was published; run the check of the log to see which entry is at fault',
  });
}
