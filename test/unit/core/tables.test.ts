// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashOfText } from '../../../core/tables/hash-slots.ts';
import { NumberChains } from '../../../core/tables/number-chains.ts';
import { NumberLists } from '../../../core/tables/number-lists.ts';
import { NumberPairs } from '../../../core/tables/number-pairs.ts';
import { FewNumbers, NumberSet } from '../../../core/tables/number-set.ts';
import { TextNumbers } from '../../../core/tables/text-numbers.ts';
import { TextColumns } from '../../../core/tables/text-columns.ts';
import { TextList } from '../../../core/tables/text-list.ts';
import { TextTable } from '../../../core/tables/text-table.ts';

/** Texts of all sorts: ASCII, one byte, more, halves of pairs, what JSON escapes, longer than a table keeps as bytes. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '"', '\\', '\n', '\ud800', 'é', 'ÿ', 'Ā', '日本', '__proto__', 'constructor'),
  fc.constantFrom('x'.repeat(20_000), 'y'.repeat(16_384), 'é'.repeat(16_385)),
);

/** Different texts whose hashes agree in the bits that small tables look at: more than one table has slots for within reach. */
function collidingTexts(count: number): string[] {
  const found: string[] = [];
  const wanted = hashOfText('0') & 0xfff;
  for (let at = 0; found.length < count; at++) {
    if ((hashOfText(String(at)) & 0xfff) === wanted) found.push(String(at));
  }
  return found;
}

describe('a list of texts', () => {
  test('gives them back in the order in which they came, repeated ones too, and nothing outside', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), fc.nat(20), (texts, few) => {
        const list = new TextList(few);
        for (const one of texts) list.push(one);
        expect(texts.map((_, at) => list.at(at))).toEqual(texts);
        expect([list.length, list.at(-1), list.at(texts.length)]).toEqual([texts.length, '', '']);
      }),
    );
  });
});

describe('a table of texts', () => {
  test('numbers each text once, in the order in which they came, and gives it back', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 300 }),
        fc.constantFrom(0, 3, 50, 4096),
        (texts, few) => {
          const table = new TextTable(few);
          const numbers = new Map<string, number>();
          for (const one of texts) {
            expect(table.find(one)).toBe(numbers.get(one));
            if (!numbers.has(one)) numbers.set(one, numbers.size);
            expect(table.add(one)).toBe(numbers.get(one));
          }
          expect(table.size).toBe(numbers.size);
          for (const [one, number] of numbers) expect(table.get(number)).toBe(one);
        },
      ),
    );
  });

  test('does not find what nobody put there, however like it is', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('\0', ' ', 'a', 'é', '\udc00'), (one, more) => {
        const table = new TextColumns();
        table.add(one);
        for (const other of [one + more, more + one, one.slice(1) + more]) {
          if (other !== one) expect(table.find(other)).toBeUndefined();
        }
      }),
    );
  });

  test('keeps texts apart that fall on one another', () => {
    const texts = collidingTexts(120);
    const table = new TextColumns();
    texts.forEach((one, at) => expect(table.add(one)).toBe(at));
    texts.forEach((one, at) => expect([table.find(one), table.get(at)]).toEqual([at, one]));
    expect(table.add('another')).toBe(texts.length);
  });

  test('keeps more than one block of bytes', () => {
    const table = new TextColumns();
    const textAt = (at: number): string => `${at} `.repeat(1000);
    for (let at = 0; at < 500; at++) table.add(textAt(at));
    for (let at = 0; at < 500; at++) expect(table.get(at)).toBe(textAt(at));
  });

  test('knows which texts JSON writes as they are, and copies those', () => {
    fc.assert(
      fc.property(text, (one) => {
        const table = new TextColumns();
        const length = table.plainLength(table.add(one));
        const isPlain = JSON.stringify(one) === `"${one}"` && /^[\x20-\x7f]*$/.test(one);
        expect(length).toBe(isPlain && one.length <= 16_384 ? one.length : -1);
        if (length < 0) return;
        const copy = Buffer.alloc(length + 2, '.');
        table.copyPlain(0, copy, 1);
        expect(copy.toString('latin1')).toBe(`.${one}.`);
      }),
    );
  });

  test('sealed, gives texts back', () => {
    const table = new TextColumns();
    for (let at = 0; at < 1000; at++) table.add(`text ${at}`);
    table.seal();
    for (let at = 0; at < 1000; at++) expect(table.get(at)).toBe(`text ${at}`);
  });

  test('is one table, however many texts it keeps as they are', () => {
    const table = new TextTable();
    for (let at = 0; at < 10_000; at++) expect(table.add(`text ${at}`)).toBe(at);
    for (let at = 0; at < 10_000; at++) {
      expect([table.find(`text ${at}`), table.get(at)]).toEqual([at, `text ${at}`]);
    }
    expect([table.size, table.find('text')]).toEqual([10_000, undefined]);
  });

  test('gives a text its first number', () => {
    const numbers = new TextNumbers();
    expect([numbers.add('a', 7), numbers.add('b', 0), numbers.add('a', 9)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([numbers.get('a'), numbers.get('b'), numbers.get('c')]).toEqual([7, 0, undefined]);
    expect([numbers.has('b'), numbers.has('c')]).toEqual([true, false]);
  });
});

