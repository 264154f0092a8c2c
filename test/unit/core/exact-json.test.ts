// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExactJson, parseJsonNumbers } from '../../../core/exact-json.ts';
import { arrayMember, member, parseJson } from '../../../core/json.ts';
import { parseLargeJson } from '../../../core/large-json.ts';
import { parseEvaluationReport } from '../../../schemas/evaluation-report/parse.ts';
import { placeOf } from '../../../schemas/tool-report/place.ts';

let histories = 0;

/**
 * Lets V8 see an object with a member `name` after another one. To an object that opens with the same member, V8 13.6 gives
 * `name` for every second name whose text begins like it, escapes as they are written (nodejs/node#63785).
 * @returns the first member's name; no other test has it
 */
function expecting(name: string): string {
  const first = `first-${++histories}`;
  JSON.parse(`{${JSON.stringify(first)}:[],${JSON.stringify(name)}:0}`);
  return first;
}

/** Names as they are written, and what they are. */
const NAMES: readonly (readonly [string, string])[] = [
  [String.raw`\"`, '"'],
  [String.raw`\\`, '\\'],
  [String.raw`\n`, '\n'],
  [String.raw`\u0064igest`, 'digest'],
  [String.raw`digest\u0000`, 'digest\u0000'],
  [String.raw`\u005f_proto__`, '__proto__'],
  [String.raw`\u0031`, '1'],
  [String.raw`\/\/`, '//'],
  [String.raw`\ud83d\ude00\ud83d`, '\u{1f600}\ud83d'],
];

const objectText = (first: string, written: string): string =>
  `{"${first}":1,"${written}":{"sha256":"ab"}}`;

describe('a member name that is written with an escape', () => {
  test.each(NAMES)('%s is read as %j, whatever was parsed before', (written, name) => {
    const first = expecting(written.slice(0, name.length));
    const { value } = parseJson(objectText(first, written));
    expect(Object.entries(value as object).sort()).toEqual(
      [
        [first, 1],
        [name, { sha256: 'ab' }],
      ].sort(),
    );
  });

  test.each(NAMES)('%s is read as %j in the lists of large documents', (written, name) => {
    const first = expecting(written.slice(0, name.length));
    const items = Array.from({ length: 9 }, () => objectText(first, written));
    const text = `{"list":[${items.join()}]}`;
    const large = parseLargeJson(new TextEncoder().encode(text), 9, 40);
    const list = arrayMember(large?.value, 'list') ?? [];
    expect(list).toHaveLength(9);
    expect(list.every((item) => member(item, name) !== undefined)).toBe(true);
  });

  test('is the same one however it is written: twice is once too often', () => {
    const first = expecting('\\u0064');
    expect(() => parseJson(`{"${first}":1,"\\u0064igest":2,"digest":3}`)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DUPLICATE_KEY' }),
    );
  });

  test('does not hide a score', () => {
    const digests = `"model_sha256":"${'a'.repeat(64)}","dataset_sha256":"${'b'.repeat(64)}"`;
    const first = expecting('\\u0061');
    const json = parseJson(`{${digests},"metrics":{"${first}":1,"\\u0061ccuracy":0.50}}`);
    expect(parseEvaluationReport(json).metrics).toContainEqual({
      name: 'accuracy',
      value: '0.50',
      pointer: '/metrics/accuracy',
    });
  });

  test('leaves numbers as they are written', () => {
    const first = expecting('\\u0064');
    const { value, text } = parseJson(`{"${first}":1,"\\u0064rift":0.50}`);
    expect(placeOf({ value, text }).at('drift').written).toBe('0.50');
  });
});

/** A string literal with each character as itself or as one of its escapes. */
const literalArbitrary = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom(
          '"',
          '\\',
          '/',
          'a',
          'u',
          '0',
          '1',
          '\n',
          '\u0000',
          '\u00e9',
          '\u{1f600}',
          '\ud83d',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      fc.boolean(),
    ),
    { maxLength: 6 },
  )
  .map((characters) => `"${characters.map(([text, escape]) => written(text, escape)).join('')}"`);

function written(text: string, escape: boolean): string {
  if (!escape) return JSON.stringify(text).slice(1, -1);
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

interface Sample {
  readonly text: string;
  /** The value, made without parsing any object. */
  readonly value: unknown;
}

const space = fc.constantFrom('', '', ' ', '\n\t', '\r\n');

const numberArbitrary = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('-0', '0.50', '1e400', '-1E-400', '9007199254740993', '1.0e+2'),
);

const { sample: sampleArbitrary } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'null').map(scalar),
    numberArbitrary.map(scalar),
    literalArbitrary.map(scalar),
    fc.tuple(space, fc.array(tie('sample'), { maxLength: 4 })).map(([gap, items]) => ({
      text: `[${gap}${items.map((item) => item.text + gap).join(`,${gap}`)}]`,
      value: items.map((item) => item.value),
    })),
    fc
      .tuple(space, fc.array(fc.tuple(literalArbitrary, tie('sample')), { maxLength: 4 }))
      .map(([gap, members]) => ({
        text: `{${gap}${members.map(([name, item]) => `${name}${gap}:${gap}${item.text}${gap}`).join(`,${gap}`)}}`,
        value: objectOf(members.map(([name, item]) => [JSON.parse(name) as string, item.value])),
      })),
  ),
}));

function scalar(text: string): Sample {
  return { text, value: JSON.parse(text) as unknown };
}

function objectOf(members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members);
}

describe('exact JSON', () => {
  test('is what its parts say, however names are written', () => {
    fc.assert(
      fc.property(sampleArbitrary, space, ({ text, value }, gap) => {
        expect(parseExactJson(`${gap}${text}${gap}`)).toStrictEqual(value);
        expect(parseJsonNumbers(text, Number)).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test('is what JSON.parse gives where no name has an escape', () => {
    const plain = fc.jsonValue({ stringUnit: fc.constantFrom('a', '1', '_', '\u00e9', ':') });
    fc.assert(
      fc.property(plain, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseExactJson(text)).toStrictEqual(JSON.parse(text));
        expect(parseJsonNumbers(text, Number)).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  test('keeps the order of members and the last of two of one name, as JSON.parse does', () => {
    const text = '{"b":1,"2":2,"a":3,"1":4,"b":5,"__proto__":6,"\\u005f_proto__":7}';
    const value = parseExactJson(text);
    expect(Object.entries(value as object)).toEqual([
      ['1', 4],
      ['2', 2],
      ['b', 5],
      ['a', 3],
      ['__proto__', 7],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('refuses what JSON.parse refuses, with the same words', () => {
    fc.assert(
      fc.property(
        sampleArbitrary,
        fc.nat(),
        fc.constantFrom(...'{}[]",:\\u0e- '.split('')),
        fc.constantFrom('replace', 'insert', 'cut'),
        ({ text }, place, mark, how) => {
          const at = place % text.length;
          const changed =
            text.slice(0, at) +
            (how === 'cut' ? '' : mark) +
            text.slice(how === 'insert' ? at : at + 1);
          expect(outcome(() => parseExactJson(changed))).toBe(outcome(() => JSON.parse(changed)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is not recursive', () => {
    const depth = 50_000;
    const text = `${'{"\\u0061":'.repeat(depth)}0${'}'.repeat(depth)}`;
    let value = parseExactJson(text);
    let levels = 0;
    while (typeof value === 'object' && value !== null && 'a' in value) {
      value = value['a'] ?? null;
      levels++;
    }
    expect([levels, value]).toEqual([depth, 0]);
  });
});

function outcome(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return String(error);
  }
}
