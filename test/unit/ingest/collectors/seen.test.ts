// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { PedigreeError } from '../../../../core/errors.ts';
import { withEndCursor } from '../../../../ingest/collectors/end-cursor.ts';
import { findNextLink } from '../../../../ingest/collectors/link-header.ts';
import { Misses } from '../../../../ingest/collectors/misses.ts';
import { Position } from '../../../../ingest/collectors/mlflow/position.ts';
import { Seen } from '../../../../ingest/collectors/seen.ts';
import type { Collected, Cursor } from '../../../../ingest/collectors/collector.ts';

describe('Seen', () => {
  test('comes back from its position', () => {
    const seen = new Seen(null);
    seen.add('a');
    seen.add('b');
    const again = new Seen(JSON.parse(JSON.stringify(seen.cursor())) as Cursor);
    expect(['a', 'b', 'c'].map((name) => again.has(name))).toEqual([true, true, false]);
  });

  test('forgets the oldest, and what was added again is not old', () => {
    const seen = new Seen(null);
    seen.add('first');
    for (let at = 0; at < 49_999; at++) seen.add(`n${at}`);
    expect(seen.isFull).toBe(true);
    seen.add('first');
    seen.add('one more');
    expect(['first', 'n0', 'n1'].map((name) => seen.has(name))).toEqual([true, false, true]);
  });

  test('a position is given when it has grown by a tenth', () => {
    const seen = new Seen(null);
    for (let at = 0; at < 100; at++) seen.add(`n${at}`);
    expect(seen.findCursor()).not.toBeNull();
    for (let at = 0; at < 11; at++) {
      expect(seen.findCursor()).toBeNull();
      seen.add(`m${at}`);
    }
    seen.add('last');
    expect(seen.findCursor()).not.toBeNull();
  });

  test.each<Cursor>([
    null,
    'seen@1',
    { shape: 'seen@2', names: ['a'] },
    { names: ['a'] },
    { shape: 'seen@1', names: { a: 'a' } },
    { shape: 'seen@1', names: [1, null, ['a']] },
  ])('a position of another shape is none: %j', (cursor) => {
    expect(new Seen(cursor).cursor()['names']).toEqual([]);
  });
});

describe('positions in a tracking server', () => {
  test('the last day is looked at again', () => {
    const position = new Position(null);
    position.readUpTo('1', 1_000_000_000_000);
    position.readUpTo('1', 999_999_999_999);
    const again = new Position(position.cursor());
    expect(again.endOf('1')).toBe(1_000_000_000_000 - 86_400_000);
    expect(again.endOf('2')).toBe(0);
  });

  test.each<Cursor>([
    { shape: 'mlflow@1', ends: { '1': 'x', '2': 1.5, '3': null } },
    { shape: 'mlflow@1', ends: [1] },
    { shape: 'other', ends: { '1': 1e12 } },
  ])('what is no time is none: %j', (cursor) => {
    const position = new Position(cursor);
    expect(['1', '2', '3'].map((id) => position.endOf(id))).toEqual([0, 0, 0]);
  });
});

describe('withEndCursor', () => {
  const thing = (source: string): Collected => ({
    received: { source, bytes: new Uint8Array() },
    cursor: null,
  });

  async function run(names: readonly string[], signal: AbortSignal): Promise<(string | null)[]> {
    async function* things(): AsyncGenerator<Collected> {
      for (const name of names) yield thing(name);
    }
    const found: (string | null)[] = [];
    for await (const { received, cursor } of withEndCursor(things(), signal, () => 'end'))
      found.push(received.source, cursor as string | null);
    return found;
  }

  test('only the last thing carries the end', async () => {
    const { signal } = new AbortController();
    expect(await run(['a', 'b'], signal)).toEqual(['a', null, 'b', 'end']);
    expect(await run([], signal)).toEqual([]);
  });

  test('nothing after a stop', async () => {
    expect(await run(['a'], AbortSignal.abort())).toEqual([]);
  });
});

describe('Misses', () => {
  const gone = (): PedigreeError =>
    new PedigreeError('ERR_SOURCE_UNAVAILABLE', 'x', { retryable: true });

  test('one thing is refused; three in a row are the source', () => {
    const misses = new Misses();
    misses.refuse('a', gone());
    misses.refuse('b', gone());
    expect(() => misses.refuse('c', gone())).toThrow(
      expect.objectContaining({ code: 'ERR_SOURCE_UNAVAILABLE' }),
    );
  });

  test('something that came begins the count anew', () => {
    const misses = new Misses();
    for (let round = 0; round < 5; round++) {
      expect(misses.refuse('a', gone()).received).toHaveProperty('refused');
      misses.clear();
    }
  });

  test('a fault of ours is no refusal', () => {
    expect(() => new Misses().refuse('a', new TypeError('x'))).toThrow(TypeError);
  });
});

describe('Link', () => {
  const page = new URL('http://host/a/list?n=1');
  test.each([
    ['</a/list?n=2>; rel="next"', 'http://host/a/list?n=2'],
    ['<list?n=2>;rel=next', 'http://host/a/list?n=2'],
    ['</first>; rel="first", </a/list?n=3>; rel="next"', 'http://host/a/list?n=3'],
    ['</x>; rel="prev"', undefined],
    ['</x>; rel="nextish"; title="rel=next"', undefined],
    ['</x; rel="next"', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (header, next) => {
    expect(findNextLink(header, page)?.href).toBe(next);
  });

  test('a hostile one takes no time', () => {
    expect(findNextLink('<'.repeat(100_000) + '>; rel="next"', page)).toBeUndefined();
    expect(findNextLink('<>;'.repeat(100_000), page)).toBeUndefined();
  });
});
