// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPieces, writeJsonLists } from '../../cli/command.ts';
import type { Terminal } from '../../cli/output/terminal.ts';

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

/** A terminal whose reader takes each piece only when it is let. */
function laggingTerminal(): { terminal: Terminal; written: string[]; take: () => void } {
  const written: string[] = [];
  let take = (): void => undefined;
  const terminal = {
    out: (text: string) => void written.push(text),
    outTaken: () =>
      new Promise<void>((resolve) => {
        take = resolve;
      }),
    err: () => undefined,
    isInteractive: false,
    columns: 80,
    color: false,
  };
  return { terminal, written, take: () => take() };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a long list is written as fast as it is read, one line, nothing a terminal obeys', async () => {
  const { terminal, written, take } = laggingTerminal();
  let made = 0;
  const items = function* (): Generator<string> {
    for (; made < 20_000; made++) yield `item \u2028 ${made}`;
  };
  let isDone = false;
  const writing = writeJsonLists({ terminal }, { a: 1 }, { items: items(), none: [] });
  void writing.then(() => {
    isDone = true;
  });
  await settle();
  expect(written).toHaveLength(1);
  expect(made).toBeLessThan(5000);
  for (let rounds = 0; !isDone && rounds < 100; rounds++) {
    take();
    await settle();
  }
  await writing;
  expect(written.length).toBeGreaterThan(3);
  expect(Math.max(...written.map((text) => text.length))).toBeLessThan(1 << 18);
  const text = written.join('');
  expect(text.indexOf('\n')).toBe(text.length - 1);
  expect(text).not.toContain('\u2028');
  const parsed = JSON.parse(text) as { items: string[]; none: unknown[] };
  expect(parsed).toMatchObject({ a: 1, none: [] });
  expect(parsed.items).toHaveLength(20_000);
  expect(parsed.items[19_999]).toBe('item \u2028 19999');
});
