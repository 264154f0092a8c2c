// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPieces, writeJsonLists, type CommandContext } from '../../cli/command.ts';

const NAME = fc.string().filter((name) => name !== '__proto__');

test('an object in pieces is the object', () => {
  const members = fc.dictionary(NAME, fc.jsonValue(), { minKeys: 1 });
  const lists = fc.dictionary(NAME, fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(members, lists, (some, others) => {
      const distinct = Object.fromEntries(
        Object.entries(others).filter(([name]) => !Object.hasOwn(some, name)),
      );
      const text = [...jsonPieces(some, distinct)].join('');
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ ...some, ...distinct })));
    }),
  );
});

test('a long list is written as it is made, one line, nothing a terminal obeys', () => {
  const written: string[] = [];
  let made = 0;
  let madeAtFirst = 0;
  const context = {
    terminal: {
      out: (text: string) => {
        if (written.length === 0) madeAtFirst = made;
        written.push(text);
      },
    },
  } as unknown as CommandContext;
  const items = function* (): Generator<string> {
    for (; made < 20_000; made++) yield `item \u2028 ${made}`;
  };
  writeJsonLists(context, { a: 1 }, { items: items(), none: [] });
  expect(written.length).toBeGreaterThan(3);
  expect(madeAtFirst).toBeLessThan(5000);
  expect(Math.max(...written.map((text) => text.length))).toBeLessThan(1 << 18);
  const text = written.join('');
  expect(text.indexOf('\n')).toBe(text.length - 1);
  expect(text).not.toContain('\u2028');
  const parsed = JSON.parse(text) as { items: string[]; none: unknown[] };
  expect(parsed).toMatchObject({ a: 1, none: [] });
  expect(parsed.items).toHaveLength(20_000);
  expect(parsed.items[19_999]).toBe('item \u2028 19999');
});
