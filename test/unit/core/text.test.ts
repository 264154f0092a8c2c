// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutQuery } from '../../../core/text.ts';

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