const number = fc.oneof(fc.nat(5), fc.nat(2 ** 31 - 1));
/** A number of a pair. */
const half = fc.oneof(fc.nat(5), fc.nat(2 ** 26 - 1));

describe('tables of numbers', () => {
  test('number each list once; the empty one is 0', () => {
    fc.assert(
      fc.property(fc.array(fc.array(number, { maxLength: 4 }), { maxLength: 100 }), (lists) => {
        const table = new NumberLists();
        const numbers = new Map<string, number>([['', 0]]);
        for (const list of lists) {
          const key = list.join(' ');
          if (!numbers.has(key)) numbers.set(key, numbers.size);
          expect(table.add(list)).toBe(numbers.get(key));
          expect(table.get(numbers.get(key) ?? -1)).toEqual(list);
        }
      }),
    );
  });

  test('hold each pair once, and not its mirror image', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 300 }), (all) => {
        const pairs = new NumberPairs();
        const known = new Set<string>();
        for (const [first, second] of all) {
          const isNew = !known.has(`${first} ${second}`);
          known.add(`${first} ${second}`);
          expect(pairs.add(first, second)).toBe(isNew);
        }
        const held = Array.from({ length: pairs.size }, (_, at) => {
          return `${pairs.first(at)} ${pairs.second(at)}`;
        });
        expect(held).toEqual([...known]);
      }),
    );
  });

  test('hold each pair once, however many there are', () => {
    const pairs = new NumberPairs();
    const all = Array.from({ length: 9000 }, (_, at): [number, number] => [
      at % 90,
      (at * 7) % 8999,
    ]);
    const distinct = new Set(all.map(([first, second]) => `${first} ${second}`));
    for (const [first, second] of [...all, ...all]) pairs.add(first, second);
    expect(pairs.size).toBe(distinct.size);
    expect(pairs.add(90, 0)).toBe(true);
    expect(pairs.add(0, 90_000)).toBe(true);
  });

  test('give each owner its items in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), number), { maxLength: 200 }), (all) => {
        const chains = new NumberChains();
        for (const [owner, item] of all) chains.add(owner, item);
        for (let owner = 0; owner <= 41; owner++) {
          const items = all.filter(([one]) => one === owner).map(([, item]) => item);
          expect(chains.of(owner)).toEqual(items);
        }
      }),
    );
  });

  test.each([new NumberSet(), new FewNumbers()])('hold a number once: %o', (set) => {
    const numbers = [0, 63, 64, 5000, 64, 0, 99_999, 5000];
    expect(numbers.map((one) => set.add(one))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect([1, 65, 4999, 100_000].some((one) => set.has(one))).toBe(false);
    expect(numbers.every((one) => set.has(one))).toBe(true);
  });
});
