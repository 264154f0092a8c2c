// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExactJson } from '../../../../core/exact-json.ts';
import { isPedigreeError, type PedigreeError } from '../../../../core/errors.ts';
import { YAML_LIMITS } from '../../../../core/limits.ts';
import { fromJsonValue, parseYaml, parseYamlStream } from '../../../../schemas/yaml/parse.ts';
import { findText, listTexts } from '../../../../schemas/yaml/texts.ts';

function refusal(text: string): PedigreeError {
  try {
    parseYamlStream(text);
  } catch (error) {
    if (isPedigreeError(error)) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 60)}`);
}

describe('YAML 1.2 core schema', () => {
  test.each([
    ['yes', 'yes'],
    ['off', 'off'],
    ['0o17', 15],
    ['0x1f', 31],
    ['017', 17],
    ['12:30', '12:30'],
    ['2026-11-21', '2026-11-21'],
    ['~', null],
    ['True', true],
    ['"1"', '1'],
    ['.inf', '.inf'],
    ['.nan', '.nan'],
    ['1e3', 1000],
  ])('%s', (text, value) => {
    expect(parseYaml(`a: ${text}`).value).toEqual({ a: value });
  });

  test.each([
    ['1.0', '1.0'],
    ['0012', '0012'],
    ['1234567e89', '1234567e89'],
    ['12345678901234567890', '12345678901234567890'],
    ['+5', '+5'],
    ['TRUE', 'TRUE'],
    ['0.9814814814814815', '0.9814814814814815'],
    ["'1.0'", '1.0'],
    ['!!str 1.0', '1.0'],
    ['~', undefined],
    ['[]', undefined],
    ['{}', undefined],
  ])('the text of %s is kept', (text, kept) => {
    expect(parseYaml(`a: ${text}`).textAt('/a')).toBe(kept);
  });

  test('a merge key is a plain key', () => {
    expect(parseYaml('a: &a {x: 1}\nb:\n  <<: *a\n  y: 2').value).toEqual({
      a: { x: 1 },
      b: { '<<': { x: 1 }, y: 2 },
    });
  });

  test('keys that are no text count as written', () => {
    expect(parseYaml('1.0: a\ntrue: b\n~: c').value).toEqual({ '1.0': 'a', true: 'b', '~': 'c' });
  });

  test('__proto__ is a key like any other', () => {
    const { value } = parseYaml('__proto__: {polluted: true}\nconstructor: 1');
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('CRLF, byte-order marks and comments', () => {
    expect(parseYaml('# c\r\na: b\r\nc:\r\n- d\r\n').value).toEqual({ a: 'b', c: ['d'] });
  });

  test('several documents, empty ones left out', () => {
    const documents = parseYamlStream('---\na: 1\n---\n---\n- 2\n...\n');
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, [2]]);
    expect(documents.map(({ line }) => line)).toEqual([2, 5]);
  });
});

describe('aliases', () => {
  test('are written out, each with the text of its own place', () => {
    const document = parseYaml('a: &x {v: 1.0}\nb: *x');
    expect(document.value).toEqual({ a: { v: 1 }, b: { v: 1 } });
    expect(document.textAt('/b/v')).toBe('1.0');
  });

  test('mean the anchor before them, also when written out again', () => {
    const text = 'p: &a 1\nq: &q [*a]\nr: &a 2\ns: *q\nt: *a';
    expect(parseYaml(text).value).toEqual({ p: 1, q: [1], r: 2, s: [1], t: 2 });
  });

  test('writing a subtree out again does not move its anchors', () => {
    const text = 'p: &o {i: &a 1}\nq: &a 2\nr: *o\ns: *a';
    expect(parseYaml(text).value).toEqual({ p: { i: 1 }, q: 2, r: { i: 1 }, s: 2 });
  });

  test.each([
    ['of nothing', 'a: *b'],
    ['before its anchor', 'a: *b\nb: &b 1'],
    ['of itself', 'a: &a [*a]'],
    ['of what it stands in', 'a: &a {b: {c: *a}}'],
    ['as a key', 'a: &a x\n*a : b'],
    ['of another document', 'a: &a 1\n---\nb: *a'],
  ])('%s', (_, text) => {
    expect(refusal(text).code).toBe('ERR_PARSE_YAML');
  });

  test('a billion laughs stops at the limit of values', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let at = 1; at < 12; at++) {
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(',')}]`,
      );
    }
    expect(refusal(lines.join('\n')).code).toBe('ERR_LIMIT_ITEMS');
  });

  test('nesting through aliases counts as nesting', () => {
    const lines = ['a0: &a0 [x]'];
    for (let at = 1; at <= YAML_LIMITS.depth; at++) lines.push(`a${at}: &a${at} [*a${at - 1}]`);
    expect(refusal(lines.join('\n')).code).toBe('ERR_PARSE_DEPTH');
  });
});

