// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimal, findDecimal } from '../../../../schemas/policy/decimal.ts';
import type { Decimal } from '../../../../schemas/policy/decimal.ts';
import { findDurationMs } from '../../../../schemas/policy/duration.ts';

function decimal(text: string): Decimal {
  const found = findDecimal(text);
  if (found === undefined) throw new Error(`no decimal: ${text}`);
  return found;
}

const compare = (a: string, b: string): number => Math.sign(compareDecimal(decimal(a), decimal(b)));

describe('decimals', () => {
  test.each([
    ['0.30000000000000004', '0.3', 1],
    ['0.1', '0.10', 0],
    ['0.1', '.1', 0],
    ['0.1', '1e-1', 0],
    ['100e-3', '0.1', 0],
    ['1.', '1', 0],
    ['+1', '1', 0],
    ['-0', '0', 0],
    ['0.000', '0e99', 0],
    ['-0.0e-9', '0', 0],
    ['0.94999999999999999999', '0.95', -1],
    ['0.95000000000000000001', '0.95', 1],
    ['9007199254740993', '9007199254740992', 1],
    ['1e9999', '1e9998', 1],
    ['-1e9999', '1e-9999', -1],
    ['1e-9999', '0', 1],
    ['-1e-9999', '0', -1],
    ['-2', '-1', -1],
    ['-0.5', '-0.50', 0],
    ['10', '9', 1],
    ['0.10', '0.9', -1],
    ['0009', '10', -1],
    ['1E2', '100', 0],
    ['1e+2', '99.9', 1],
    ['123.456', '123.4559999', 1],
    ['0.00123', '1.23e-3', 0],
  ])('%s against %s', (a, b, expected) => {
    expect(compare(a, b)).toBe(expected);
    expect(compare(b, a)).toBe(0 - expected);
  });

  test.each([
    '',
    ' ',
    'NaN',
    'Infinity',
    '-Infinity',
    '.inf',
    '.nan',
    '1e',
    'e1',
    '.',
    '-',
    '+',
    '1.2.3',
    '1,5',
    '0x10',
    '1e99999',
    '1_000',
    '95%',
    ' 1',
    '1 ',
    '1\n',
    '--1',
    '١',
    'null',
    'true',
    '1'.repeat(65),
    '0b1',
    '1e1.5',
  ])('%j is none', (text) => {
    expect(findDecimal(text)).toBeUndefined();
  });

  test('agrees with integers of any size', () => {
    const number = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(number, number, fc.nat(20), (a, b, shift) => {
        const expected = a < b ? -1 : a > b ? 1 : 0;
        expect(compare(String(a), String(b))).toBe(expected);
        // both shifted alike, one in the exponent and one by zeros
        if (shift <= 2) expect(compare(`${a}e${shift}`, `${b}${'0'.repeat(shift)}`)).toBe(expected);
        expect(compare(`${a}e-${shift}`, `${b}E-${shift}`)).toBe(expected);
      }),
    );
  });

  test('is an order', () => {
    const text = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.nat(2000),
        fc.nat(2000),
        fc.integer({ min: -5, max: 5 }),
      )
      .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`);
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(compare(a, b)).toBe(0 - compare(b, a));
        expect(compare(a, a)).toBe(0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('durations', () => {
  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    ['001d', 86_400_000],
  ])('%s', (text, expected) => {
    expect(findDurationMs(text)).toBe(expected);
  });

  test.each([
    '',
    '0s',
    '000d',
    '1',
    'd',
    '-1d',
    '1.5h',
    '1w',
    '1 d',
    ' 1d',
    '1d ',
    '1D',
    '1234567s',
    'P1D',
    '1d1h',
  ])('%j is none', (text) => {
    expect(findDurationMs(text)).toBeUndefined();
  });
});
