// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalizeJcs } from '../../../../core/canonical-json-jcs.ts';
import { entryLeafHash } from '../../../../graph/log/leaf.ts';
import type { LogReport } from '../../../../graph/log/log-report.ts';
import { EMPTY_ROOT, rootOf } from '../../../../graph/log/merkle.ts';
import { publishedLeaves, writeTiles } from '../../../../graph/log/tile-folder.ts';
import { verifyLog } from '../../../../graph/log/verify-log.ts';
import type { VerifyLogOptions } from '../../../../graph/log/verify-log.ts';
import type { StoredEntry } from '../../../../graph/port/store.ts';
import { eventOf, LOG_KEYS, memoryLog, ORIGIN, OTHER_KEYS, saltOf } from './memory-log.ts';
import type { MemoryLog } from './memory-log.ts';

const SIZE = 100; // subtrees of 64, 32 and 4

function signed(text: string, keys = LOG_KEYS, name = ORIGIN): VerifyLogOptions {
  return { checkpoint: { text, publicKey: keys.publicKey, name } };
}

function leavesOf(log: MemoryLog): string[] {
  return log.entryList.map((entry) => entryLeafHash(entry.event, entry.salt));
}

async function* streamed(leaves: readonly string[]): AsyncGenerator<string> {
  for (const leaf of leaves) yield await Promise.resolve(leaf);
}

/** Faults in short: `code from-to`. */
function faults(report: LogReport): string[] {
  return report.faults.map(({ code, place }) => {
    if (place === null) return code;
    return place.from === place.to ? `${code} ${place.from}` : `${code} ${place.from}-${place.to}`;
  });
}

function alter(log: MemoryLog, index: number, change: (entry: StoredEntry) => StoredEntry): void {
  log.entryList = log.entryList.map((entry) => (entry.index === index ? change(entry) : entry));
}

function renumber(log: MemoryLog): void {
  log.entryList = log.entryList.map((entry, index) => ({ ...entry, index }));
}

/** Writes a changed event in canonical form, as somebody who knows the format would. */
function withEvent(entry: StoredEntry, change: object): StoredEntry {
  return { ...entry, event: canonicalizeJcs({ ...JSON.parse(entry.event), ...change }) };
}

describe('a healthy log passes', () => {
  test.each([0, 1, 2, 3, 64, 99, 100, 255, 256, 257])(
    'of %i entries, with checkpoint and leaves',
    async (size) => {
      const log = memoryLog(size);
      const checkpoint = log.checkpoint();
      const report = await verifyLog(log, {
        ...signed(checkpoint),
        leaves: streamed(leavesOf(log)),
      });
      expect(report).toEqual({
        status: 'passed',
        size,
        root: rootOf(log.headValue.frontier),
        time: log.headValue.time,
        checkpoint: { origin: ORIGIN, size, root: rootOf(log.headValue.frontier) },
        behind: false,
        firstBad: null,
        faults: [],
        omittedFaults: 0,
      });
    },
  );

  test('with a checkpoint of any earlier size, or none', async () => {
    const log = memoryLog(0);
    const checkpoints = [log.checkpoint()];
    for (let i = 0; i < 40; i++) {
      log.grow(1);
      checkpoints.push(log.checkpoint());
    }
    for (const text of checkpoints)
      expect(await verifyLog(log, signed(text))).toMatchObject({ status: 'passed' });
    expect(await verifyLog(log)).toMatchObject({ status: 'passed', checkpoint: null });
  });

  test('with fewer leaves published than there are entries', async () => {
    const log = memoryLog(SIZE);
    const report = await verifyLog(log, { leaves: streamed(leavesOf(log).slice(0, 60)) });
    expect(report.status).toBe('passed');
  });

  test('and says how far it is', async () => {
    const seen: number[][] = [];
    await verifyLog(memoryLog(2500), { onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [1000, 2500],
      [2000, 2500],
      [2500, 2500],
    ]);
  });

  test('while others commit', async () => {
    const log = memoryLog(50);
    const leaves = leavesOf(memoryLog(60));
    const racing = {
      head: () => log.head(),
      async *entries(from: number) {
        log.grow(10);
        yield* log.entries(from);
      },
    };
    const report = await verifyLog(racing, { leaves: streamed(leaves) });
    expect(report).toMatchObject({ status: 'passed', size: 50 });
  });
});

