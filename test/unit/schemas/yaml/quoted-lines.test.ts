// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFrontMatter, splitCard } from '../../../../schemas/hf-model-card/front-matter.ts';
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
    // a plain text, the marker of the next document and a comment
    'a\n"\n---\n#"',
    'a: "one\n... \ntwo"\n',
    'a: "one\n---\ttwo"\n',
    '',
  ])('nothing to do in %j', (text) => {
    expect(indentQuotedLines(text)).toBeUndefined();
  });

  const line = fc.oneof(
    fc.stringMatching(/^[ a-z'"\\:#-]{0,12}$/),
    fc.constantFrom('a: "one', '  two"', 'two"', 'b: 1', "c: 'x", " y'", '...', '---'),
  );
  const lines = fc.array(line, { maxLength: 6 });

  test('nothing but spaces before lines is changed', () => {
    const bare = (text: string): string[] => text.split('\n').map((line) => line.trimStart());
    fc.assert(
      fc.property(lines, (some) => {
        const text = some.join('\n');
        const indented = indentQuotedLines(text);
        if (indented === undefined) return;
        expect(indented).not.toBe(text);
        expect(bare(indented)).toEqual(bare(text));
        expect(indentQuotedLines(indented)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test('a card that is YAML as it stands is never repaired', () => {
    fc.assert(
      fc.property(lines, (some) => {
        const card = splitCard(`---\n${some.join('\n')}\n---\n`);
        if (card.yaml === null) return;
        let value: unknown;
        try {
          ({ value } = parseYaml(card.yaml));
        } catch {
          return;
        }
        const matter = parseFrontMatter(card);
        if (matter.kind === 'map') {
          expect(matter.map).toEqual(value);
          expect(matter.repairs).toEqual([]);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
