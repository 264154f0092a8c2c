// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseExactJson } from '../../../../core/exact-json.ts';
import { parseJson } from '../../../../core/json.ts';
import { parseCsv } from '../../../../schemas/tool-report/csv.ts';
import { findFirstLine, parseLines } from '../../../../schemas/tool-report/lines.ts';
import { placeOf, placeOfYaml } from '../../../../schemas/tool-report/place.ts';
import {
  allowed,
  findFaults,
  integer,
  list,
  record,
  required,
  text,
} from '../../../../schemas/tool-report/shape.ts';
import { readProfileHeader } from '../../../../schemas/tool-report/whylogs-header.ts';
import { parseYaml } from '../../../../schemas/yaml/parse.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

/** The text that a JSON value is; undefined for any other value. */
function textIn(source: string): string | undefined {
  const value = JSON.parse(source) as unknown;
  return typeof value === 'string' ? value : undefined;
}

describe('a place in a document', () => {
  const root = placeOf(parseJson('{"a":[{"b":1.50},"x",null,true],"":2,"c/d":{"__proto__":7}}'));

  test('knows its pointer and how a number was written', () => {
    expect(root.at('a', 0, 'b').numeral).toBe('1.50');
    expect(root.at('a', 0, 'b').number).toBe(1.5);
    expect(root.at('a', 0, 'b').pointer).toBe('/a/0/b');
    expect(root.at('c/d').pointer).toBe('/c~1d');
    expect(root.at('c/d', '__proto__').written).toBe('7');
    expect(root.at('a', 3).written).toBe('true');
    expect(root.at('').written).toBe('2');
  });

  test.each([
    ['toString'],
    ['constructor'],
    ['__proto__'],
    ['a', 'length'],
    ['a', -1],
    ['a', 0.5],
    ['a', 9],
    ['a', 0, 'b', 'source'],
    ['missing', 'below', 3],
  ])('%j %j %j is not there', (...keys) => {
    const place = root.at(...(keys as (string | number)[]));
    expect([place.exists, place.text, place.items, place.entries]).toEqual([
      false,
      undefined,
      [],
      [],
    ]);
  });

  test('counts the members of a list and gives its texts; nothing of any other value', () => {
    const lists = placeOf(parseJson('{"a":["x","",1,null,["y"],"z"],"b":"text","c":{"length":3}}'));
    expect([lists.at('a').length, lists.at('a').texts]).toEqual([6, ['x', 'z']]);
    for (const key of ['b', 'c', 'missing']) {
      expect([lists.at(key).length, lists.at(key).texts]).toEqual([0, []]);
    }
  });

  test('every number is quoted as it was written, whatever stands beside it', () => {
    const spelling = fc.stringMatching(
      /^-?(?:0|[1-9][0-9]{0,20})(?:\.[0-9]{1,8})?(?:[eE][+-]?[0-9]{1,3})?$/,
    );
    const plain = fc.oneof(fc.integer().map(String), fc.constantFrom('0.5', '5.6', '1e+21'));
    const decoy = fc.constantFrom('"1.0"', '"\\"2.00"', 'true', 'null', '"\\\\"');
    const values = fc.oneof(
      fc.array(fc.oneof(plain, decoy)),
      fc.array(fc.oneof(spelling, plain, decoy)),
    );
    fc.assert(
      fc.property(values, (written) => {
        const places = placeOf(parseJson(`{"a": [${written.join(', ')}]}`)).at('a').items;
        const numbers = written.map((text) => (/^[-0-9]/.test(text) ? text : undefined));
        expect(places.map(({ numeral }) => numeral)).toEqual(numbers);
      }),
    );
  });

  test('every member is quoted as it was written, whatever others of its name or of names like it hold', () => {
    const name = fc.constantFrom(
      'a',
      'aa',
      'b',
      'c',
      'd',
      'e',
      'a b',
      'a\\"',
      '\\u0061',
      'a\\/',
      'ä',
    );
    const number = fc.constantFrom(
      '1',
      '10',
      '-3',
      '0.5',
      '1.0',
      '1e1',
      '-0',
      '12345678901234567890',
    );
    const other = fc.constantFrom(
      '"a"',
      '"\\"a\\": 1.0"',
      '"a: 1.0"',
      '[1.0]',
      '{"a": 2.50}',
      'null',
    );
    const space = fc.constantFrom('', ' ', '\n\t', '\r\n  ');
    const item = fc.tuple(name, space, space, fc.oneof(number, other));
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const texts = items.map(
          ([key, before, after, value]) => `{"${key}"${before}:${after}${value}}`,
        );
        const places = placeOf(parseJson(`[${texts.join(',')}]`)).items;
        const written = items.map(([, , , value]) => (/^[-0-9]/.test(value) ? value : undefined));
        expect(places.map(({ entries }) => entries[0]?.[1].numeral)).toEqual(written);
        const scalars = items.map(([, , , value]) =>
          /^[-0-9]/.test(value) ? value : textIn(value),
        );
        expect(places.map((place) => place.writtenAt(place.keys[0] ?? ''))).toEqual(scalars);
      }),
      { numRuns: 500 },
    );
  });

  test('the scalars of a list and of a member as they are written, and nothing for the rest', () => {
    const place = placeOf(parseJson('{"a":["x","",1.0,null,["y"],true],"b":"","c":{},"d":2.0}'));
    expect(place.at('a').writtenItems).toEqual(['x', '1.0', 'true']);
    expect(['a', 'b', 'c', 'e', 'toString'].map((key) => place.writtenAt(key))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
    expect(place.writtenAt('d')).toBe('2.0');
    for (const key of ['b', 'c', 'd', 'e']) expect(place.at(key).writtenItems).toEqual([]);
  });

  test('every value is found again at its pointer, and nothing inherited', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const source = JSON.stringify(value);
        const place = placeOf(parseJson(source));
        const stack = [{ place, value: parseExactJson(source) as unknown }];
        for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
          const { place: at, value: expected } = top;
          if (typeof expected === 'number') expect(at.number).toBe(expected);
          else if (typeof expected === 'string') expect(at.text).toBe(expected || undefined);
          else if (Array.isArray(expected)) {
            expect(at.items).toHaveLength(expected.length);
            at.items.forEach((item, index) => stack.push({ place: item, value: expected[index] }));
          } else if (expected !== null && typeof expected === 'object') {
            expect(at.keys).toEqual(Object.keys(expected));
            for (const [key, item] of at.entries) {
              stack.push({ place: item, value: (expected as Record<string, unknown>)[key] });
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('YAML keeps how a number was written too', () => {
    expect(placeOfYaml(parseYaml('a: 1.10\nb: 007')).at('a').numeral).toBe('1.10');
  });
});

describe('CSV', () => {
  test('quotes, commas, line ends and doubled quotes', () => {
    const rows = parseCsv('a,b\r\n"x,""y""\nz",2\r\n,\r\n3\r\n');
    expect(rows.map((row) => [row.get('a'), row.get('b')])).toEqual([
      ['x,"y"\nz', '2'],
      ['', ''],
      ['3', ''],
    ]);
  });

  test.each(['', '\n', 'a,b', 'a,b\n'])('%j has no rows', (csv) => {
    expect(parseCsv(csv)).toEqual([]);
  });

  test('what is written is what is read', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é') });
    const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const csv = ['x,y', ...rows.map((row) => row.map(quote).join(','))].join('\n');
        expect(parseCsv(csv).map((row) => [row.get('x'), row.get('y')])).toEqual(rows);
      }),
    );
  });

  test('a quote that never closes ends with the text', () => {
    expect(parseCsv('a\n"x\ny').map((row) => row.get('a'))).toEqual(['x\ny']);
  });
});

