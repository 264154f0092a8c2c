// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { StoredCopy } from '../../../support/stored-copy.ts';
import { EncodedText, HeldText, type TagText } from '../../../../schemas/spdx2/tag-text.ts';
import { readTagAt, readTags, type TagValue } from '../../../../schemas/spdx2/tag-value.ts';

const LINE = fc.constantFrom(
  'A: b',
  ' Tag1 :  é\u2003',
  'A: <text>one</text> more',
  'A: <text>one\nB: two\n\nthree</text>',
  'A:\u00a0<text>x\ny</text>',
  'A: 漢字<text>',
  '# a comment',
  '\u00a0# another',
  '\u00a0',
  '',
  'A: one\u2028two',
  'Relationship SPDXRef-a CONTAINS SPDXRef-b ',
  `${'T'.repeat(64)}: long`,
);
const BROKEN = fc.constantFrom('no tag', `${'T'.repeat(65)}: too long`, 'A: <text>open', 'é: x');
const FEED = fc.constantFrom('\n', '\r\n', '\r');
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The tags with where they stand, or why there are none. */
function tagsOf(text: TagText): unknown {
  const found: { readonly tag: TagValue; readonly again: TagValue | undefined }[] = [];
  try {
    readTags(text, undefined, (tag, offset) => {
      found.push({ tag, again: readTagAt(text, offset, tag.line) });
    });
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return { code: error.code, line: error.line, message: error.message };
  }
  for (const { tag, again } of found) expect(again).toEqual(tag);
  return found;
}

describe('a text read in pieces', () => {
  test.each([
    ['sound', LINE],
    ['broken', fc.oneof({ weight: 5, arbitrary: LINE }, BROKEN)],
  ])('has the tags that it has whole: %s', (_, line) => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        FEED,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (lines, feed, piece, isMarked) => {
          const text = lines.join('\n').replaceAll('\n', feed);
          const bytes = encode(isMarked ? `\ufeff${text}` : text);
          expect(tagsOf(new EncodedText(bytes, piece))).toEqual(tagsOf(new HeldText(text)));
        },
      ),
    );
  });

  test('each line is found by its number', () => {
    const text = 'A: 1\r\n\r\nB: <text>x\r\ny</text>\r\nC: é\r\nD: 4';
    const lines: string[] = [];
    readTags(new EncodedText(encode(text), 3), undefined, ({ tag, value, line }) =>
      lines.push(`${line} ${tag} ${value}`),
    );
    expect(lines).toEqual(['1 A 1', '3 B x\ny', '5 C é', '6 D 4']);
  });

  test('a line separator of Unicode does not end a value', () => {
    const found: string[] = [];
    readTags(new HeldText('A: one\u2028two'), undefined, ({ value }) => found.push(value));
    expect(found).toEqual(['one\u2028two']);
  });

  test.each([
    ['held', (bytes: Uint8Array) => bytes],
    ['stored', (bytes: Uint8Array) => new StoredCopy(bytes)],
  ])('any part of %s bytes is what stands there, whatever was asked for before', (_, store) => {
    const bytes = encode('0123456789abcdé\n'.repeat(20_000));
    const text = new EncodedText(store(bytes));
    const place = fc.integer({ min: 0, max: bytes.length });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.constantFrom(0, 1, 300, 16_384, 70_000)), { maxLength: 20 }),
        (parts) => {
          for (const [from, length] of parts) {
            const to = Math.min(from + length, bytes.length);
            expect(text.slice(from, to)).toBe(Buffer.from(bytes.subarray(from, to)).toString());
          }
        },
      ),
    );
  });

  test('bytes that cannot be read are not taken for those that were read before', () => {
    const bytes = new StoredCopy(encode('A: b\n'.repeat(10_000)));
    const text = new EncodedText(bytes);
    expect(text.slice(0, 4)).toBe('A: b');
    bytes.readsLeft = 0;
    for (const from of [40_000, 0]) {
      expect(() => text.slice(from, from + 4)).toThrow(
        expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }),
      );
    }
  });
});
