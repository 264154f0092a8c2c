// SPDX-License-Identifier: Apache-2.0
// Several sources at once: none of them stops the others, and a cursor never runs ahead of what is durable.
import { afterEach, describe, expect, test } from 'vitest';
import { PedigreeError } from '../../../../core/errors.ts';
import { instantFromMs } from '../../../../core/instant.ts';
import type { Collected, Collector, Cursor } from '../../../../ingest/collectors/collector.ts';
import type { CursorKey } from '../../../../ingest/collectors/cursors.ts';
import { runCollectors, type RunOptions } from '../../../../ingest/collectors/run.ts';
import type { IngestOutcome } from '../../../../ingest/pipeline.ts';
import type { Received } from '../../../../ingest/receive/files.ts';
import { MemoryCursors, runSourceOf } from '../../../support/collecting.ts';

const SCOPE = 'test';
const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

function outcomeOf(received: Received): IngestOutcome {
  return {
    source: received.source,
    digest: null,
    standing: 'refused' in received ? 'refused' : 'accepted',
    known: false,
    format: null,
    version: null,
    unpackedFrom: null,
    reasons: [],
    problems: [],
    signers: [],
  };
}

/** Remembers what became durable, in order, together with the cursors that were saved in between. */
class Journal extends MemoryCursors {
  readonly entries: string[] = [];

  store(batch: readonly Received[]): IngestOutcome[] {
    for (const { source } of batch) this.entries.push(source);
    return batch.map(outcomeOf);
  }

  override async save(key: CursorKey, cursor: Cursor): Promise<void> {
    this.entries.push(`cursor ${key.source} ${JSON.stringify(cursor)}`);
    await super.save(key, cursor);
  }
}

async function run(
  collectors: readonly Collector[],
  journal: Journal,
  more: Partial<RunOptions> = {},
): ReturnType<typeof runCollectors> {
  const stop = new AbortController();
  stops.push(stop);
  return runCollectors({
    sources: collectors.map((collector) => runSourceOf({ collector, hosts: [] })),
    ingest: async (batch) => journal.store(batch),
    cursors: journal,
    scope: SCOPE,
    clock: () => instantFromMs(0),
    credentials: () => undefined,
    signal: stop.signal,
    ...more,
    limits: { flushMs: 20, slowMs: 40, stallMs: 2000, ...more.limits },
  });
}

function thing(source: string, cursor: Cursor | null): Collected {
  return { received: { source, bytes: new TextEncoder().encode(source) }, cursor };
}

function refusedThing(source: string, cursor: Cursor | null, retryable: boolean): Collected {
  const refused = new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'not now', { retryable });
  return { received: { source, refused }, cursor };
}

function collectorOf(
  source: string,
  collect: Collector['collect'] | readonly Collected[],
): Collector {
  if (typeof collect === 'function') return { kind: 'test', source, collect };
  return {
    kind: 'test',
    source,
    async *collect() {
      yield* collect;
    },
  };
}

function numbered(source: string, count: number): Collector {
  return collectorOf(source, async function* ({ cursor }) {
    const from = typeof cursor === 'number' ? cursor : 0;
    for (let at = from; at < count; at++) yield thing(`${source}${at}`, at + 1);
  });
}

function never(): Promise<never> {
  return new Promise(() => {});
}

const failing = collectorOf('failing', async function* () {
  yield thing('f0', 1);
  throw new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'gone', { retryable: true });
});

/** Listens to nothing. */
const hanging = collectorOf('hanging', async function* () {
  yield thing('h0', 1);
  await never();
});

const broken = collectorOf('broken', () => {
  throw new TypeError('a slip of ours');
});

describe('beside a good source', () => {
  test('one that fails, one that hangs and one that breaks stop nothing', async () => {
    const journal = new Journal();
    const found = await run([failing, hanging, broken, numbered('g', 200)], journal, {
      limits: { stallMs: 200 },
    });
    expect(found.map(({ status, error }) => [status, error?.code ?? null])).toEqual([
      ['failed', 'ERR_SOURCE_UNAVAILABLE'],
      ['failed', 'ERR_LIMIT_TIME'],
      ['failed', 'ERR_INTERNAL'],
      ['done', null],
    ]);
    expect(found.map(({ received }) => received)).toEqual([1, 1, 0, 200]);
    // what came before the fault is kept, with its place
    expect(journal.entries).toEqual(expect.arrayContaining(['f0', 'h0', 'cursor failing 1']));
  });

  test('hanging ones do not keep all the places', async () => {
    const journal = new Journal();
    const hangers = Array.from({ length: 5 }, (_, at) => ({ ...hanging, source: `hang${at}` }));
    const summaries = await run([...hangers, numbered('g', 3)], journal, {
      limits: { parallel: 2, stallMs: 500 },
    });
    expect(summaries.at(-1)).toMatchObject({ status: 'done', received: 3 });
  });

  test('one that says that it goes on is waited for', async () => {
    const slow = collectorOf('slow', async function* ({ onProgress }) {
      for (let at = 0; at < 10; at++) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        onProgress({ done: at });
      }
      yield thing('s0', 1);
    });
    const [summary] = await run([slow], new Journal(), { limits: { stallMs: 200 } });
    expect(summary).toMatchObject({ status: 'done', received: 1 });
  });

  test('what has come is stored while the next is waited for', async () => {
    const journal = new Journal();
    let storedMeanwhile: string[] = [];
    const slow = collectorOf('slow', async function* () {
      yield thing('s0', 1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      storedMeanwhile = [...journal.entries];
      yield thing('s1', 2);
    });
    await run([slow], journal);
    expect(storedMeanwhile).toEqual(['s0', 'cursor slow 1']);
  });
});

