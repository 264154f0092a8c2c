// SPDX-License-Identifier: Apache-2.0

declare const decimalBrand: unique symbol;

/**
 * A finite number as it was written. Scores and thresholds are compared from their text: read as floating point, 0.3 and
 * 0.1 + 0.2 differ and 0.95 meets 0.95000000000000000001.
 */
export type Decimal = string & { readonly [decimalBrand]: true };

const MAX_CHARS = 64;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?$/;

/** The text as a decimal; undefined for what is no finite number (NaN, Infinity, 95 %, hex) or longer than 64 characters. */
export function findDecimal(text: string): Decimal | undefined {
  return text.length <= MAX_CHARS && DECIMAL.test(text) ? (text as Decimal) : undefined;
}

/**
 * Compares by value: `1e-1`, `0.10` and `.1` are equal.
 * @returns negative where a < b, 0 where they are equal, positive where a > b
 */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const left = toParts(a);
  const right = toParts(b);
  if (left.sign !== right.sign) return left.sign - right.sign;
  return left.sign < 0 ? compareMagnitude(right, left) : compareMagnitude(left, right);
}

interface DecimalParts {
  readonly sign: -1 | 0 | 1;
  /** Significant digits without leading or trailing zeros. */
  readonly digits: string;
  /** The value is 0.digits times ten to this power. */
  readonly power: number;
}

function toParts(text: Decimal): DecimalParts {
  const isNegative = text.startsWith('-');
  const [mantissa = '', exponent = '0'] = text.replace(/^[+-]/, '').split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = `${whole}${fraction}`;
  const leading = countLeadingZeros(all);
  const digits = withoutTrailingZeros(all.slice(leading));
  if (digits === '') return { sign: 0, digits, power: 0 };
  return {
    sign: isNegative ? -1 : 1,
    digits,
    power: Number(exponent) + whole.length - leading,
  };
}

function countLeadingZeros(digits: string): number {
  let at = 0;
  while (digits[at] === '0') at++;
  return at;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

function compareMagnitude(a: DecimalParts, b: DecimalParts): number {
  if (a.power !== b.power) return a.power - b.power;
  const length = Math.max(a.digits.length, b.digits.length);
  const left = a.digits.padEnd(length, '0');
  const right = b.digits.padEnd(length, '0');
  return left < right ? -1 : left > right ? 1 : 0;
}
