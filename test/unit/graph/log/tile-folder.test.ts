// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseCheckpoint, verifyCheckpoint } from '../../../../graph/log/checkpoint.ts';
import { entryData, entryLeafHash } from '../../../../graph/log/leaf.ts';
import { inclusionProof, rootOf, verifyInclusion } from '../../../../graph/log/merkle.ts';
import {
  findCheckpoint,
  publishedLeaves,
  tileFolderReader,
  writeTiles,
} from '../../../../graph/log/tile-folder.ts';
import { nodesFromTiles, tilesFor } from '../../../../graph/log/tiles.ts';
import { eventOf, LOG_KEYS, memoryLog, ORIGIN, OTHER_KEYS, saltOf } from './memory-log.ts';
import type { MemoryLog } from './memory-log.ts';

const SIGNER = { origin: ORIGIN, privateKey: LOG_KEYS.privateKey };
const corrupt = expect.objectContaining({ code: 'ERR_LOG_CORRUPT' });

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-tiles-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function filesIn(path: string): Map<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((found) =>
    found.isFile(),
  );
  return new Map(
    files
      .map((found) => join(found.parentPath, found.name))
      .toSorted()
      .map((file) => [file.slice(path.length + 1), readFileSync(file).toString('hex')]),
  );
}

async function leavesIn(path: string): Promise<string[]> {
  const leaves: string[] = [];
  for await (const leaf of publishedLeaves(path)) leaves.push(leaf);
  return leaves;
}

function expectedTiles(log: MemoryLog): Map<string, string> {
  const data = log.entryList.map((entry) => entryData(entry.event, entry.salt));
  const tiles = [...tilesFor(0, data.length, (i) => data[i] ?? new Uint8Array())];
  return new Map(tiles.map((tile) => [tile.path, Buffer.from(tile.bytes).toString('hex')]));
}

