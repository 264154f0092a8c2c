// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import {
  assertOlpcForm,
  canonicalizeOlpc,
} from '../../../../schemas/intoto/canonical-json-olpc.ts';

describe('OLPC canonical JSON', () => {
  test('the vector of in-toto-golang: control characters raw, only backslash and quote escaped', () => {
    const value = { a: 'WTF', b: true, c: false, d: null, e: 1, f: '\u001b\uffffF\\n"' };
    expect(canonicalizeOlpc(value)).toBe(
      '{"a":"WTF","b":true,"c":false,"d":null,"e":1,"f":"\u001b\uffffF\\\\n\\""}',
    );
  });

  test.each<[string, JsonValue, string]>([
    ['no spaces, sorted members', { b: [1, 2], a: {} }, '{"a":{},"b":[1,2]}'],
    ['a newline stays a newline', 'a\nb\tc', '"a\nb\tc"'],
    ['no escapes for other text', 'é€😀\u2028/', '"é€😀\u2028/"'],
    ['negative numbers and zero', [-1, 0, -0], '[-1,0,0]'],
    ['the largest exact integer', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['a member with an awkward name', { '"\\': 1 }, '{"\\"\\\\":1}'],
    ['numeric names sort as text', { 10: 1, 9: 2 }, '{"10":1,"9":2}'],
  ])('%s', (_, value, text) => {
    expect(canonicalizeOlpc(value)).toBe(text);
  });

  test('members sort by code point, not by UTF-16 unit', () => {
    // U+1F600 is above U+FF5E, but its first UTF-16 unit D83D is below FF5E
    expect(canonicalizeOlpc({ '😀': 1, '\uff5e': 2 })).toBe('{"\uff5e":2,"😀":1}');
    expect(canonicalizeOlpc({ ab: 1, a: 2, '': 3 })).toBe('{"":3,"a":2,"ab":1}');
  });

  test.each<[string, JsonValue]>([
    ['a fraction', 0.5],
    ['an integer that has lost digits', 2 ** 53],
    ['a huge number', 1e300],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a name', { '\udfff': 1 }],
    ['a fraction deep inside', { a: [{ b: 1.5 }] }],
  ])('%s has no canonical form', (_, value) => {
    expect(faultOf(() => canonicalizeOlpc(value))).toMatch(/^ERR_PARSE_DOCUMENT /);
    expect(faultOf(() => assertOlpcForm(value))).toMatch(/^ERR_PARSE_DOCUMENT /);
  });

  test('whether there is a form is told without making it, and alike', () => {
    const leaf = fc.oneof(
      fc.maxSafeInteger(),
      fc.double(),
      fc.constantFrom(null, true, 2 ** 53, 'a\ud800', '\udfff'),
      plainText(),
    );
    const names = fc.oneof(plainText(), fc.constantFrom('\udfff', 'é\ud800'));
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.oneof({ weight: 3, arbitrary: plainText() }, { weight: 1, arbitrary: leaf }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const told = { form: 0, none: 0 };
    fc.assert(
      fc.property(value, (candidate) => {
        const made = faultOf(() => canonicalizeOlpc(candidate));
        const asserted = faultOf(() => assertOlpcForm(candidate));
        told[made === undefined ? 'form' : 'none']++;
        // of several faults either may be told first
        expect(asserted === undefined).toBe(made === undefined);
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(told.form, told.none)).toBeGreaterThan(50);
  });

  test('without control characters it is the JSON text of the sorted value, whatever order the members came in', () => {
    const leaf = fc.oneof(fc.maxSafeInteger(), fc.boolean(), fc.constant(null), plainText());
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(plainText(), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, (candidate) => {
        const text = canonicalizeOlpc(candidate);
        expect(text).toBe(JSON.stringify(sorted(candidate)));
        expect(canonicalizeOlpc(reversed(candidate))).toBe(text);
      }),
    );
  });
});

function faultOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return isPedigreeError(error) ? `${error.code} ${error.message}` : 'another';
  }
}

function plainText(): fc.Arbitrary<string> {
  return fc.string({
    unit: fc.constantFrom('a', 'B', '"', '\\', 'é', '😀', '\uff5e', ' '),
    maxLength: 5,
  });
}

/**
 * Members in the order of their UTF-8 bytes, which is that of code points. The texts are compared and none is parsed:
 * JSON.parse of Node 24.21 (V8 13.6) now and then reads an escaped member name wrongly.
 */
function sorted(value: unknown): unknown {
  return rebuild(value, (keys) =>
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
}

function reversed(value: JsonValue): JsonValue {
  return rebuild(value, (keys) => keys.reverse()) as JsonValue;
}

function rebuild(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => rebuild(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  return Object.fromEntries(
    order(Object.keys(object)).map((key) => [key, rebuild(object[key], order)]),
  );
}
