// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consistencyProof, inclusionProof, leafHash } from '../../../../graph/log/merkle.ts';
import { MerkleTree } from '../../../../graph/log/merkle-tree.ts';
import {
  findTileAt,
  findTileRef,
  nodesFromTiles,
  partialWidth,
  readBundle,
  readHashes,
  readTileEdge,
  TileBuilder,
  tilePath,
  tilesFor,
} from '../../../../graph/log/tiles.ts';
import { NaiveTree } from './naive-merkle.ts';

function dataAt(index: number): Uint8Array {
  return createHash('sha256').update(`entry ${index}`).digest();
}

const SIZE = 70_000; // the example of the specification
const published = new Map<string, Uint8Array>();
for (const { path, bytes } of tilesFor(0, SIZE, dataAt)) published.set(path, bytes);
const read = (path: string): Uint8Array | undefined => published.get(path);

const corrupt = expect.objectContaining({ code: 'ERR_LOG_CORRUPT' });

describe('paths', () => {
  test.each([
    [{ level: 0, index: 1234067, width: 256 }, 'tile/0/x001/x234/067'], // the example of the specification
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 1, index: 999, width: 17 }, 'tile/1/999.p/17'],
    [{ level: 63, index: 1000, width: 255 }, 'tile/63/x001/000.p/255'],
    [{ level: 'entries', index: 273, width: 112 }, 'tile/entries/273.p/112'],
    [{ level: 'entries', index: 123456789012, width: 256 }, 'tile/entries/x123/x456/x789/012'],
  ] as const)('%j is %s', (ref, path) => {
    expect(tilePath(ref)).toBe(path);
    expect(findTileRef(path)).toEqual(ref);
  });

  test('every path reads back as what it was written for', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 }));
    const index = fc.oneof(fc.nat({ max: 2000 }), fc.maxSafeNat());
    fc.assert(
      fc.property(level, index, fc.integer({ min: 1, max: 256 }), (l, n, width) => {
        const ref = { level: l, index: n, width };
        expect(findTileRef(tilePath(ref))).toEqual(ref);
        expect(findTileRef(`${tilePath(ref)}/`)).toBeUndefined();
        expect(findTileRef(`/${tilePath(ref)}`)).toBeUndefined();
      }),
    );
  });

  test.each([
    '',
    'checkpoint',
    'tile/0',
    'tile/64/000',
    'tile/00/000',
    'tile/-1/000',
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/000/001',
    'tile/0/x001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/0/001.p',
    'tile/0/../000',
    'tile/entries/../../000',
    'tile/0/000\n',
    'tile/Entries/000',
    'tile/0/x999/x999/x999/x999/x999/999',
  ])('not a tile: %j', (path) => {
    expect(findTileRef(path)).toBeUndefined();
  });
});