describe('faults in entries', () => {
  interface Bent {
    readonly name: string;
    readonly bend: (log: MemoryLog) => void;
    /** Faults without the leaves that were published. */
    readonly alone: readonly string[];
    /** Where the first bad entry is, as the tiles show it. */
    readonly withLeaves: { readonly from: number; readonly to: number };
  }

  const cases: Bent[] = [
    {
      name: 'an entry altered, canonically',
      bend: (log) => alter(log, 40, (entry) => withEvent(entry, { by: 'mallory' })),
      alone: ['frontier-mismatch 0-63'],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'the last entry altered',
      bend: (log) => alter(log, 99, (entry) => withEvent(entry, { by: 'mallory' })),
      alone: ['frontier-mismatch 96-99'],
      withLeaves: { from: 99, to: 99 },
    },
    {
      name: 'the salt of an entry altered',
      bend: (log) => alter(log, 70, (entry) => ({ ...entry, salt: saltOf(7) })),
      alone: ['frontier-mismatch 64-95'],
      withLeaves: { from: 70, to: 70 },
    },
    {
      name: 'a salt that is none',
      bend: (log) => alter(log, 70, (entry) => ({ ...entry, salt: entry.salt.toUpperCase() })),
      alone: ['salt-malformed 70', 'frontier-mismatch 64-95'],
      withLeaves: { from: 70, to: 70 },
    },
    {
      name: 'event text with a space',
      bend: (log) =>
        alter(log, 12, (entry) => ({ ...entry, event: entry.event.replace(':', ': ') })),
      alone: ['event-not-canonical 12', 'frontier-mismatch 0-63'],
      withLeaves: { from: 12, to: 12 },
    },
    {
      name: 'event text that is no JSON',
      bend: (log) => alter(log, 12, (entry) => ({ ...entry, event: '{' })),
      alone: ['event-not-canonical 12', 'frontier-mismatch 0-63'],
      withLeaves: { from: 12, to: 12 },
    },
    {
      name: 'a time going back',
      bend: (log) =>
        alter(log, 66, (entry) => withEvent(entry, { receivedAt: '2026-11-21T21:30:00.000Z' })),
      alone: ['time-decreased 66', 'frontier-mismatch 64-95'],
      withLeaves: { from: 66, to: 66 },
    },
    {
      name: 'a time running ahead: the one after goes back',
      bend: (log) =>
        alter(log, 66, (entry) => withEvent(entry, { receivedAt: '2026-11-21T21:30:23.000Z' })),
      alone: ['time-decreased 67', 'time-decreased 68', 'frontier-mismatch 64-95'],
      withLeaves: { from: 66, to: 66 },
    },
    {
      name: 'a time in another form',
      bend: (log) =>
        alter(log, 66, (entry) => withEvent(entry, { receivedAt: '2026-11-21T21:30:22Z' })),
      alone: ['time-malformed 66', 'frontier-mismatch 64-95'],
      withLeaves: { from: 66, to: 66 },
    },
    {
      name: 'no time',
      bend: (log) =>
        alter(log, 66, (entry) => ({ ...entry, event: '{"__proto__":{"receivedAt":"2026"}}' })),
      alone: ['time-malformed 66', 'frontier-mismatch 64-95'],
      withLeaves: { from: 66, to: 66 },
    },
    {
      name: 'an entry dropped',
      bend: (log) => log.entryList.splice(40, 1),
      alone: ['index-missing 40', 'frontier-mismatch 0-63', 'frontier-mismatch 64-95'],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'three entries dropped',
      bend: (log) => log.entryList.splice(40, 3),
      alone: ['index-missing 40-42', 'frontier-mismatch 0-63', 'frontier-mismatch 64-95'],
      withLeaves: { from: 40, to: 42 },
    },
    {
      name: 'an entry dropped and the rest renumbered',
      bend: (log) => {
        log.entryList.splice(40, 1);
        renumber(log);
      },
      alone: ['frontier-mismatch 0-63', 'frontier-mismatch 64-95', 'entries-missing 99'],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'the end cut off',
      bend: (log) => log.entryList.splice(97),
      alone: ['entries-missing 97-99'],
      withLeaves: { from: 97, to: 99 },
    },
    {
      name: 'all entries gone',
      bend: (log) => log.entryList.splice(0),
      alone: ['entries-missing 0-99'],
      withLeaves: { from: 0, to: 99 },
    },
    {
      name: 'two entries swapped',
      bend: (log) => {
        log.entryList = [
          ...log.entryList.slice(0, 40),
          ...log.entryList.slice(40, 42).toReversed(),
          ...log.entryList.slice(42),
        ];
      },
      alone: ['index-missing 40', 'index-repeated 40', 'frontier-mismatch 0-63'],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'two entries of one time swapped and renumbered',
      bend: (log) => {
        log.entryList = [
          ...log.entryList.slice(0, 42),
          ...log.entryList.slice(42, 44).toReversed(),
          ...log.entryList.slice(44),
        ];
        renumber(log);
      },
      alone: ['frontier-mismatch 0-63'],
      withLeaves: { from: 42, to: 42 },
    },
    {
      name: 'an entry inserted',
      bend: (log) =>
        log.entryList.splice(40, 0, {
          index: 40,
          event: canonicalizeJcs(eventOf(40)),
          salt: saltOf(999),
        }),
      alone: [
        'index-repeated 40',
        'frontier-mismatch 0-63',
        'frontier-mismatch 64-95',
        'frontier-mismatch 96-99',
        'entries-beyond-head 100',
      ],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'an entry inserted and the rest renumbered',
      bend: (log) => {
        log.entryList.splice(40, 0, {
          index: 40,
          event: canonicalizeJcs(eventOf(40)),
          salt: saltOf(999),
        });
        renumber(log);
      },
      alone: [
        'frontier-mismatch 0-63',
        'frontier-mismatch 64-95',
        'frontier-mismatch 96-99',
        'entries-beyond-head 100',
      ],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'an entry behind the head',
      bend: (log) =>
        log.entryList.push({ index: 100, event: canonicalizeJcs(eventOf(100)), salt: saltOf(100) }),
      alone: ['entries-beyond-head 100'],
      withLeaves: { from: 100, to: 100 },
    },
    {
      name: 'an index that is no number',
      bend: (log) => alter(log, 40, (entry) => ({ ...entry, index: NaN })),
      alone: ['index-repeated 40', 'index-missing 40'],
      withLeaves: { from: 40, to: 40 },
    },
    {
      name: 'an index beyond all',
      bend: (log) => alter(log, 98, (entry) => ({ ...entry, index: Number.MAX_SAFE_INTEGER })),
      alone: [`index-missing 98-${Number.MAX_SAFE_INTEGER - 1}`, 'index-repeated 99'],
      withLeaves: { from: 99, to: 99 },
    },
  ];

  test.each(cases)('$name', async ({ bend, alone, withLeaves }) => {
    const log = memoryLog(SIZE);
    const checkpoint = log.checkpoint();
    const leaves = leavesOf(log);
    bend(log);

    const report = await verifyLog(log);
    expect(report.status).toBe('failed');
    expect(faults(report).filter((fault) => fault !== 'head-time-mismatch')).toEqual(alone);

    const compared = await verifyLog(log, { ...signed(checkpoint), leaves: streamed(leaves) });
    expect(compared.status).toBe('failed');
    expect(compared.firstBad).toEqual(withLeaves);
  });

  test('whatever byte of whatever entry is changed, the tiles name that entry', async () => {
    const healthy = memoryLog(40);
    const leaves = leavesOf(healthy);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 39 }),
        fc.nat(),
        fc.boolean(),
        async (index, position, inSalt) => {
          const log = memoryLog(40);
          alter(log, index, (entry) => {
            const text = inSalt ? entry.salt : entry.event;
            const at = position % text.length;
            const changed = text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
            return inSalt ? { ...entry, salt: changed } : { ...entry, event: changed };
          });
          const report = await verifyLog(log, { leaves: streamed(leaves) });
          expect(report).toMatchObject({ status: 'failed', firstBad: { from: index, to: index } });
          expect((await verifyLog(log)).status).toBe('failed');
        },
      ),
      { numRuns: 150 },
    );
  });

  test('many faults are counted, not all listed', async () => {
    const log = memoryLog(300);
    log.entryList = log.entryList.map((entry) => ({ ...entry, salt: '' }));
    const report = await verifyLog(log);
    expect(report.faults).toHaveLength(200);
    expect(report.faults.length + report.omittedFaults).toBe(300 + 4); // and the subtrees of 256, 32, 8 and 4
    expect(report.firstBad).toEqual({ from: 0, to: 0 });
  });
});