describe('refusals', () => {
  test.each([
    ['a: 1\nb: 2\na: 3', 'ERR_PARSE_DUPLICATE_KEY', 3],
    ['x:\n  {b: 1, b: 2}', 'ERR_PARSE_DUPLICATE_KEY', 2],
    ['"1": a\n1: b', 'ERR_PARSE_DUPLICATE_KEY', 2],
    ['a: !!python/object:os.system x', 'ERR_PARSE_YAML', 1],
    ['a:\n  b: !custom {c: 1}', 'ERR_PARSE_YAML', 2],
    ['a: !!binary aGk=', 'ERR_PARSE_YAML', 1],
    ['a: !!timestamp 2001-01-01', 'ERR_PARSE_YAML', 1],
    ['a: !!set {x}', 'ERR_PARSE_YAML', 1],
    ['%TAG !e! tag:example.org,2000:\n---\na: !e!x 1', 'ERR_PARSE_YAML', 3],
    ['%YAML 1.1\n---\na: yes', 'ERR_PARSE_YAML', 2],
    ['? [a]\n: b', 'ERR_PARSE_YAML', 1],
    ['? {a: 1}\n: b', 'ERR_PARSE_YAML', 1],
    ['a: [1, 2', 'ERR_PARSE_YAML', 1],
    ['a: "open', 'ERR_PARSE_YAML', 1],
    ['a: b\n c: d', 'ERR_PARSE_YAML', 1],
    ['\ta: b', 'ERR_PARSE_YAML', 1],
    ['a: &a x\nb: *c', 'ERR_PARSE_YAML', 2],
    ['license: {{ license }}', 'ERR_PARSE_YAML', 1],
  ])('%j', (text, code, line) => {
    const error = refusal(text);
    expect([error.code, error.line]).toEqual([code, line]);
  });

  test('the pointer of a key written twice', () => {
    expect(refusal('a:\n  - b/c: 1\n    b/c: 2').at).toBe('/a/0/b~1c');
  });

  test.each(['[', '{a: ', '- ', '? ', 'a:\n '])('deep nesting of %j', (opener) => {
    const deep =
      opener === 'a:\n '
        ? Array.from({ length: 300 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')
        : opener.repeat(300);
    expect(refusal(deep).code).toBe('ERR_PARSE_DEPTH');
  });

  test('nesting far beyond the stack', () => {
    expect(refusal('['.repeat(200_000)).code).toBe('ERR_PARSE_DEPTH');
    expect(refusal('- '.repeat(200_000)).code).toBe('ERR_PARSE_DEPTH');
  });

  test('nesting at the limit is read', () => {
    const text = '['.repeat(YAML_LIMITS.depth) + ']'.repeat(YAML_LIMITS.depth);
    expect(parseYaml(text).value).toHaveLength(1);
    expect(refusal(`[${text}]`).code).toBe('ERR_PARSE_DEPTH');
  });

  test('size and number of documents', () => {
    expect(refusal(`a: ${'x'.repeat(YAML_LIMITS.chars)}`).code).toBe('ERR_LIMIT_SIZE');
    expect(refusal('--- a\n'.repeat(YAML_LIMITS.documents + 1)).code).toBe('ERR_LIMIT_ITEMS');
    expect(refusal(`[${'a,'.repeat(YAML_LIMITS.pieces / 2)}]`).code).toBe('ERR_LIMIT_ITEMS');
  });

  test('one document where one is asked for', () => {
    expect(() => parseYaml('')).toThrow(expect.objectContaining({ code: 'ERR_PARSE_YAML' }));
    expect(() => parseYaml('# only a comment')).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_YAML' }),
    );
    expect(() => parseYaml('a: 1\n---\nb: 2')).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_YAML', line: 3 }),
    );
  });
});

describe('properties', () => {
  test('JSON is YAML: what parses as JSON with distinct keys means the same', () => {
    // YAML reads other line breaks and lone surrogates otherwise; plain text is what the formats write
    const json = fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme-ascii' });
    fc.assert(
      fc.property(json, (value) => {
        expect(parseYaml(`--- ${JSON.stringify(value)}`).value).toEqual(
          parseExactJson(JSON.stringify(value)),
        );
      }),
    );
  });

  test('cut anywhere, a text is read or refused with our error', () => {
    const text = 'a: &x [1.0, "two", {b: c}]\nd: *x\n? e\n: |\n  f\n---\n- g # h\n';
    for (let end = 0; end <= text.length; end++) {
      let code = 'none';
      try {
        parseYamlStream(text.slice(0, end));
      } catch (error) {
        code = isPedigreeError(error) ? error.code : 'foreign';
      }
      expect(['none', 'ERR_PARSE_YAML']).toContain(code);
    }
  });

  test('whatever the characters, nothing but our error is thrown', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        ': ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ',',
        '\n',
        ' ',
        '&a ',
        '*a',
        '!!str ',
        '!x ',
        '"',
        "'",
      ],
      ...['|', '>', '#', '? ', '%', '---\n', '\t', '1', '.', 'e5', '~', '\u0085', '\u2028', '\0'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseYamlStream(pieces.join(''));
          return true;
        } catch (error) {
          return isPedigreeError(error);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('texts', () => {
  const document = parseYaml('one: x\nmany: [a, 1.0, [b], ~, "", c]\nnone: ~\nmap: {k: v}');

  test('a scalar or a list of them', () => {
    const texts = (key: string): string[] =>
      listTexts(document, document.value, '', key).map(({ text, pointer }) => `${pointer}=${text}`);
    expect(texts('one')).toEqual(['/one=x']);
    expect(texts('many')).toEqual(['/many/0=a', '/many/1=1.0', '/many/5=c']);
    expect(texts('none')).toEqual([]);
    expect(texts('map')).toEqual([]);
    expect(texts('toString')).toEqual([]);
  });

  test('of a map member', () => {
    expect(findText(document, '/map', 'k')).toBe('v');
    expect(findText(document, '/map', 'constructor')).toBeUndefined();
    expect(findText(document, '', 'none')).toBeUndefined();
  });

  test('of a JSON value', () => {
    const json = fromJsonValue({ a: { b: 1.5, c: null } });
    expect([json.textAt('/a/b'), json.textAt('/a/c'), json.textAt('/a/d')]).toEqual([
      '1.5',
      undefined,
      undefined,
    ]);
  });
});