describe('a folder of tiles', () => {
  test('holds the tiles of the log and its checkpoint', async () => {
    const log = memoryLog(600);
    const written = await writeTiles(folder, log, SIGNER);
    expect(written.head).toEqual({
      origin: ORIGIN,
      size: 600,
      root: rootOf(log.headValue.frontier),
    });
    const files = filesIn(folder);
    const checkpoint = Buffer.from(files.get('checkpoint') ?? '', 'hex').toString('utf8');
    expect(checkpoint).toBe(log.checkpoint());
    expect(verifyCheckpoint(checkpoint, LOG_KEYS.publicKey, ORIGIN).status).toBe('passed');
    files.delete('checkpoint');
    expect(files).toEqual(
      new Map([...expectedTiles(log)].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );
    expect(written.tiles).toBe(files.size);
  });

  test('of an empty log is a checkpoint alone', async () => {
    expect(await findCheckpoint(folder)).toBeUndefined();
    await writeTiles(folder, memoryLog(0), SIGNER);
    expect([...filesIn(folder).keys()]).toEqual(['checkpoint']);
    expect(parseCheckpoint((await findCheckpoint(folder)) ?? '').size).toBe(0);
  });

  test('written again, nothing changes and no entry is read', async () => {
    const log = memoryLog(300);
    await writeTiles(folder, log, SIGNER);
    const before = filesIn(folder);
    const { reads } = log;
    expect((await writeTiles(folder, log, SIGNER)).tiles).toBe(0);
    expect(filesIn(folder)).toEqual(before);
    expect(log.reads).toBe(reads);
  });

  test('grows with the log, reading only what is new, and equals one written at once', async () => {
    const log = memoryLog(0);
    for (const step of [1, 0, 254, 1, 1, 255, 300, 13]) {
      log.grow(step);
      const { reads } = log;
      await writeTiles(folder, log, SIGNER);
      expect(log.reads - reads).toBe(step);
    }
    const files = filesIn(folder);
    for (const [path, bytes] of expectedTiles(log)) expect(files.get(path)).toBe(bytes);
    // partial tiles went once their full tile was there; what remains is readable at the present size
    expect(
      [...files.keys()].filter(
        (path) => path.startsWith('tile/0/000.p') || path.startsWith('tile/entries/001.p'),
      ),
    ).toEqual([]);
  });

  test('lets an outsider prove every entry', async () => {
    const log = memoryLog(520);
    await writeTiles(folder, log, SIGNER);
    const checkpoint = parseCheckpoint((await findCheckpoint(folder)) ?? '');
    const nodeAt = nodesFromTiles(checkpoint.size, tileFolderReader(folder));
    for (const index of [0, 255, 256, 511, 519]) {
      const { event = '', salt = '' } = log.entryList[index] ?? {};
      const proof = inclusionProof(index, checkpoint.size, nodeAt);
      const claim = {
        index,
        size: checkpoint.size,
        leafHash: entryLeafHash(event, salt),
        root: checkpoint.root,
        proof,
      };
      expect(verifyInclusion(claim).status).toBe('passed');
    }
  });

  test('gives the leaves it publishes', async () => {
    const log = memoryLog(300);
    expect(await leavesIn(folder)).toEqual([]);
    await writeTiles(folder, log, SIGNER);
    expect(await leavesIn(folder)).toEqual(
      log.entryList.map((entry) => entryLeafHash(entry.event, entry.salt)),
    );
  });

  test('reads tiles only', async () => {
    await writeTiles(folder, memoryLog(3), SIGNER);
    const read = tileFolderReader(folder);
    expect(read('tile/0/000.p/3')?.length).toBe(96);
    for (const path of [
      'checkpoint',
      'tile',
      '../x',
      'tile/0/../0/000.p/3',
      'tile/0/000.p/2',
      'tile/0/000',
    ]) {
      expect(read(path)).toBeUndefined();
    }
  });

  test('ignores what is committed while it writes, and takes it up next time', async () => {
    const log = memoryLog(10);
    const headAtTen = log.headValue;
    log.grow(5);
    const racing = {
      head: () => Promise.resolve(headAtTen),
      entries: (from: number) => log.entries(from),
    };
    expect((await writeTiles(folder, racing, SIGNER)).head.size).toBe(10);
    expect((await writeTiles(folder, log, SIGNER)).head.size).toBe(15);
  });
});

describe('a broken run', () => {
  test('between any two files leaves a folder that the next run completes', async () => {
    const grown = memoryLog(600);
    const dataAt = (i: number): Uint8Array => {
      const { event = '', salt = '' } = grown.entryList[i] ?? {};
      return entryData(event, salt);
    };
    const tiles = [...tilesFor(300, 600, dataAt)];
    expect(tiles).toHaveLength(5);
    for (let done = 0; done <= tiles.length; done++) {
      const path = join(folder, String(done));
      await writeTiles(path, memoryLog(300), SIGNER);
      for (const tile of tiles.slice(0, done)) {
        mkdirSync(dirname(join(path, tile.path)), { recursive: true });
        writeFileSync(join(path, tile.path), tile.bytes);
      }
      writeFileSync(join(path, 'tile/0/001.torn.tmp'), 'torn');
      await writeTiles(path, grown, SIGNER);
      expect(await findCheckpoint(path)).toBe(grown.checkpoint());
      const files = filesIn(path);
      for (const [name, bytes] of expectedTiles(grown)) expect(files.get(name)).toBe(bytes);
    }
  });

  test('that stopped before the checkpoint publishes nothing new, and what it left wrong is replaced', async () => {
    const log = memoryLog(10);
    await writeTiles(folder, log, SIGNER);
    const published = await findCheckpoint(folder);
    log.grow(1000);
    const failing = {
      head: () => log.head(),
      async *entries(from: number) {
        let left = 500;
        for await (const entry of log.entries(from)) {
          if (left-- === 0) throw new Error('power cut');
          yield entry;
        }
      },
    };
    await expect(writeTiles(folder, failing, SIGNER)).rejects.toThrow('power cut');
    expect(await findCheckpoint(folder)).toBe(published);
    writeFileSync(join(folder, 'tile/0/000'), 'rubbish');
    await writeTiles(folder, log, SIGNER);
    const files = filesIn(folder);
    for (const [path, bytes] of expectedTiles(log)) expect(files.get(path)).toBe(bytes);
  });
});

describe('never signs two stories', () => {
  test('a store behind what was published', async () => {
    await writeTiles(folder, memoryLog(20), SIGNER);
    const published = await findCheckpoint(folder);
    await expect(writeTiles(folder, memoryLog(19), SIGNER)).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_LOG_CORRUPT',
        message: 'the store has 19 entries, but 20 are published',
      }),
    );
    expect(await findCheckpoint(folder)).toBe(published);
  });

  function forkedLog(size: number): MemoryLog {
    const forked = memoryLog(3);
    forked.append({ ...eventOf(3), project: 'another past' }, saltOf(3));
    forked.grow(size - 4);
    return forked;
  }

  test('a store of the same size or larger with another past', async () => {
    await writeTiles(folder, memoryLog(20), SIGNER);
    const published = await findCheckpoint(folder);
    for (const size of [20, 25]) {
      await expect(writeTiles(folder, forkedLog(size), SIGNER)).rejects.toThrow(corrupt);
    }
    expect(await findCheckpoint(folder)).toBe(published);
  });

  test('a store and tiles with another past than the checkpoint', async () => {
    await writeTiles(folder, memoryLog(20), SIGNER);
    const published = (await findCheckpoint(folder)) ?? '';
    for (const [path, bytes] of expectedTiles(forkedLog(20))) {
      writeFileSync(join(folder, path), Buffer.from(bytes, 'hex'));
    }
    for (const size of [20, 25]) {
      await expect(writeTiles(folder, forkedLog(size), SIGNER)).rejects.toThrow(corrupt);
    }
    expect(await findCheckpoint(folder)).toBe(published);
  });

  test('entries that are misnumbered', async () => {
    const log = memoryLog(30);
    log.entryList = log.entryList.map((entry) =>
      entry.index === 17 ? { ...entry, index: 18 } : entry,
    );
    await expect(writeTiles(folder, log, SIGNER)).rejects.toThrow(corrupt);
    expect(await findCheckpoint(folder)).toBeUndefined();
  });

  test('an entry that is not what the head committed to', async () => {
    const log = memoryLog(30);
    const [entry] = log.entryList.splice(17, 1);
    if (entry !== undefined)
      log.entryList.splice(17, 0, { ...entry, event: entry.event.replace('owner', 'other') });
    await expect(writeTiles(folder, log, SIGNER)).rejects.toThrow(corrupt);
    expect(await findCheckpoint(folder)).toBeUndefined();
  });

  test('entries missing, in the middle or at the end', async () => {
    const gap = memoryLog(30);
    gap.entryList.splice(17, 1);
    await expect(writeTiles(folder, gap, SIGNER)).rejects.toThrow(corrupt);
    const short = memoryLog(30);
    short.entryList.pop();
    await expect(writeTiles(folder, short, SIGNER)).rejects.toThrow(corrupt);
    expect(await findCheckpoint(folder)).toBeUndefined();
  });

  test('a checkpoint of another key, another log or none', async () => {
    const log = memoryLog(5);
    for (const text of [
      log.checkpoint(OTHER_KEYS),
      log.checkpoint(LOG_KEYS, 'example.com/other'),
      'rubbish',
    ]) {
      writeFileSync(join(folder, 'checkpoint'), text);
      await expect(writeTiles(folder, log, SIGNER)).rejects.toThrow(corrupt);
      expect(await findCheckpoint(folder)).toBe(text);
    }
  });

  test('published tiles that were damaged', async () => {
    const log = memoryLog(20);
    await writeTiles(folder, log, SIGNER);
    const published = await findCheckpoint(folder);
    const path = join(folder, 'tile/0/000.p/20');
    const bytes = readFileSync(path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    log.grow(1);
    await expect(writeTiles(folder, log, SIGNER)).rejects.toThrow(corrupt);
    rmSync(path);
    await expect(writeTiles(folder, log, SIGNER)).rejects.toThrow(corrupt);
    expect(await findCheckpoint(folder)).toBe(published);
  });

  test('a folder that cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(writeTiles(join(file, 'below'), memoryLog(1), SIGNER)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE', retryable: true }),
    );
  });
});
