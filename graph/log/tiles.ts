// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { appendLeaf, leafHash, nodeHash, rootOf } from './merkle.ts';
import type { NodeReader } from './merkle.ts';

/** One static file of the public log. */
export interface Tile {
  /** Path below the log's prefix, e.g. `tile/0/x001/234.p/5`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a tile path means. */
export interface TileRef {
  /** 0 holds leaf hashes, each level above the roots of full tiles below; `entries` is a bundle of entry data. */
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or entries in it: 256 for a full tile, 1 to 255 for a partial one. */
  readonly width: number;
}

/** The tiles at the right edge of a tree that are not full: all that is needed to go on. */
export interface TileEdge {
  readonly size: number;
  /** Hashes of the partial tile of each level, leaf level first; empty where the level has none. */
  readonly levels: readonly (readonly string[])[];
  /** Entry data of the partial bundle, lower-case hex. */
  readonly bundle: readonly string[];
}

/** Reads a file of the log by its path. Absent: undefined. */
export type TileReader = (path: string) => Uint8Array | undefined;

/** Reads the entry data (32 bytes) of an entry. */
export type EntryDataReader = (index: number) => Uint8Array;

export const TILE_WIDTH = 256;

const HASH_BYTES = 32;
/** uint16 length and 32 bytes of entry data. */
const BUNDLE_ENTRY_BYTES = 2 + HASH_BYTES;
const TILE_PATH =
  /^tile\/(entries|0|[1-9]|[1-5]\d|6[0-3])\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/**
 * Path of a tile or entry bundle.
 * @see C2SP tlog-tiles, "Merkle Tree" and "Log entries"
 */
export function tilePath(ref: TileRef): string {
  const digits = String(ref.index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const number = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  const path = `tile/${ref.level}/${number}`;
  return ref.width === TILE_WIDTH ? path : `${path}.p/${ref.width}`;
}

/** What a path asks for; undefined where it is not the one path of any tile. */
export function findTileRef(path: string): TileRef | undefined {
  const [matched, level = '', number = '', width] = TILE_PATH.exec(path) ?? [];
  if (matched === undefined) return undefined;
  const ref: TileRef = {
    level: level === 'entries' ? 'entries' : Number(level),
    index: Number(number.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const known = Number.isSafeInteger(ref.index) && (width === undefined || ref.width < TILE_WIDTH);
  return known && tilePath(ref) === path ? ref : undefined; // refuses leading groups of zeroes
}

/** Width of the partial tile at the right edge of a level in a tree of this size; 0 where there is none. */
export function partialWidth(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/**
 * The tile at a level's index in a tree of this size; undefined where the tree does not reach it.
 * @see C2SP tlog-tiles, "Partial Tiles"
 */
export function findTileAt(
  level: number | 'entries',
  index: number,
  size: number,
): TileRef | undefined {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  const width = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
  return width > 0 ? { level, index, width } : undefined;
}

/** Builds tiles while entries are appended. Keeps the right edge only: some kilobytes at any size. */
export class TileBuilder {
  #size: number;
  readonly #levels: string[][];
  #bundle: string[];

  constructor(edge: TileEdge = { size: 0, levels: [], bundle: [] }) {
    this.#size = edge.size;
    this.#levels = edge.levels.map((hashes) => [...hashes]);
    this.#bundle = [...edge.bundle];
    if (this.#bundle.length !== edge.size % TILE_WIDTH || !this.#levelsFit()) {
      throw new PedigreeError(
        'ERR_LOG_CORRUPT',
        `the tiles do not belong to a tree of ${edge.size} entries`,
      );
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Adds one entry's data (32 bytes); gives the tiles that it made full. */
  append(data: Uint8Array): readonly Tile[] {
    if (data.length !== HASH_BYTES) throw new PedigreeError('ERR_USAGE', 'entry data is 32 bytes');
    this.#bundle.push(Buffer.from(data).toString('hex'));
    this.#size++;
    const full: Tile[] = [];
    if (this.#bundle.length === TILE_WIDTH) {
      full.push(bundleTile(this.#size / TILE_WIDTH - 1, this.#bundle));
      this.#bundle = [];
    }
    let hash = leafHash(data);
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= []);
      hashes.push(hash);
      if (hashes.length < TILE_WIDTH) return full;
      full.push(hashTile(level, this.#size / TILE_WIDTH ** (level + 1) - 1, hashes));
      hash = perfectRoot(hashes);
      this.#levels[level] = [];
    }
  }

  /** The partial tiles of the tree as it is: what a checkpoint of this size needs besides the full ones. */
  partialTiles(): readonly Tile[] {
    const tiles = this.#levels.flatMap((hashes, level) => {
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1));
      return hashes.length === 0 ? [] : [hashTile(level, index, hashes)];
    });
    if (this.#bundle.length === 0) return tiles;
    return [...tiles, bundleTile(Math.floor(this.#size / TILE_WIDTH), this.#bundle)];
  }

  /** Root of the tree as it is. */
  root(): string {
    // a tile's hashes are the leaves of a small tree, and the frontiers of those small trees, topmost first, are the
    // frontier of the whole: its size in base 256 has the same binary digits
    return rootOf(this.#levels.toReversed().flatMap((hashes) => frontierOf(hashes)));
  }

  #levelsFit(): boolean {
    const levels = Math.max(this.#levels.length, 7); // 256^7 is above every safe integer
    return Array.from({ length: levels }).every(
      (_, level) => (this.#levels[level]?.length ?? 0) === partialWidth(level, this.#size),
    );
  }
}

/**
 * All tiles that a tree of `toSize` entries has and a tree of `fromSize` has not, partial ones last. Reads every entry
 * below `toSize`; to go on from tiles that are already written, give a TileBuilder their edge.
 */
export function* tilesFor(
  fromSize: number,
  toSize: number,
  readEntryData: EntryDataReader,
): Generator<Tile> {
  const builder = new TileBuilder();
  while (builder.size < toSize) {
    const full = builder.append(readEntryData(builder.size));
    if (builder.size > fromSize) yield* full;
  }
  if (toSize > fromSize) yield* builder.partialTiles();
}

/**
 * Reads the right edge of a tree from its tiles.
 * @throws {PedigreeError} ERR_LOG_CORRUPT where a tile is missing or of the wrong length
 */
export function readTileEdge(size: number, read: TileReader): TileEdge {
  const levels: string[][] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const ref = {
      level,
      index: Math.floor(size / TILE_WIDTH ** (level + 1)),
      width: partialWidth(level, size),
    };
    levels.push(ref.width === 0 ? [] : readHashes(ref, read));
  }
  const bundle = {
    level: 'entries',
    index: Math.floor(size / TILE_WIDTH),
    width: size % TILE_WIDTH,
  } as const;
  return { size, levels, bundle: bundle.width === 0 ? [] : readBundle(bundle, read) };
}

/**
 * Reads nodes of a tree of this size from its tiles, one tile a node.
 * @throws {PedigreeError} ERR_LOG_CORRUPT, from the reader, where a tile is missing or of the wrong length
 */
export function nodesFromTiles(size: number, read: TileReader): NodeReader {
  return (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const width = 2 ** (level % 8);
    const first = index * width;
    const ref = findTileAt(tileLevel, Math.floor(first / TILE_WIDTH), size);
    const offset = first % TILE_WIDTH;
    if (ref === undefined || offset + width > ref.width) {
      throw new PedigreeError(
        'ERR_USAGE',
        `the tree of ${size} leaves has no node ${level}/${index}`,
      );
    }
    return perfectRoot(readHashes(ref, read).slice(offset, offset + width));
  };
}

/**
 * The hashes of a tile, lower-case hex.
 * @throws {PedigreeError} ERR_LOG_CORRUPT where it is missing or of the wrong length
 */
export function readHashes(ref: TileRef, read: TileReader): string[] {
  const bytes = readTile(ref, HASH_BYTES, read);
  return Array.from({ length: ref.width }, (_, i) =>
    bytes.toString('hex', i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/**
 * The entry data of a bundle, lower-case hex.
 * @throws {PedigreeError} ERR_LOG_CORRUPT where it is missing or not a bundle of 32-byte entries
 */
export function readBundle(ref: TileRef, read: TileReader): string[] {
  const bytes = readTile(ref, BUNDLE_ENTRY_BYTES, read);
  return Array.from({ length: ref.width }, (_, i) => {
    const at = i * BUNDLE_ENTRY_BYTES;
    if (bytes.readUInt16BE(at) !== HASH_BYTES)
      throw tileError(tilePath(ref), 'an entry is not 32 bytes');
    return bytes.toString('hex', at + 2, at + BUNDLE_ENTRY_BYTES);
  });
}

/** A partial tile may have been removed once the full one was there, and begins alike (tlog-tiles, "Partial Tiles"). */
function readTile(ref: TileRef, itemBytes: number, read: TileReader): Buffer {
  const path = tilePath(ref);
  const exact = read(path);
  const bytes = exact ?? read(tilePath({ ...ref, width: TILE_WIDTH }));
  if (bytes === undefined) throw tileError(path, 'is missing');
  if (bytes.length !== itemBytes * (exact === undefined ? TILE_WIDTH : ref.width)) {
    throw tileError(path, 'has another length');
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, itemBytes * ref.width);
}

function hashTile(level: number, index: number, hashes: readonly string[]): Tile {
  return {
    path: tilePath({ level, index, width: hashes.length }),
    bytes: Buffer.from(hashes.join(''), 'hex'),
  };
}

function bundleTile(index: number, entries: readonly string[]): Tile {
  const length = HASH_BYTES.toString(16).padStart(4, '0');
  return {
    path: tilePath({ level: 'entries', index, width: entries.length }),
    bytes: Buffer.from(entries.map((data) => length + data).join(''), 'hex'),
  };
}

function perfectRoot(hashes: readonly string[]): string {
  let level = hashes;
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: below.length / 2 }, (_, i) =>
      nodeHash(below[2 * i] ?? '', below[2 * i + 1] ?? ''),
    );
  }
  return level[0] ?? '';
}

function frontierOf(hashes: readonly string[]): readonly string[] {
  return hashes.reduce<readonly string[]>((roots, hash, i) => appendLeaf(roots, i, hash), []);
}

function tileError(path: string, message: string): PedigreeError {
  return new PedigreeError('ERR_LOG_CORRUPT', `the tile ${path} ${message}`, {
    hint: 'tiles are derived: move the folder away and write it again from the store',
  });
}