describe('lines', () => {
  test('pointers begin with the number of the line', () => {
    const places = parseLines('{"a":1}\n\n{"b":{"c":2}}\n', (line) => line.includes('"b"'));
    expect(places.map((place) => place.at('b', 'c').pointer)).toEqual(['/3/b/c']);
  });

  test.each(['', '[1]\n[2]', '{"a":1}', 'x\n{}'])('%j has no first line of an object', (lines) => {
    expect(findFirstLine(lines)).toBeUndefined();
  });

  test('a broken line that is wanted is refused', () => {
    expect(() => parseLines('{"a":1}\n{"a"', () => true)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_JSON' }),
    );
  });
});

describe('shapes', () => {
  const shape = record({
    id: required(text(/^x/)),
    kind: allowed(text(['a', 'b'])),
    count: allowed(integer(1)),
    items: allowed(list(text(), { minItems: 1 })),
  });
  const codes = (document: string): string[] =>
    findFaults(placeOf(parseJson(document)), shape).map(
      ({ code, pointer }) => `${code} ${pointer}`,
    );

  test.each(['{"id":"x"}', '{"id":"x1","kind":"b","count":1,"items":["y"]}'])('%s fits', (one) => {
    expect(codes(one)).toEqual([]);
  });

  test.each([
    ['{}', 'schema:required '],
    ['[]', 'schema:type '],
    ['null', 'schema:type '],
    ['{"id":"y"}', 'schema:pattern /id'],
    ['{"id":1}', 'schema:type /id'],
    ['{"id":"x","kind":"c"}', 'schema:enum /kind'],
    ['{"id":"x","count":0}', 'schema:minimum /count'],
    ['{"id":"x","count":1.5}', 'schema:type /count'],
    ['{"id":"x","count":"1"}', 'schema:type /count'],
    ['{"id":"x","items":[]}', 'schema:minItems /items'],
    ['{"id":"x","items":[1]}', 'schema:type /items/0'],
    ['{"id":"x","__proto__":1}', 'schema:additionalProperties '],
    ['{"id":"x","toString":1}', 'schema:additionalProperties '],
  ])('%s does not: %s', (document, code) => {
    expect(codes(document)).toEqual([code]);
  });
});

describeShared('the header of a whylogs profile', () => {
  const bytes = readShared('samples', 'whylogs', 'train.bin');

  test('version, time and columns', () => {
    const header = readProfileHeader(bytes);
    expect(header?.version).toBe('1.6.4');
    expect(header?.columns).toContain('malignant');
    expect(new Date(header?.createdMs ?? 0).toISOString().slice(0, 10)).toBe('2026-11-21');
  });

  test('bytes that are cut or changed give a header or none, never an error', () => {
    for (let length = 0; length < 900; length += 7) {
      expect(readProfileHeader(bytes.subarray(0, length))?.version ?? '1.6.4').toBe('1.6.4');
    }
    fc.assert(
      fc.property(fc.nat({ max: 800 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = bytes.slice(0, 2000);
        changed[at] = byte;
        let header: unknown;
        try {
          header = readProfileHeader(changed);
        } catch (error) {
          expect(isPedigreeError(error)).toBe(true);
        }
        expect(['object', 'undefined']).toContain(typeof header);
      }),
      { numRuns: 300 },
    );
  });
});
