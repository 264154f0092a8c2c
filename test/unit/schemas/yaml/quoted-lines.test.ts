// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indentQuotedLines } from '../../../../schemas/yaml/quoted-lines.ts';
import { parseYaml } from '../../../../schemas/yaml/parse.ts';

describe('lines of a quoted text that stand too far left', () => {
  test.each([
    ['widget:\n- text: "one\ntwo"\n', { widget: [{ text: 'one two' }] }],
    ["a: 'it''s\nhere'\nb: 1\n", { a: "it's here", b: 1 }],
    ['a: "say \\"\nyes\\""\n', { a: 'say " yes"' }],
    ['a: "one\n\ntwo"\n', { a: 'one\ntwo' }],
    ['- - "one\n two"\n', [['one two']]],
    ['a: "---\n---"\n', { a: '--- ---' }],
  ])('%j', (text, value) => {
    expect(() => parseYaml(text)).toThrow(expect.objectContaining({ code: 'ERR_PARSE_YAML' }));
    expect(parseYaml(indentQuotedLines(text) ?? '').value).toEqual(value);
  });

  test.each([
    'a: "one two"\n',
    'a: "one\n  two"\n',
    'a: "never\nclosed\n',
    "a: it's\nb: 1\n",
    '- [a,\nb]\n',
    '',
  ])('nothing to do in %j', (text) => {
    expect(indentQuotedLines(text)).toBeUndefined();
  });

  test('what is YAML keeps its value', () => {
    const line = fc.stringMatching(/^[ a-z'"\\:#-]{0,12}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        let value: unknown;
        try {
          ({ value } = parseYaml(text));
        } catch {
          return;
        }
        const indented = indentQuotedLines(text);
        if (indented !== undefined) expect(parseYaml(indented).value).toEqual(value);
      }),
    );
  });
});