describe('positions', () => {
  test('are saved after what they stand behind, never before', async () => {
    const journal = new Journal();
    await run([numbered('n', 300)], journal);
    let stored = 0;
    for (const entry of journal.entries) {
      const cursor = /^cursor n (\d+)$/.exec(entry)?.[1];
      if (cursor === undefined) stored++;
      else expect(Number(cursor)).toBe(stored);
    }
    expect(stored).toBe(300);
    expect(journal.entries.at(-1)).toBe('cursor n 300');
  });

  test('are where the next run begins', async () => {
    const journal = new Journal();
    await run([numbered('n', 3)], journal);
    const [again] = await run([numbered('n', 5)], journal);
    expect(again).toMatchObject({ resumed: true, received: 2, learnt: 2 });
    expect(journal.entries.filter((entry) => entry === 'n0')).toHaveLength(1);
  });

  test('of another scope, kind or source are none of ours', async () => {
    const journal = new Journal();
    await run([numbered('n', 3)], journal);
    const [scope] = await run([numbered('n', 3)], journal, { scope: 'other' });
    const [kind] = await run([{ ...numbered('n', 3), kind: 'other' }], journal);
    const [source] = await run([{ ...numbered('n', 3), source: 'other' }], journal);
    for (const summary of [scope, kind, source])
      expect(summary).toMatchObject({ resumed: false, received: 3 });
  });

  test('stay before something that is worth another try', async () => {
    const journal = new Journal();
    const source = collectorOf('s', [thing('a', 1), refusedThing('b', 2, true), thing('c', 3)]);
    await run([source], journal);
    expect(journal.entries).toEqual(['a', 'b', 'c', 'cursor s 1']);
  });

  test('pass what will be refused the next time as well', async () => {
    const journal = new Journal();
    await run([collectorOf('s', [thing('a', 1), refusedThing('b', 2, false)])], journal);
    expect(journal.entries.at(-1)).toBe('cursor s 2');
  });

  test('are not moved by things that name none', async () => {
    const journal = new Journal();
    await run([collectorOf('s', [thing('a', 1), thing('b', null)])], journal);
    expect(journal.entries.at(-1)).toBe('cursor s 1');
  });
});

describe('our own store', () => {
  test('that fails ends the run, and no position is kept', async () => {
    const journal = new Journal();
    const full = new PedigreeError('ERR_STORE_UNAVAILABLE', 'full');
    const failed = run([numbered('n', 10), hanging], journal, {
      ingest: () => Promise.reject(full),
    });
    await expect(failed).rejects.toBe(full);
    expect(journal.entries).toEqual([]);
  });

  test('takes one batch at a time, none larger than the Ingestor commits at once', async () => {
    let busy = 0;
    let most = 0;
    const sizes: number[] = [];
    const sources = ['a', 'b', 'c', 'd'].map((name) => numbered(name, 150));
    const summaries = await run(sources, new Journal(), {
      ingest: async (batch) => {
        most = Math.max(most, ++busy);
        sizes.push(batch.length);
        await new Promise((resolve) => setTimeout(resolve, 1));
        busy--;
        return batch.map(outcomeOf);
      },
    });
    expect(most).toBe(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
    expect(summaries.map(({ learnt }) => learnt)).toEqual([150, 150, 150, 150]);
  });
});

describe('a stop', () => {
  test('stores what was received whole, and says so of every source', async () => {
    const journal = new Journal();
    const stop = new AbortController();
    const endless = collectorOf('endless', async function* () {
      for (let at = 1; ; at++) {
        if (at === 5) stop.abort();
        yield thing(`e${at}`, at);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    const found = await run([endless, hanging], journal, { signal: stop.signal });
    expect(found.map(({ status }) => status)).toEqual(['stopped', 'stopped']);
    const stored = journal.entries.filter((entry) => /^e\d+$/.test(entry));
    expect(journal.entries).toContain(`cursor endless ${stored.length}`);
  });

  test('before the beginning reads nothing', async () => {
    const journal = new Journal();
    const found = await run([numbered('n', 3)], journal, { signal: AbortSignal.abort() });
    expect(found).toMatchObject([{ status: 'stopped', received: 0 }]);
    expect(journal.entries).toEqual([]);
  });
});
