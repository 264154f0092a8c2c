// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wellFormed, withoutQuery } from '../../../core/text.ts';

test.each([
  ['pkg:npm/a@1?b=c#d', 'pkg:npm/a@1'],
  ['pkg:npm/a@1#d?e', 'pkg:npm/a@1'],
  ['https://host/path#part', 'https://host/path'],
  ['?', ''],
  ['', ''],
])('%j is %j without query and fragment', (uri, bare) => {
  expect(withoutQuery(uri)).toBe(bare);
});

test('a text is cut at the first mark, and stays where it has none', () => {
  const text = fc.string({ unit: fc.constantFrom('?', '#', 'a', '%', '\n', 'é'), maxLength: 12 });
  fc.assert(
    fc.property(text, (uri) => {
      expect(withoutQuery(uri)).toBe(uri.split(/[?#]/, 1)[0]);
    }),
  );
});

test('halves of surrogate pairs become U+FFFD, and every other text stays as it is', () => {
  const units = fc.array(fc.constantFrom(0x61, 0xe9, 0xd83d, 0xde00, 0xfffd), { maxLength: 8 });
  fc.assert(
    fc.property(units, (codes) => {
      const text = String.fromCharCode(...codes);
      expect(wellFormed(text)).toBe(text.toWellFormed());
    }),
  );
  expect(wellFormed('a\ud83d')).toBe('a\ufffd');
  expect(wellFormed('\ud83d\ude00')).toBe('\ud83d\ude00');
});
