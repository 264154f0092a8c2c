// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../core/errors.ts';
import { parseExactJson } from '../../../core/exact-json.ts';
import { parseJson } from '../../../core/json.ts';
import { mapLongList, parseLargeJson } from '../../../core/large-json.ts';
import { StoredCopy } from '../../support/stored-copy.ts';
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';

const CHUNK_BYTES = 24;
const DEPTH = 12;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function parseInPieces(text: string): JsonValue | undefined {
  return parseLargeJson(bytesOf(text), DEPTH, CHUNK_BYTES)?.value;
}

/** A copy that nothing is lazy in, made the way readers walk. */
function walk(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, walk(item as JsonValue)]),
  );
}

const LIST = Array.from({ length: 40 }, (_, at) => ({
  at,
  name: `"item\\ ${at}", [{}]`,
  deep: [[at]],
}));
const TEXT = JSON.stringify({ head: 'x', list: LIST, tail: { list: [1, 2] } });

describe('a large document in pieces', () => {
  test('says what the whole says', () => {
    expect(walk(parseInPieces(TEXT) ?? null)).toEqual(JSON.parse(TEXT));
  });

  test('whatever JSON it is', () => {
    const members = fc.dictionary(fc.string(), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()));
    fc.assert(
      fc.property(members, fc.constantFrom(undefined, 1, '\t'), (root, space) => {
        const text = JSON.stringify(root, null, space);
        const value = parseInPieces(text);
        if (value !== undefined) expect(walk(value)).toEqual(parseExactJson(text));
        else expect(() => parseJson(text, DEPTH)).toThrow();
      }),
    );
  });

  test('is refused exactly where the whole is, wherever a byte is changed', () => {
    const bytes = bytesOf(TEXT);
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.constantFrom(...'{}[]",:\\0a '.split('')),
        fc.constantFrom('replace', 'insert', 'cut'),
        (at, mark, how) => {
          const [head, tail] = [TEXT.slice(0, at), TEXT.slice(at)];
          const changed =
            how === 'cut' ? head : head + mark + (how === 'replace' ? tail.slice(1) : tail);
          expect(outcome(() => parseInPieces(changed))).toEqual(
            outcome(() => parseJson(changed, DEPTH).value),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a member twice in the root', '{"a":[1,2,3,4,5,6,7,8,9,10,11,12,13],"a":1}'],
    ['a member twice in an item', `{"a":[${'{"b":1},'.repeat(9)}{"c":1,"c":2}]}`],
    ['a list closed as an object', `{"a":[${'1,'.repeat(30)}1}}`],
    ['nothing between two commas', `{"a":[${'1,'.repeat(30)},1]}`],
    ['a comma at the end', `{"a":[${'1,'.repeat(30)}]}`],
    ['more than one value', `{"a":[${'1,'.repeat(30)}1]} {}`],
    ['nested too deep', `{"a":[${'1,'.repeat(30)}${'['.repeat(11)}${']'.repeat(11)}]}`],
    ['cut short', `{"a":[${'1,'.repeat(30)}`],
    ['no object', `[${'1,'.repeat(30)}1]`],
  ])('leaves to the whole: %s', (_name, text) => {
    expect(parseInPieces(text)).toBeUndefined();
  });

  test('leaves broken UTF-8 to the whole', () => {
    const bytes = bytesOf(TEXT);
    bytes[60] = 0xff;
    expect(parseLargeJson(bytes, DEPTH, CHUNK_BYTES)).toBeUndefined();
  });

  test('nests as deep as the whole, and no deeper', () => {
    const nested = (depth: number): string =>
      `{"a":[${'1,'.repeat(30)}${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}]}`;
    expect(parseInPieces(nested(DEPTH))).toBeDefined();
    expect(parseInPieces(nested(DEPTH + 1))).toBeUndefined();
  });

  test('reads past a byte-order mark, once, as the whole does', () => {
    expect(walk(parseInPieces(`\ufeff${TEXT}`) ?? null)).toEqual(JSON.parse(TEXT));
    for (const text of [`\ufeff\ufeff${TEXT}`, ` \ufeff${TEXT}`, `${TEXT}\ufeff`]) {
      expect(parseInPieces(text)).toBeUndefined();
      expect(() => parseJson(bytesOf(text), DEPTH)).toThrow();
    }
  });

  test('keeps a member by the name of a prototype as its own', () => {
    const value = parseInPieces(`{"__proto__":[${'"x",'.repeat(30)}"y"]}`);
    expect(Object.keys(value ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('a large document that is stored', () => {
  const stored = (text: string): StoredCopy => new StoredCopy(bytesOf(text));
  const parse = (text: string): JsonValue | undefined =>
    parseLargeJson(stored(text), DEPTH, CHUNK_BYTES)?.value;

  test('says what it says in memory, and its text is its text', () => {
    const document = parseLargeJson(stored(TEXT), DEPTH, CHUNK_BYTES);
    expect(walk(document?.value ?? null)).toEqual(JSON.parse(TEXT));
    expect(document?.text).toBe(TEXT);
  });

  test('longer than what is held of it, cut anywhere', () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `"${'é€😀'.repeat(at % 7)}\\n${at}"`);
    for (const lead of [0, 1, 2, 3]) {
      const text = `{${' '.repeat(lead)}"names":[${names.join(',')}],"n":1}`;
      expect(walk(parse(text) ?? null)).toEqual(JSON.parse(text));
    }
  });

  test('is refused where the same in memory is', () => {
    fc.assert(
      fc.property(
        fc.nat(TEXT.length - 1),
        fc.constantFrom(...'{}[]",:\\0a '.split('')),
        (at, mark) => {
          const changed = TEXT.slice(0, at) + mark + TEXT.slice(at + 1);
          expect(outcome(() => parse(changed))).toEqual(outcome(() => parseInPieces(changed)));
        },
      ),
    );
  });

  test('a fault of the disk is no fault of the document, whenever it comes', () => {
    const whole = stored(TEXT);
    const reads = countReads(whole);
    expect(reads).toBeGreaterThan(10);
    for (let left = 0; left < reads; left++) {
      const broken = stored(TEXT);
      broken.readsLeft = left;
      expect(() => walk(parseLargeJson(broken, DEPTH, CHUNK_BYTES)?.value ?? null)).toThrow(
        expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }),
      );
    }
  });

  function countReads(copy: StoredCopy): number {
    copy.readsLeft = 1e6;
    walk(parseLargeJson(copy, DEPTH, CHUNK_BYTES)?.value ?? null);
    return 1e6 - copy.readsLeft;
  }
});

describe('a list in pieces', () => {
  const list = listOf(parseInPieces(TEXT));

  test('is an array to whoever reads it', () => {
    expect(Array.isArray(list)).toBe(true);
    expect(list.length).toBe(40);
    expect(list.map((_, at) => at)).toHaveLength(40);
    expect([...list]).toEqual(LIST);
    expect(Object.keys(list)).toHaveLength(40);
    expect(JSON.stringify(list)).toBe(JSON.stringify(LIST));
    expect(39 in list).toBe(true);
    expect(40 in list).toBe(false);
  });

  test.each([-1, 40, 1.5, Number.NaN])('has nothing at %s', (at) => {
    expect(list[at]).toBeUndefined();
  });

  test('in whatever order it is read', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(39)), (order) => {
        expect(order.map((at) => list[at])).toEqual(order.map((at) => LIST[at]));
      }),
    );
  });

  test('cannot be written to', () => {
    expect(() => (list as JsonValue[]).push(1)).toThrow(TypeError);
    expect(list.length).toBe(40);
  });

  test('is mapped without what is left out, again and again', () => {
    const firstReadings: number[] = [];
    const again = (item: JsonValue | undefined, at: number): { at: number } | undefined =>
      item === undefined || at % 3 === 0 ? undefined : { at };
    const mapped = mapLongList(
      list,
      (item, at) => {
        firstReadings.push(at);
        return again(item, at);
      },
      again,
    );
    const expected = LIST.map(({ at }) => ({ at })).filter(({ at }) => at % 3 !== 0);
    expect(firstReadings).toHaveLength(40);
    expect(mapped).toEqual(expected);
    expect(mapped?.map(({ at }) => at)).toEqual(expected.map(({ at }) => at));
    expect(firstReadings).toHaveLength(40);
  });

  test('other lists are not its business', () => {
    const never = (): undefined => undefined;
    expect(mapLongList([1, 2], never, never)).toBeUndefined();
  });
});

function listOf(root: JsonValue | undefined): readonly JsonValue[] {
  const list = (root as { list?: readonly JsonValue[] } | undefined)?.list;
  if (list === undefined) throw new Error('no list');
  return list;
}

/** The value, or `refused`: which fault is told is the whole's business. */
function outcome(parse: () => JsonValue | undefined): unknown {
  try {
    const value = parse();
    return value === undefined || !isObject(value) ? 'refused' : walk(value);
  } catch (error) {
    if (isPedigreeError(error)) return 'refused';
    throw error;
  }
}

function isObject(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
