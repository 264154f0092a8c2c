// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../core/errors.ts';
import {
  arrayMember,
  decodeText,
  findSpan,
  isJsonObject,
  member,
  parseJson,
  pointerJoin,
  pointerToken,
  stringMember,
  valueAt,
} from '../../../core/json.ts';
import { writesNumbersPlainly } from '../../../core/json-text.ts';
import { LIMITS } from '../../../core/limits.ts';

interface Thrown {
  readonly code: string;
  readonly at?: string | undefined;
  readonly line?: number | undefined;
}

function thrown(work: () => unknown): Thrown {
  try {
    work();
  } catch (error) {
    if (isPedigreeError(error)) return { code: error.code, at: error.at, line: error.line };
    return { code: `no PedigreeError: ${String(error)}` };
  }
  return { code: 'nothing' };
}

const jsonArbitrary = fc.jsonValue({ maxDepth: 5, noUnicodeString: false });

describe('parsing', () => {
  test('gives what was written, with the text', () => {
    fc.assert(
      fc.property(jsonArbitrary, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const document = parseJson(text);
        expect(document.text).toBe(text);
        expect(JSON.stringify(document.value, null, space)).toBe(text);
        expect(parseJson(new TextEncoder().encode(text))).toEqual(document);
      }),
    );
  });

  test('cut anywhere it is refused', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), jsonArbitrary, { minKeys: 1 }),
        fc.nat(),
        (value, at) => {
          const text = JSON.stringify(value);
          const cut = text.slice(0, at % text.length);
          expect(thrown(() => parseJson(cut)).code).toBe('ERR_PARSE_JSON');
        },
      ),
    );
  });

  test.each(['', '{', '{"a":1,}', "{'a':1}", '{"a":NaN}', '{"a":01}', '[1,]', '{}x', '// x\n{}'])(
    '%j is not JSON',
    (text) => {
      expect(thrown(() => parseJson(text)).code).toBe('ERR_PARSE_JSON');
    },
  );

  test('the line of the fault is told', () => {
    expect(thrown(() => parseJson('{\n "a": 1,\n oops\n}')).line).toBe(3);
  });

  test.each<[string, string]>([
    ['{"a":1,"a":1}', '/a'],
    ['{"b":{"a":1,"c":2,"a":3}}', '/b/a'],
    ['[{},{"a":[{"x":0,"x":0}]}]', '/1/a/0/x'],
    ['{"a/b":{"c~d":1,"c~d":2}}', '/a~1b/c~0d'],
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"a":":","b":"{\\"a\\":1,\\"a\\":2}","b":0}', '/b'],
  ])('%s names a member twice', (text, at) => {
    expect(thrown(() => parseJson(text))).toMatchObject({ code: 'ERR_PARSE_DUPLICATE_KEY', at });
  });

  test('a member repeated anywhere is noticed, one that only looks so is not', () => {
    const keys = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(keys, jsonArbitrary, fc.nat(), (names, value, at) => {
        const rows = names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
        expect(thrown(() => parseJson(`{${rows.join()}}`)).code).toBe('nothing');
        const again = rows[at % rows.length] ?? '';
        expect(thrown(() => parseJson(`[{${[...rows, again].join()}}]`)).code).toBe(
          'ERR_PARSE_DUPLICATE_KEY',
        );
      }),
    );
  });

  test.each<[string, string]>([
    ['{"a" : 1, "a"\n:2}', '/a'],
    ['{"a":"\\":","a":"x\\" :"}', '/a'],
    ['{"a":": ","a":" :"}', '/a'],
    [`{"long":[${'{},'.repeat(60_000)}{}],"a":1,"a":2}`, '/a'],
    [`{"a":${'['.repeat(150)}${']'.repeat(150)},"a":2}`, '/a'],
  ])('%.40s names a member twice, whatever stands around it', (text, at) => {
    expect(thrown(() => parseJson(text))).toMatchObject({ code: 'ERR_PARSE_DUPLICATE_KEY', at });
  });

  test.each(['{"a":": ","b":" :"}', '{"a":"\\":","b":"\\" :"}', '":"', '[":", "\\":"]', ' : '])(
    'texts that look like members are none: %s',
    (text) => {
      const expected = text === ' : ' ? 'ERR_PARSE_JSON' : 'nothing';
      expect(thrown(() => parseJson(text)).code).toBe(expected);
    },
  );

  test.each([
    ['{"a":[[[]]],"a":1}', 3],
    ['{"a":[[[]]]}x', 3],
    [`[${'[],'.repeat(60_000)}[[[]]]]`, 3],
    [`${'['.repeat(40_000)}${']'.repeat(40_000)}`, LIMITS.depth],
  ])('%.40s nests too deep, whatever else is wrong with it', (text, depth) => {
    expect(thrown(() => parseJson(text, depth)).code).toBe('ERR_PARSE_DEPTH');
  });

  test('nesting is bounded exactly', () => {
    const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(thrown(() => parseJson(nested(LIMITS.depth))).code).toBe('nothing');
    expect(thrown(() => parseJson(nested(LIMITS.depth + 1))).code).toBe('ERR_PARSE_DEPTH');
    expect(thrown(() => parseJson('[[[]]]', 3)).code).toBe('nothing');
    expect(thrown(() => parseJson('[[[]]]', 2)).code).toBe('ERR_PARSE_DEPTH');
    expect(thrown(() => parseJson('[[],[],[]]', 2)).code).toBe('nothing');
    expect(thrown(() => parseJson('{"a":{"b":{}}}', 2)).code).toBe('ERR_PARSE_DEPTH');
  });

  test('brackets inside strings nest nothing', () => {
    expect(parseJson(JSON.stringify({ a: '[['.repeat(500), b: '\\"[[[' }), 1).value).toBeDefined();
  });

  test('a text of a million brackets is refused before anything recursive sees it', () => {
    expect(thrown(() => parseJson('['.repeat(1_000_000))).code).toBe('ERR_PARSE_DEPTH');
  });

  test('__proto__ is a member like any other', () => {
    const { value } = parseJson('{"__proto__":{"polluted":1}}');
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('text', () => {
  test('UTF-8, and UTF-16 where a mark says so', () => {
    const text = '{"ä":"模"}';
    const le = Buffer.from(`\ufeff${text}`, 'utf16le');
    const be = Buffer.from(le).swap16();
    expect(decodeText(new Uint8Array(le))).toBe(text);
    expect(decodeText(new Uint8Array(be))).toBe(text);
    expect(decodeText(new TextEncoder().encode(`\ufeff${text}`))).toBe(text);
    expect(decodeText(new TextEncoder().encode(text))).toBe(text);
  });

  test.each([[[0xff]], [[0xc3]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xff, 0xfe, 0x00]]])(
    'bytes %j are no text',
    (bytes) => {
      expect(thrown(() => decodeText(new Uint8Array(bytes))).code).toBe('ERR_PARSE_ENCODING');
    },
  );
});

describe('members', () => {
  test('own members only, of objects only', () => {
    const value = { a: 'x', list: [1], none: null };
    expect(member(value, 'a')).toBe('x');
    expect(member(value, 'none')).toBeNull();
    for (const inherited of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(member(value, inherited)).toBeUndefined();
      expect(stringMember(value, inherited)).toBeUndefined();
    }
    expect(member([1, 2], '0')).toBeUndefined();
    expect(member([1, 2], 'length')).toBeUndefined();
    expect(member('text', 'length')).toBeUndefined();
    expect(member(null, 'a')).toBeUndefined();
    expect(member(undefined, 'a')).toBeUndefined();
  });

  test('of the type that is asked for', () => {
    const value = { text: 'x', list: [1], number: 1, object: {} };
    expect(stringMember(value, 'text')).toBe('x');
    expect(stringMember(value, 'number')).toBeUndefined();
    expect(arrayMember(value, 'list')).toEqual([1]);
    expect(arrayMember(value, 'object')).toBeUndefined();
    expect(isJsonObject({})).toBe(true);
    for (const other of [null, [], 'x', 1, undefined]) expect(isJsonObject(other)).toBe(false);
  });
});

describe('pointers and places', () => {
  test('tokens are escaped and found again (RFC 6901 section 3)', () => {
    expect(pointerToken('a/b~c')).toBe('a~1b~0c');
    expect(pointerJoin('/x', 'a/b', 0, '~1')).toBe('/x/a~1b/0/~01');
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), (keys) => {
        let value: fc.JsonValue = 'found';
        for (const key of keys.toReversed()) value = { [key]: value };
        expect(valueAt(parseJson(JSON.stringify(value)).value, pointerJoin('', ...keys))).toBe(
          'found',
        );
      }),
    );
  });

  test('nothing is found where nothing is', () => {
    const { value } = parseJson('{"a":[{"b":1}]}');
    expect(valueAt(value, '')).toBe(value);
    expect(valueAt(value, '/a/0/b')).toBe(1);
    for (const pointer of ['/b', '/a/1', '/a/0/c', '/a/0/b/c', '/a/length', '/toString', '/a/-']) {
      expect(valueAt(value, pointer)).toBeUndefined();
    }
  });

  test('a value is quoted as it was written, on its line', () => {
    const document = parseJson(
      '{\n  "score": 0.9900,\n  "list": [1, 2.50, "a\\"b"],\n  "o": {}\n}',
    );
    const spans = ['/score', '/list/1', '/list/2', '/list', '/o'].map((at) =>
      findSpan(document, at),
    );
    expect(spans).toEqual([
      { source: '0.9900', line: 2 },
      { source: '2.50', line: 3 },
      { source: '"a\\"b"', line: 3 },
      { source: '[1, 2.50, "a\\"b"]', line: 3 },
      { source: '{}', line: 4 },
    ]);
    expect(findSpan(document, '')?.source).toBe(document.text);
    for (const at of ['/nothing', '/list/3', '/score/0', '/list/-']) {
      expect(findSpan(document, at)).toBeUndefined();
    }
  });

  test('every place of a document quotes the value that stands there', () => {
    const pointers = (value: unknown, at = ''): string[] => [
      at,
      ...(Array.isArray(value)
        ? value.flatMap((item, index) => pointers(item, pointerJoin(at, index)))
        : isJsonObject(value)
          ? Object.keys(value).flatMap((key) => pointers(value[key], pointerJoin(at, key)))
          : []),
    ];
    fc.assert(
      fc.property(jsonArbitrary, fc.constantFrom(undefined, 2), (value, space) => {
        const document = parseJson(JSON.stringify(value, null, space));
        for (const pointer of pointers(document.value)) {
          const span = findSpan(document, pointer);
          expect(JSON.parse(span?.source ?? 'null')).toEqual(valueAt(document.value, pointer));
          const line = document.text
            .slice(0, document.text.indexOf(span?.source ?? ''))
            .split('\n');
          expect(span?.line).toBeGreaterThanOrEqual(line.length);
        }
      }),
    );
  });
});

describe('numbers as their values are written back', () => {
  test.each([
    '0',
    '[1, -2, 0.5, 1e+21]',
    '{"a": 9007199254740991, "b": {"c": [true, null, "x"]}}',
    '"1.0"',
    '{"1.0": "\\"2.00 -0"}',
    '[]',
  ])('%s is plain', (text) => {
    expect(writesNumbersPlainly(text)).toBe(true);
  });

  test.each([
    '1.0',
    '-0',
    '[1, 1e2]',
    '1E+21',
    '[0.10]',
    '9007199254740993',
    '1e999',
    '{"a": "\\\\", "b": 2.00}',
    '{"1": {"b": [1, 5.60]}}',
  ])('%s is not', (text) => {
    expect(writesNumbersPlainly(text)).toBe(false);
  });
});
