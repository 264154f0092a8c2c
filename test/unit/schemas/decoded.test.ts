// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../core/errors.ts';
import { decode } from '../../../schemas/decoded.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The kind that the text decodes to, or the code of what was thrown. */
function outcome(text: string): string {
  try {
    return decode(bytesOf(text)).kind;
  } catch (error) {
    if (isPedigreeError(error)) return error.code;
    throw error;
  }
}

describe('what opens with a brace or bracket', () => {
  test.each([
    ['a table of TOML', '[build-system]\nrequires = ["setuptools"]\n'],
    ['a table whose name begins like a word of JSON', '[tool.x]\na = 1\n'],
    ['the same', '[null-values]\na = 1\n'],
    ['an array of tables', '[[package]]\nname = "x"\n'],
    ['an INI file', '\n[DEFAULT]\nkey: value\n'],
    ['a prompt', '[INST] <<SYS>> You are a helpful assistant. <</SYS>> [/INST]'],
    ['a template of a chat', '{% for message in messages %}{{ message.content }}{% endfor %}'],
    ['a template', '{{ bos_token }}[INST] x'],
    ['badges of a README', '[![build](https://example.org/b.svg)](https://example.org)\n# Title\n'],
    ['a log with times', '[2026-01-02 03:04:05] started\n'],
    ['a nix expression', '{ pkgs ? import <nixpkgs> {} }: pkgs'],
    ['an erlang term', '{application, x, [{vsn, "1"}]}.'],
  ])('%s is text', (_name, text) => {
    expect(outcome(text)).toBe('text');
  });

  test.each([
    ['{}', 'json'],
    ['{ }', 'json'],
    [' \n{ "a": 1 }', 'json'],
    ['[]', 'json'],
    ['[ [ ] ]', 'json'],
    ['[1, 2]', 'json'],
    ['[-1.5e+3]', 'json'],
    ['[true]', 'json'],
    ['[ null , 1]', 'json'],
    ['[[{"a": 1}]]', 'json'],
    ['{', 'ERR_PARSE_JSON'],
    ['[', 'ERR_PARSE_JSON'],
    ['[1', 'ERR_PARSE_JSON'],
    ['[fals', 'ERR_PARSE_JSON'],
    ['[-', 'ERR_PARSE_JSON'],
    ['{"a"', 'ERR_PARSE_JSON'],
    ['{"a": NaN}', 'ERR_PARSE_JSON'],
    ['{"a": 1}{}', 'ERR_PARSE_JSON'],
    ['["a", nonsense]', 'ERR_PARSE_JSON'],
    ['[{"a": 1', 'ERR_PARSE_JSON'],
    ['{"a": 1, "a": 2}', 'ERR_PARSE_DUPLICATE_KEY'],
    ['['.repeat(10_000), 'ERR_PARSE_DEPTH'],
  ])('%j is %s', (text, expected) => {
    expect(outcome(text)).toBe(expected);
  });

  test('every JSON object or array is JSON, and so is none of it cut short', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
        fc.nat(),
        fc.constantFrom('', ' ', '\n\t'),
        (value, cut, space) => {
          const text = space + JSON.stringify(value, null, space.length);
          const isNegativeZero = text.includes('-0');
          fc.pre(!isNegativeZero);
          if (!text.includes('__proto__')) expect(outcome(text)).toBe('json');
          const short = text.slice(0, space.length + 1 + (cut % (text.trim().length - 1)));
          expect(outcome(short)).toMatch(/^ERR_PARSE_/);
        },
      ),
    );
  });
});