describe('a tree of 70,000 entries', () => {
  test('has the tiles that the specification counts', () => {
    const count = (prefix: string, partial: boolean): number =>
      [...published.keys()].filter(
        (path) => path.startsWith(prefix) && path.includes('.p/') === partial,
      ).length;
    expect(count('tile/0/', false)).toBe(273);
    expect(count('tile/1/', false)).toBe(1);
    expect(count('tile/entries/', false)).toBe(273);
    expect([...published.keys()].filter((path) => path.includes('.p/'))).toEqual([
      'tile/0/273.p/112',
      'tile/1/001.p/17',
      'tile/2/000.p/1',
      'tile/entries/273.p/112',
    ]);
  });

  test('tiles hold the hashes that RFC 6962 defines for them', () => {
    const naive = new NaiveTree(Array.from({ length: SIZE }, (_, i) => dataAt(i)));
    for (const [path, bytes] of published) {
      const ref = findTileRef(path);
      if (ref === undefined || ref.level === 'entries') continue;
      const span = 256 ** ref.level;
      const expected = Array.from({ length: ref.width }, (_, i) => {
        const from = (ref.index * 256 + i) * span;
        return naive.mth(from, from + span);
      });
      expect(Buffer.compare(Buffer.concat(expected), bytes)).toBe(0);
    }
  });

  test('each entry of a bundle hashes to its place in the tile of level 0', () => {
    for (const path of published.keys()) {
      const ref = findTileRef(path);
      if (ref?.level !== 'entries') continue;
      const leaves = readBundle(ref, read).map((data) => leafHash(Buffer.from(data, 'hex')));
      expect(leaves).toEqual(readHashes({ ...ref, level: 0 }, read));
    }
    expect(Buffer.from(published.get('tile/entries/000') ?? []).subarray(0, 34)).toEqual(
      Buffer.concat([Uint8Array.of(0, 32), dataAt(0)]),
    );
  });

  test('proofs can be computed from tiles alone, as an outsider would', () => {
    const tree = new MerkleTree();
    for (let i = 0; i < SIZE; i++) tree.append(leafHash(dataAt(i)));
    const nodeAt = nodesFromTiles(SIZE, read);
    for (const index of [0, 1, 255, 256, 65_535, 65_536, 69_999]) {
      expect(inclusionProof(index, SIZE, nodeAt)).toEqual(inclusionProof(index, SIZE, tree.nodeAt));
    }
    for (const size of [255, 257, 65_536, 65_537, 70_000]) {
      expect(consistencyProof(size, SIZE, nodeAt)).toEqual(
        consistencyProof(size, SIZE, tree.nodeAt),
      );
    }
    expect(() => nodeAt(0, SIZE)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    expect(() => nodeAt(8, 273)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    expect(() => nodeAt(17, 0)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });
});

describe('growing', () => {
  test.each([0, 1, 2, 255, 256, 257, 511, 512, 600])('root at %i is the naive one', (size) => {
    const builder = new TileBuilder();
    for (let i = 0; i < size; i++) builder.append(dataAt(i));
    const naive = new NaiveTree(Array.from({ length: size }, (_, i) => dataAt(i)));
    expect(builder.root()).toBe(naive.mth(0, size).toString('hex'));
    for (const tile of builder.partialTiles()) expect(tile.bytes.length).toBeGreaterThan(0);
  });

  test('a tree of 256 is a full tile and a partial one of one hash above it', () => {
    const paths = [...tilesFor(0, 256, dataAt)].map((tile) => tile.path);
    expect(paths).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1']);
  });

  test('in any steps, the tiles are those of one step', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 5 }), (steps) => {
        const files = new Map<string, string>();
        let size = 0;
        for (const step of steps) {
          for (const tile of tilesFor(size, size + step, dataAt)) {
            files.set(tile.path, Buffer.from(tile.bytes).toString('hex'));
          }
          size += step;
        }
        for (const tile of tilesFor(0, size, dataAt)) {
          expect(files.get(tile.path)).toBe(Buffer.from(tile.bytes).toString('hex'));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('from the edge that tiles hold, on as if never stopped', () => {
    fc.assert(
      fc.property(fc.nat({ max: 800 }), fc.nat({ max: 600 }), (before, more) => {
        const files = new Map(
          [...tilesFor(0, before, dataAt)].map((tile) => [tile.path, tile.bytes]),
        );
        const resumed = new TileBuilder(readTileEdge(before, (path) => files.get(path)));
        const fresh = new TileBuilder();
        for (let i = 0; i < before; i++) fresh.append(dataAt(i));
        for (let i = before; i < before + more; i++) {
          expect(resumed.append(dataAt(i))).toEqual(fresh.append(dataAt(i)));
        }
        expect(resumed.partialTiles()).toEqual(fresh.partialTiles());
        expect(resumed.root()).toBe(fresh.root());
      }),
      { numRuns: 30 },
    );
  });

  test('a partial tile that was removed is read from the full one', () => {
    const onlyFull = (path: string): Uint8Array | undefined =>
      path.includes('.p/') ? undefined : read(path);
    const builder = new TileBuilder();
    for (let i = 0; i < 300; i++) builder.append(dataAt(i));
    expect(new TileBuilder(readTileEdge(300, onlyFull)).root()).toBe(builder.root());
    expect(() => readTileEdge(SIZE, onlyFull)).toThrow(corrupt);
  });

  test('nothing to do, nothing yielded', () => {
    expect([...tilesFor(0, 0, dataAt)]).toEqual([]);
    expect([...tilesFor(300, 300, dataAt)]).toEqual([]);
    expect(findTileAt(0, 1, 256)).toBeUndefined();
    expect(findTileAt(2, 0, 65_535)).toBeUndefined();
    expect(findTileAt('entries', 1, 300)).toEqual({ level: 'entries', index: 1, width: 44 });
    expect([0, 1, 2, 3].map((level) => partialWidth(level, SIZE))).toEqual([112, 17, 1, 0]);
  });
});

describe('tiles that are wrong', () => {
  const files = new Map([...tilesFor(0, 300, dataAt)].map((tile) => [tile.path, tile.bytes]));
  const without = (path: string, bytes?: Uint8Array) => (asked: string) =>
    asked === path ? bytes : files.get(asked);

  test('missing', () => {
    expect(() => readTileEdge(300, without('tile/0/001.p/44'))).toThrow(corrupt);
    expect(() => readTileEdge(300, without('tile/1/000.p/1'))).toThrow(corrupt);
    expect(() => readTileEdge(300, without('tile/entries/001.p/44'))).toThrow(corrupt);
    expect(() => nodesFromTiles(300, without('tile/0/000'))(0, 3)).toThrow(corrupt);
  });

  test('of another length', () => {
    const tile = files.get('tile/0/001.p/44') ?? new Uint8Array();
    for (const bytes of [
      tile.slice(1),
      Buffer.concat([tile, Uint8Array.of(0)]),
      new Uint8Array(),
    ]) {
      expect(() => readTileEdge(300, without('tile/0/001.p/44', bytes))).toThrow(corrupt);
    }
  });

  test('a bundle whose entries are of another length', () => {
    const bundle = Buffer.from(files.get('tile/entries/001.p/44') ?? []);
    bundle[1] = 31;
    expect(() => readTileEdge(300, without('tile/entries/001.p/44', bundle))).toThrow(corrupt);
  });

  test('an edge of another size', () => {
    const edge = readTileEdge(300, (path) => files.get(path));
    expect(() => new TileBuilder({ ...edge, size: 301 })).toThrow(corrupt);
    expect(() => new TileBuilder({ ...edge, bundle: [] })).toThrow(corrupt);
    expect(() => new TileBuilder({ ...edge, levels: edge.levels.slice(0, 1) })).toThrow(corrupt);
    expect(() => new TileBuilder({ ...edge, levels: [...edge.levels, edge.bundle] })).toThrow(
      corrupt,
    );
  });

  test('entry data that is not 32 bytes', () => {
    expect(() => new TileBuilder().append(new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });
});