describe('faults in the head', () => {
  test('a root of the frontier altered', async () => {
    const log = memoryLog(SIZE);
    const frontier = log.headValue.frontier.with(1, EMPTY_ROOT);
    log.headValue = { ...log.headValue, frontier };
    expect(faults(await verifyLog(log))).toEqual(['frontier-mismatch 64-95']);
  });

  test.each([
    ['a root missing', (roots: readonly string[]) => roots.slice(1)],
    ['a root too many', (roots: readonly string[]) => [...roots, EMPTY_ROOT]],
    ['a root that is no hash', (roots: readonly string[]) => roots.with(0, 'AB'.repeat(32))],
    ['no roots', () => []],
  ])('%s', async (_, change) => {
    const log = memoryLog(SIZE);
    log.headValue = { ...log.headValue, frontier: change(log.headValue.frontier) };
    expect(await verifyLog(log)).toMatchObject({ status: 'failed', firstBad: null });
    expect(faults(await verifyLog(log))).toEqual(['frontier-malformed']);
  });

  test('another time', async () => {
    const log = memoryLog(SIZE);
    const { time } = memoryLog(SIZE + 10).headValue;
    log.headValue = { ...log.headValue, time };
    expect(faults(await verifyLog(log))).toEqual(['head-time-mismatch']);
    const empty = memoryLog(0);
    empty.headValue = { ...empty.headValue, time };
    expect(faults(await verifyLog(empty))).toEqual(['head-time-mismatch']);
  });
});

