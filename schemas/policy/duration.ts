// SPDX-License-Identifier: Apache-2.0

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/**
 * Milliseconds of a span such as `90s`, `15m`, `12h` or `30d`; undefined for any other text and for zero.
 */
export function findDurationMs(text: string): number | undefined {
  const match = /^([0-9]{1,6})([smhd])$/.exec(text);
  const unit = UNIT_MS.get(match?.[2] ?? '');
  const span = Number(match?.[1]) * (unit ?? Number.NaN);
  return span > 0 ? span : undefined;
}
