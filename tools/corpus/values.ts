// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

/** True for an object that is neither a list nor a set. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set)
  );
}

/** A long list as the manifest writes it: how many distinct values, their digest, and some of the first. */
interface Folded {
  readonly count: number;
  readonly sha256: string;
}

function isFolded(value: unknown): value is Folded {
  return isRecord(value) && typeof value['count'] === 'number' && 'sha256' in value;
}

/** Distinct values in the order of their code points, as the manifest sorts them. */
export function distinct(values: Iterable<string>): string[] {
  return [...new Set(values)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** How often each value occurs. */
export function countBy(values: readonly string[]): Record<string, number> {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return Object.fromEntries(found);
}

/** True where a found value is what the manifest expects, by its rules: long lists folded, null for absent. */
export function isSame(found: unknown, expected: unknown): boolean {
  if (isFolded(expected)) {
    const values = distinctTexts(found);
    return (
      values !== undefined &&
      values.length === expected.count &&
      digestOf(values) === expected.sha256
    );
  }
  if (found instanceof Set) {
    const values = distinctTexts(expected);
    return values !== undefined && isDeepStrictEqual(distinctTexts(found), values);
  }
  if (Array.isArray(found) && Array.isArray(expected)) {
    const wanted: readonly unknown[] = expected;
    return found.length === wanted.length && found.every((item, at) => isSame(item, wanted[at]));
  }
  if (isRecord(found) && isRecord(expected)) {
    const keys = new Set([...Object.keys(found), ...Object.keys(expected)]);
    return [...keys].every((key) => isSame(found[key], expected[key]));
  }
  // absent and null are one
  return Object.is(found ?? null, expected ?? null);
}

function distinctTexts(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] | undefined =
    value instanceof Set ? [...value] : Array.isArray(value) ? value : undefined;
  if (values?.every((one) => typeof one === 'string') !== true) return undefined;
  return distinct(values as readonly string[]);
}

function digestOf(values: readonly string[]): string {
  return createHash('sha256').update(values.join('\n')).digest('hex');
}

/** A value as a line of text. */
export function valueText(value: unknown, width = 160): string {
  const plain = value instanceof Set ? distinctTexts(value) : value;
  const text = plain === undefined ? 'nothing' : JSON.stringify(plain);
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
