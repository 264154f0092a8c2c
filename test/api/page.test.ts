// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../core/limits.ts';
import { decodeCursor, encodeCursor, pageOfAnswer, pageRequest } from '../../api/service/page.ts';

const USAGE = expect.objectContaining({ code: 'ERR_USAGE' });

describe('cursors', () => {
  test('come back as they went', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (key) => {
        expect(decodeCursor(encodeCursor(key))).toBe(key);
      }),
    );
  });

  test('with anything added, left out or written otherwise are refused', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.constantFrom('=', ' ', '\n', '!', '%3D'),
        (key, junk) => {
          const cursor = encodeCursor(key);
          for (const wrong of [`${cursor}${junk}`, `${junk}${cursor}`]) {
            expect(() => decodeCursor(wrong)).toThrow(USAGE);
          }
        },
      ),
    );
  });

  test.each(['', 'A', '====', '+/+/', 'gICA'])('"%s" is none', (text) => {
    expect(() => decodeCursor(text)).toThrow(USAGE);
  });
});

describe('pages', () => {
  test('one after the other give the whole list, once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (items, first) => {
          const seen: number[] = [];
          let after: string | undefined;
          for (;;) {
            const page = pageOfAnswer(items, 7, pageRequest(first, after));
            expect(page.total).toBe(items.length);
            expect(page.items.length).toBeLessThanOrEqual(first);
            seen.push(...page.items.map(({ node }) => node));
            if (!page.hasNext) break;
            after = page.items.at(-1)?.cursor;
          }
          expect(seen).toEqual(items);
        },
      ),
    );
  });

  test('a cursor of another log size, or beyond the list, is refused', () => {
    const cursor = pageOfAnswer(['a', 'b'], 7, pageRequest(1, undefined)).items[0]?.cursor;
    expect(
      pageOfAnswer(['a', 'b'], 7, pageRequest(1, cursor)).items.map(({ node }) => node),
    ).toEqual(['b']);
    expect(() => pageOfAnswer(['a', 'b'], 8, pageRequest(1, cursor))).toThrow(USAGE);
    expect(() => pageOfAnswer([], 7, pageRequest(1, cursor))).toThrow(USAGE);
    for (const key of ['7', '7:', ':0', '7:-1', '7:0:0', '7:2', 'x:y', '7:0x0']) {
      expect(() => pageOfAnswer(['a', 'b'], 7, pageRequest(1, encodeCursor(key)))).toThrow(USAGE);
    }
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])('%d items', (first) => {
    expect(() => pageRequest(first, undefined)).toThrow(USAGE);
  });

  test('more than the limit', () => {
    expect(pageRequest(LIMITS.pageItems, undefined).first).toBe(LIMITS.pageItems);
    expect(() => pageRequest(LIMITS.pageItems + 1, undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_LIMIT_ITEMS' }),
    );
  });
});
