// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { crashDocument } from './crash-documents.ts';
import { allOf, expectedLines, linesOf, TestLog } from './store-documents.ts';
import { describeWhenNamed } from './store-selection.ts';

const WRITER = join(import.meta.dirname, 'crash-writer.ts');
/** Acknowledgements to wait for in each round, before the kill. */
const ROUNDS = [3, 17, 40];

/** Starts a writer and kills it without warning after some commits. */
async function killAfter(folder: string, acknowledgements: number): Promise<number[]> {
  const writer = spawn(process.execPath, [WRITER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(writer, 'exit');
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(Number(line));
    // the writer is in its next commit by now; what it still printed is read to the end
    if (acknowledged.length === acknowledgements) writer.kill('SIGKILL');
  }
  const [, signal] = (await exit) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

describeWhenNamed('embedded', () => {
  describe('embedded store, kill -9 of the writer', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pedigree-crash-'));
    });

    afterEach(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    test('nothing acknowledged is lost, and no commit is there in part', async () => {
      let size = 0;
      for (const round of ROUNDS) {
        const acknowledged = await killAfter(folder, round);
        expect(acknowledged.length).toBeGreaterThanOrEqual(round);
        expect(acknowledged[0]).toBe(size + 1);

        const store = await openEmbeddedStore(folder);
        const head = await store.head();
        expect(head.size).toBeGreaterThanOrEqual(acknowledged.at(-1) ?? 0);
        ({ size } = head);
        const log = new TestLog();
        const whole = log.commitOf(
          Array.from({ length: size }, (_, index) => crashDocument(index)),
        );
        expect(head).toEqual(whole.next);
        expect(await allOf(store.entries(0))).toEqual(whole.entries);
        expect(await linesOf(store)).toEqual(expectedLines(whole.placements));
        const kept = await store.blobs(whole.blobs.map(({ digest }) => digest));
        expect(kept.size).toBe(new Set(whole.blobs.map(({ digest }) => digest)).size);
        await store.close();
        expect(integrityOf(folder)).toEqual(['ok']);
      }
    });
  });
});

function integrityOf(folder: string): unknown[] {
  const database = new DatabaseSync(join(folder, 'graph.sqlite'));
  const rows = database.prepare('PRAGMA integrity_check').all();
  database.close();
  return rows.map((row) => row['integrity_check']);
}
