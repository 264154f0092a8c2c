// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { codeOf } from './graph-store.contract.ts';
import { allOf, documentOf, factsOf, linesOf, nodeOf, TestLog } from './store-documents.ts';

/** What the embedded store promises about its folder, beyond the port. */
export function describeEmbeddedFiles(): void {
  describe('embedded store, files', () => {
    let folder: string;
    let file: string;
    const document = documentOf(
      'files',
      factsOf(Array.from({ length: 400 }, (_, at) => nodeOf(`pkg:npm/p${at}@1`))),
    );

    beforeEach(async () => {
      folder = join(await mkdtemp(join(tmpdir(), 'pedigree-files-')), 'store');
      file = join(folder, 'graph.sqlite');
    });

    afterEach(async () => {
      await rm(join(folder, '..'), { recursive: true, force: true });
    });

    async function fill(): Promise<void> {
      const store = await openEmbeddedStore(folder);
      await new TestLog().accept(store, [document]);
      await store.close();
    }

    async function openError(): Promise<unknown> {
      return openEmbeddedStore(folder).then(
        (store) => store.close(),
        (error: unknown) => error,
      );
    }

    function change(sql: string): void {
      const database = new DatabaseSync(file);
      database.exec('PRAGMA foreign_keys = OFF');
      database.exec(sql);
      database.close();
    }

    test('folder 0700, files 0600, also those that SQLite adds', async () => {
      const store = await openEmbeddedStore(folder);
      await new TestLog().accept(store, [document]);
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      for (const name of ['graph.sqlite', 'graph.sqlite-wal', 'graph.sqlite-shm']) {
        expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      }
      await store.close();
    });

    test('a file that others could read is closed to them', async () => {
      await fill();
      await chmod(file, 0o644);
      await (await openEmbeddedStore(folder)).close();
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    });

    test('packed facts are compressed', async () => {
      await fill();
      const database = new DatabaseSync(file, { readOnly: true });
      const row = database
        .prepare('SELECT encoding, size_bytes, length(bytes) AS kept FROM blob')
        .get();
      database.close();
      expect(row).toMatchObject({ encoding: 'zstd' });
      expect(Number(row?.['kept'])).toBeLessThan(Number(row?.['size_bytes']) / 2);
    });

    test.each([
      ['no database at all', (bytes: Buffer) => Buffer.alloc(bytes.length, 'x')],
      [
        'a header that is gone',
        (bytes: Buffer) => Buffer.concat([Buffer.alloc(100), bytes.subarray(100)]),
      ],
      ['half of the file', (bytes: Buffer) => bytes.subarray(0, 2048)],
    ])('%s is ERR_STORE_CORRUPT and names the file', async (_, damage) => {
      await fill();
      await writeFile(file, damage(await readFile(file)));
      const error = await openError();
      expect(error).toMatchObject({ code: 'ERR_STORE_CORRUPT', file, retryable: false });
      expect(String(error)).toContain('graph.sqlite');
    });

    test('damage inside is found where it is read, and no wrong bytes come out', async () => {
      await fill();
      const handle = await open(file, 'r+');
      const { size } = await handle.stat();
      for (let at = 4096 * 2; at < size; at += 4096) {
        await handle.write(Buffer.alloc(512, 0xa5), 0, 512, at);
      }
      await handle.close();
      const found = await codeOf(async () => {
        const store = await openEmbeddedStore(folder);
        try {
          await store.head();
          await linesOf(store);
        } finally {
          await store.close();
        }
      });
      expect(found).toBe('ERR_STORE_CORRUPT');
    });

    test.each([
      ['other bytes', "UPDATE blob SET encoding = 'raw', bytes = x'00'"],
      ['bytes that are no zstd frame', "UPDATE blob SET bytes = x'28b52ffd00'"],
      [
        'one byte changed',
        "UPDATE blob SET bytes = CAST(substr(bytes, 1, 40) || x'77' || substr(bytes, 42) AS BLOB)",
      ],
      ['a size that is too small', 'UPDATE blob SET size_bytes = 10'],
    ])('a blob with %s is ERR_STORE_CORRUPT', async (_, sql) => {
      await fill();
      change(sql);
      const store = await openEmbeddedStore(folder);
      const digest = new TestLog().placementOf(document).factsDigest;
      await expect(store.blobs(digest === null ? [] : [digest])).rejects.toMatchObject({
        code: 'ERR_STORE_CORRUPT',
        file,
      });
      expect(await codeOf(() => linesOf(store))).toBe('ERR_STORE_CORRUPT');
      await store.close();
    });

    test.each([
      ['a missing blob', 'DELETE FROM blob', (store: GraphStore) => linesOf(store)],
      ['a missing head', 'DELETE FROM head', (store: GraphStore) => store.head()],
      [
        'a head without a time',
        "UPDATE head SET time = 'noon'",
        (store: GraphStore) => store.head(),
      ],
      ['a missing entry', 'DELETE FROM entry', (store: GraphStore) => allOf(store.entries(0))],
    ])('%s is ERR_STORE_CORRUPT', async (_, sql, read) => {
      await fill();
      change(sql);
      const store = await openEmbeddedStore(folder);
      expect(await codeOf(() => read(store))).toBe('ERR_STORE_CORRUPT');
      await store.close();
    });

    test.each([
      ['a newer schema version', 'UPDATE schema_version SET version = 2'],
      ['schema version zero', 'UPDATE schema_version SET version = 0'],
      ['no schema version', 'DELETE FROM schema_version'],
    ])('%s is refused', async (_, sql) => {
      await fill();
      change(sql);
      expect(await openError()).toMatchObject({ code: 'ERR_STORE_UNSUPPORTED', file });
    });

    test('the database of another program is refused and left alone', async () => {
      await fill();
      change('DROP TABLE placement; DROP TABLE schema_version; CREATE TABLE theirs (x)');
      expect(await openError()).toMatchObject({ code: 'ERR_STORE_UNSUPPORTED' });
      const database = new DatabaseSync(file, { readOnly: true });
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
      database.close();
      expect(tables.map((table) => table['name']).sort()).toEqual([
        'blob',
        'entry',
        'head',
        'theirs',
      ]);
    });

    test('a folder that cannot be made is ERR_STORE_UNAVAILABLE', async () => {
      await writeFile(join(folder, '..', 'plain'), '');
      expect(await codeOf(() => openEmbeddedStore(join(folder, '..', 'plain', 'store')))).toBe(
        'ERR_STORE_UNAVAILABLE',
      );
    });

    test('a lock that stays taken is ERR_STORE_UNAVAILABLE, retryable; readers go on', async () => {
      await fill();
      const store = await openEmbeddedStore(folder, { lockWaitMs: 200 });
      const other = new DatabaseSync(file);
      other.exec('BEGIN IMMEDIATE');
      const log = new TestLog();
      log.head = await store.head();
      const commit = log.commitOf([documentOf('late', factsOf([nodeOf('a')]))]);
      await expect(store.commit(commit)).rejects.toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
        retryable: true,
        file,
      });
      expect((await store.head()).size).toBe(1);
      expect((await linesOf(store)).length).toBe(401);
      other.exec('ROLLBACK');
      other.close();
      await store.commit(commit);
      expect((await store.head()).size).toBe(2);
      await store.close();
    });

    test('state lines are of one state, whatever is committed while they are read', async () => {
      await fill();
      const store = await openEmbeddedStore(folder);
      const before = await linesOf(store);
      const lines: string[] = [];
      for await (const line of store.stateLines()) {
        if (lines.length === 0) await store.clearGraph();
        lines.push(line);
      }
      expect(lines.sort()).toEqual(before);
      expect(await linesOf(store)).toEqual([]);
      await store.close();
    });

    test('processes that open a new folder at once all get the same store', async () => {
      const script = `
        import { openEmbeddedStore } from ${JSON.stringify(import.meta.resolve('../../graph/adapters/embedded/store.ts'))};
        const store = await openEmbeddedStore(process.argv[1]);
        console.log((await store.head()).size);
        await store.close();`;
      const children = [1, 2, 3].map(() =>
        spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      );
      const codes = await Promise.all(children.map((child) => once(child, 'exit')));
      expect(codes.map(([code]) => code as number)).toEqual([0, 0, 0]);
    });
  });
}
