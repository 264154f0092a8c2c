// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalizeJcs } from '../../../core/canonical-json-jcs.ts';
import { parseExactJson } from '../../../core/exact-json.ts';

const jsonArbitrary = fc.jsonValue({ maxDepth: 4, noUnicodeString: false });

describe('RFC 8785', () => {
  test('the example of section 3.2.2', () => {
    const value: unknown = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalizeJcs(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('members in the order of UTF-16 code units (section 3.2.3)', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const order = Object.keys(parseExactJson(canonicalizeJcs(value)) as object);
    expect(canonicalizeJcs(value).indexOf('"\\r"')).toBe(1);
    expect([...canonicalizeJcs(value).matchAll(/:"(\w+)/g)].map(([, word]) => word)).toEqual([
      'Carriage',
      'One',
      'Control',
      'Latin',
      'Euro',
      'Emoji',
      'Hebrew',
    ]);
    expect(order).toHaveLength(7);
  });

  test('the order of members does not matter, and nothing else is lost', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), jsonArbitrary), (value) => {
        const shuffled = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalizeJcs(shuffled)).toBe(canonicalizeJcs(value));
        expect(parseExactJson(canonicalizeJcs(value))).toEqual(
          parseExactJson(JSON.stringify(value)),
        );
        expect(canonicalizeJcs(parseExactJson(canonicalizeJcs(value)))).toBe(
          canonicalizeJcs(value),
        );
      }),
    );
  });

  test('two values that differ have different texts', () => {
    fc.assert(
      fc.property(jsonArbitrary, jsonArbitrary, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b);
        if (canonicalizeJcs(a) === canonicalizeJcs(b)) {
          expect(parseExactJson(canonicalizeJcs(a))).toEqual(parseExactJson(canonicalizeJcs(b)));
        } else expect(same).toBe(false);
      }),
    );
  });

  test('members that are undefined are left out, minus zero is zero', () => {
    expect(canonicalizeJcs({ b: undefined, a: -0 })).toBe('{"a":0}');
  });

  test.each([
    ['NaN', Number.NaN],
    ['infinity', { a: Number.POSITIVE_INFINITY }],
    ['half a surrogate pair', '\ud800'],
    ['half a surrogate pair inside', ['x', { a: 'y\udc00' }]],
    ['nothing at all', undefined],
  ])('%s has no canonical form', (_, value) => {
    expect(() => canonicalizeJcs(value)).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL' }) as Error,
    );
  });
});
