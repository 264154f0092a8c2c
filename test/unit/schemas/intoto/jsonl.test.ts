// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import { splitJsonLines } from '../../../../schemas/jsonl.ts';

function split(text: string): readonly (readonly [string, string])[] | undefined {
  const lines = splitJsonLines(new TextEncoder().encode(text));
  return lines?.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]);
}

describe('JSON lines', () => {
  test('each line is a document, named by its number; blank lines and carriage returns are not', () => {
    expect(split('{"a":1}\r\n\r\n[2]\n')).toEqual([
      ['line-1', '{"a":1}'],
      ['line-3', '[2]'],
    ]);
    expect(split('\n\n{}\n{}')).toEqual([
      ['line-3', '{}'],
      ['line-4', '{}'],
    ]);
  });

  test('a broken later line is a document of its own, so it does not take its neighbours along', () => {
    expect(split('{"a":1}\n{"b":\n{"c":3}')).toEqual([
      ['line-1', '{"a":1}'],
      ['line-2', '{"b":'],
      ['line-3', '{"c":3}'],
    ]);
  });

  test('a first line that writes a member twice is still JSON lines', () => {
    expect(split('{"a":1,"a":2}\n{}')).toHaveLength(2);
  });

  test.each([
    ['one document', '{"a":1}'],
    ['one document and a newline', '{"a":1}\n\n'],
    ['one document and blank characters of Unicode', '{"a":1}\n\u00a0\u3000\n'],
    ['one document and a control character', '{"a":1}\n\u0001'],
    ['pretty-printed JSON', '{\n  "a": 1\n}\n'],
    ['a pretty-printed array', '[\n{},\n{}\n]'],
    ['a broken first line', '{"a":\n{"b":2}'],
    ['lines that are not JSON', 'hello\nworld'],
    ['text after a JSON line', '{"a":1}\nhello'],
    ['JSON scalars', '1\n2\n3'],
    ['nothing', ''],
    ['blank lines', '\n \n'],
    [
      'nesting beyond the limit',
      `${'['.repeat(LIMITS.depth + 1)}${']'.repeat(LIMITS.depth + 1)}\n{}`,
    ],
  ])('%s is no JSON lines file', (_, text) => {
    expect(split(text)).toBeUndefined();
  });

  test('bytes that are no text are not', () => {
    expect(splitJsonLines(new Uint8Array([0x7b, 0x7d, 0x0a, 0xff, 0xfe, 0x00]))).toBeUndefined();
  });

  test('any objects, one a line, come back as they were', () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(objects, (values) => {
        const texts = values.map((value) => JSON.stringify(value));
        expect(split(texts.join('\n'))?.map(([, text]) => text)).toEqual(texts);
      }),
    );
  });
});
