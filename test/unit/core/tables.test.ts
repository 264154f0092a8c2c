// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { hashOfText } from '../../../core/tables/hash-slots.ts';
import { NumberChains } from '../../../core/tables/number-chains.ts';
import { NumberLists } from '../../../core/tables/number-lists.ts';
import { NumberPairs } from '../../../core/tables/number-pairs.ts';
import { FewNumbers, NumberSet } from '../../../core/tables/number-set.ts';
import { TextNumbers } from '../../../core/tables/text-numbers.ts';
import { TextColumns } from '../../../core/tables/text-columns.ts';
import { TextList } from '../../../core/tables/text-list.ts';
import { TextSet } from '../../../core/tables/text-set.ts';
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

  test('says the same with a beginning that many texts have', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('', 'a#', 'a', 'a#a#', 'b#'), text)),
        (parts) => {
          const [plain, common] = [new TextColumns(), new TextColumns('a#')];
          const texts = parts.map(([beginning, rest]) => beginning + rest);
          for (const one of texts) expect(common.add(one)).toBe(plain.add(one));
          for (const one of [...texts, 'a#', 'a', '#']) {
            const id = plain.find(one);
            expect(common.find(one)).toBe(id);
            if (id !== undefined) expect(common.get(id)).toBe(one);
          }
        },
      ),
    );
  });

  test('knows which texts JSON writes as they are, and copies those', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('', 'a', 'x', 'xx'), (one, common) => {
        const table = new TextColumns(common);
        const length = table.plainLength(table.add(one));
        const isPlain = JSON.stringify(one) === `"${one}"` && /^[\x20-\x7f]*$/.test(one);
        const kept = one.length - (one.startsWith(common) ? common.length : 0);
        expect(length).toBe(isPlain && kept <= 16_384 ? one.length : -1);
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

  test('is a set, however many texts there are', () => {
    const texts = new TextSet();
    const all = Array.from({ length: 10_000 }, (_, at) => `text ${at}`);
    for (const one of all) expect([texts.has(one), texts.add(one)]).toEqual([false, true]);
    for (const one of all) expect([texts.has(one), texts.add(one)]).toEqual([true, false]);
    expect([texts.size, texts.has('text'), texts.has('')]).toEqual([10_000, false, false]);
    expect([...texts]).toEqual(all);
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

/** What leads to an item, and what only looks like it. */
const pointer = fc.oneof(
  fc
    .tuple(fc.constantFrom('/a', '/a/0', '', '/é'), fc.nat(2 ** 31 - 1))
    .map(([a, b]) => `${a}/${b}`),
  fc.constantFrom(
    '',
    '/',
    '/a/',
    '/a/01',
    '/a/-1',
    '/a/-0',
    '/a/1.0',
    '/a/1e3',
    '/a/ 1',
    '/a/1 ',
    '7',
  ),
  fc.constantFrom('/a/2147483647', '/a/2147483648', '/a/99999999999999999999', '/a/0x1', '/a/NaN'),
  text,
);

describe('a list of pointers', () => {
  test('gives each back as it was, from whatever length on they are many', () => {
    fc.assert(
      fc.property(fc.array(pointer, { maxLength: 50 }), fc.constantFrom(0, 3, 5000), (all, few) => {
        const list = new TextList(few);
        for (const one of all) list.push(one);
        expect(all.map((_, at) => list.at(at))).toEqual(all);
        expect([list.length, list.at(-1), list.at(all.length)]).toEqual([all.length, '', '']);
      }),
    );
  });
});

describe('a list of numbers that grows', () => {
  const LENGTHS = [0, 1, 4095, 4096, 4097, 16_383, 16_384, 16_385, 40_000];

  test.each(LENGTHS)('gives %i numbers back, zeros outside, and can be emptied', (length) => {
    const list = new GrowingInts();
    const wanted = (at: number): number => (at * 2654435761) | 0;
    for (let at = 0; at < length; at++) list.push(wanted(at));
    expect(list.length).toBe(length);
    for (let at = 0; at < length; at++) expect(list.at(at)).toBe(wanted(at));
    for (const outside of [-1, length, length + 1, 2 ** 31]) expect(list.at(outside)).toBe(0);
    if (length > 0) list.set(length - 1, 7);
    expect(list.at(length - 1)).toBe(length > 0 ? 7 : 0);
    list.release();
    expect([list.length, list.at(0), list.at(length - 1)]).toEqual([0, 0, 0]);
    list.push(5);
    expect([list.length, list.at(0), list.at(1)]).toEqual([1, 5, 0]);
  });

  test('is cleared to a length, numbers of before and behind being 0', () => {
    for (const before of LENGTHS) {
      for (const length of LENGTHS) {
        const list = new GrowingInts();
        for (let at = 0; at < before; at++) list.push(-1);
        list.clearTo(length);
        expect(list.length).toBe(Math.max(before, length));
        for (let at = 0; at < list.length; at += 97) expect(list.at(at)).toBe(0);
        list.push(3);
        expect(list.at(list.length - 1)).toBe(3);
      }
    }
  });
});

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

  test('number thousands of lists of thousands of numbers', () => {
    const table = new NumberLists();
    const listAt = (at: number): number[] => Array.from({ length: at % 9 }, (_, item) => at + item);
    const ids = Array.from({ length: 9000 }, (_, at) => table.add(listAt(at)));
    ids.forEach((id, at) => {
      expect(table.add(listAt(at))).toBe(id);
      expect([table.get(id), table.lengthOf(id)]).toEqual([listAt(at), at % 9]);
    });
    expect(new Set(ids).size).toBe(8001);
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