describe('checkpoints', () => {
  test('of another key, another name, or altered', async () => {
    const log = memoryLog(SIZE);
    const text = log.checkpoint();
    for (const options of [
      signed(log.checkpoint(OTHER_KEYS)),
      signed(text, OTHER_KEYS),
      signed(text, LOG_KEYS, 'example.com/other'),
      signed(text.replace('\n100\n', '\n99\n')),
      signed(text.slice(0, -1)),
      signed(''),
    ]) {
      const report = await verifyLog(log, options);
      expect(report).toMatchObject({ status: 'failed', checkpoint: null, behind: false });
      expect(faults(report)).toEqual(['checkpoint-invalid']);
    }
  });

  test('newer than the store: an old copy was restored', async () => {
    const checkpoint = memoryLog(SIZE).checkpoint();
    const report = await verifyLog(memoryLog(90), signed(checkpoint));
    expect(report).toMatchObject({
      status: 'failed',
      behind: true,
      firstBad: { from: 90, to: 99 },
    });
    expect(faults(report)).toEqual(['store-behind 90-99']);
  });

  test('of an emptied store', async () => {
    const report = await verifyLog(memoryLog(0), signed(memoryLog(1).checkpoint()));
    expect(report).toMatchObject({ status: 'failed', behind: true, firstBad: { from: 0, to: 0 } });
  });

  test('newer leaves than the store has', async () => {
    const report = await verifyLog(memoryLog(90), { leaves: streamed(leavesOf(memoryLog(95))) });
    expect(report).toMatchObject({ status: 'failed', behind: true });
    // leaves are read one beyond the store: enough to know
    expect(faults(report)).toEqual(['store-behind 90']);
  });

  test('fewer leaves than were signed', async () => {
    const log = memoryLog(SIZE);
    const leaves = streamed(leavesOf(log).slice(0, 80));
    const report = await verifyLog(log, { ...signed(log.checkpoint()), leaves });
    expect(faults(report)).toEqual(['published-leaves-missing 80-99']);
  });

  test('a history rewritten whole, head and all, is caught by the checkpoint alone', async () => {
    const original = memoryLog(60);
    const checkpoint = original.checkpoint();
    const rewritten = memoryLog(30);
    rewritten.append({ ...eventOf(30), receivedAt: eventOf(30).receivedAt }, saltOf(12345));
    rewritten.grow(69);
    expect((await verifyLog(rewritten)).status).toBe('passed');
    const report = await verifyLog(rewritten, signed(checkpoint));
    expect(faults(report)).toEqual(['checkpoint-mismatch 0-59']);
    const compared = await verifyLog(rewritten, {
      ...signed(checkpoint),
      leaves: streamed(leavesOf(original)),
    });
    expect(compared.firstBad).toEqual({ from: 30, to: 30 });
  });

  test('an empty tree with a root of its own', async () => {
    const forged = memoryLog(0);
    forged.headValue = { ...forged.headValue, frontier: ['00'.repeat(32)] };
    const report = await verifyLog(memoryLog(5), signed(forged.checkpoint()));
    expect(faults(report)).toEqual(['checkpoint-mismatch']);
  });

  test('of a log whose entry 0 pins another origin or key', async () => {
    const log = memoryLog(0);
    log.append(eventOf(0, OTHER_KEYS), saltOf(0));
    log.grow(9);
    expect(faults(await verifyLog(log, signed(log.checkpoint())))).toEqual(['genesis-mismatch 0']);
    expect((await verifyLog(log, signed(log.checkpoint(OTHER_KEYS), OTHER_KEYS))).status).toBe(
      'passed',
    );
    const elsewhere = log.checkpoint(OTHER_KEYS, 'example.com/other');
    expect(
      faults(await verifyLog(log, signed(elsewhere, OTHER_KEYS, 'example.com/other'))),
    ).toEqual(['genesis-mismatch 0']);
  });

  test('a key that cannot be meant is an error, not a fault', async () => {
    await expect(
      verifyLog(memoryLog(1), signed(memoryLog(1).checkpoint(), LOG_KEYS, 'a b')),
    ).rejects.toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  test('a source that fails is neither a yes nor a no', async () => {
    const log = memoryLog(10);
    const failing = {
      head: () => log.head(),
      async *entries(from: number) {
        for await (const entry of log.entries(from)) {
          if (entry.index === 5) throw new Error('unreachable');
          yield entry;
        }
      },
    };
    await expect(verifyLog(failing)).rejects.toThrow('unreachable');
  });
});

describe('against a folder of tiles', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pedigree-verify-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('an altered entry is named', async () => {
    const log = memoryLog(600);
    await writeTiles(folder, log, { origin: ORIGIN, privateKey: LOG_KEYS.privateKey });
    const options = (): VerifyLogOptions => ({
      ...signed(log.checkpoint()),
      leaves: publishedLeaves(folder),
    });
    expect((await verifyLog(log, options())).status).toBe('passed');
    const text = options();
    alter(log, 333, (entry) => withEvent(entry, { reason: 'nothing happened' }));
    const report = await verifyLog(log, text);
    expect(report.firstBad).toEqual({ from: 333, to: 333 });
    expect(faults(report)).toEqual([
      'leaf-mismatch 333',
      'frontier-mismatch 0-511',
      'checkpoint-mismatch 0-599',
    ]);
  });
});
