// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isHeld } from '../../../../core/stored-bytes.ts';
import type { Collected } from '../../../../ingest/collectors/collector.ts';
import { createFolderCollector } from '../../../../ingest/collectors/folder/collector.ts';
import { closeReceived } from '../../../../ingest/receive/files.ts';
import { LARGE_BYTES } from '../../../../schemas/decoded.ts';
import { contextOf, type ContextOptions } from '../../../support/collecting.ts';
import { WatchedSpool } from '../../../support/watched-spool.ts';

let folder: string;
let spool: WatchedSpool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-folder-'));
  mkdirSync(join(folder, 'in'));
  for (const name of ['a', 'b', 'c'])
    writeFileSync(join(folder, 'in', name), new Uint8Array(LARGE_BYTES).fill(name.charCodeAt(0)));
  spool = new WatchedSpool(join(folder, 'spool'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function collect(options: ContextOptions = {}): AsyncGenerator<Collected> {
  const collector = createFolderCollector(join(folder, 'in'), { spool });
  const context = contextOf({ collector, hosts: [] }, options);
  return collector.collect(context) as AsyncGenerator<Collected>;
}

describe('large files of a folder', () => {
  test('are handed in open, for whoever takes them to close', async () => {
    const found: Collected[] = [];
    for await (const one of collect()) found.push(one);
    expect(found.map(({ received }) => 'bytes' in received && isHeld(received.bytes))).toEqual([
      false,
      false,
      false,
    ]);
    expect(spool.readable).toEqual([true, true, true]);
    found.forEach(({ received }) => closeReceived(received));
    expect(spool.readable).toEqual([false, false, false]);
  });

  test('that nobody takes any more are closed', async () => {
    const things = collect();
    const first = await things.next();
    await things.return(undefined);
    expect(spool.readable).toEqual([true, false]);
    closeReceived((first.value as Collected).received);
  });

  test('that were found when it was told to stop are closed', async () => {
    const stop = new AbortController();
    const things = collect({ signal: stop.signal });
    const first = await things.next();
    stop.abort();
    expect((await things.next()).done).toBe(true);
    expect(spool.readable.slice(1)).toEqual(spool.readable.slice(1).map(() => false));
    closeReceived((first.value as Collected).received);
  });

  test('that are the same as last time are closed', async () => {
    let cursor: Collected['cursor'] = null;
    for await (const one of collect()) {
      cursor = one.cursor ?? cursor;
      closeReceived(one.received);
    }
    for (const name of ['a', 'b', 'c']) utimesSync(join(folder, 'in', name), 1, 1);
    const again: Collected[] = [];
    for await (const one of collect({ cursor })) again.push(one);
    expect(again).toEqual([]);
    expect(spool.readable).toEqual(Array.from({ length: 6 }, () => false));
  });
});
