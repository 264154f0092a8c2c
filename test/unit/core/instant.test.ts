// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findInstant, instantFromMs, instantToMs, parseInstant } from '../../../core/instant.ts';

/** Years that RFC 3339 can write. */
const timeArbitrary = fc.integer({
  min: Date.parse('0000-01-01T00:00:00Z'),
  max: Date.parse('9999-12-31T23:59:59.999Z'),
});

describe('instants', () => {
  test('written by us they read as themselves', () => {
    fc.assert(
      fc.property(timeArbitrary, (ms) => {
        const instant = instantFromMs(ms);
        expect(findInstant(instant)).toBe(instant);
        expect(instantToMs(instant)).toBe(ms);
      }),
    );
  });

  test('they sort as text as they do as times', () => {
    fc.assert(
      fc.property(timeArbitrary, timeArbitrary, (a, b) => {
        expect(Math.sign(a - b)).toBe(
          instantFromMs(a) < instantFromMs(b) ? -1 : instantFromMs(a) > instantFromMs(b) ? 1 : 0,
        );
      }),
    );
  });

  test.each([
    ['2026-11-21T21:30:00Z', '2026-11-21T21:30:00.000Z'],
    ['2026-11-21t21:30:00z', '2026-11-21T21:30:00.000Z'],
    ['2026-11-21 21:30:00Z', '2026-11-21T21:30:00.000Z'],
    ['2026-11-21T23:30:00+02:00', '2026-11-21T21:30:00.000Z'],
    ['2026-11-21T16:00:00-05:30', '2026-11-21T21:30:00.000Z'],
    ['2026-11-21T21:30:00.1Z', '2026-11-21T21:30:00.100Z'],
    ['2026-11-21T21:30:00.123456789Z', '2026-11-21T21:30:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  test.each([
    '',
    '2026-11-21',
    '2026-11-21T21:30Z',
    '2026-11-21T21:30:00',
    '2026-11-21T21:30:00+0200',
    '2026-11-21T21:30:00+02',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T21:60:00Z',
    '2026-11-21T21:30:61Z',
    '2026-11-21T21:30:00.Z',
    '2026-11-21T21:30:00.1234567890123Z',
    '2026-11-21T21:30:00ZZ',
    'x2026-11-21T21:30:00Z',
    ' 2026-11-21T21:30:00Z',
    '2026-11-21T21:30:00Z\n',
    '+002026-11-21T21:30:00Z',
    '26-11-21T21:30:00Z',
    '2026-11-21T21:30:00+99:00',
    '١٩٩٩-11-21T21:30:00Z',
    'Sat, 21 Nov 2026 21:30:00 GMT',
  ])('%j is no time', (text) => {
    expect(findInstant(text)).toBeUndefined();
    expect(() => parseInstant(text)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_INSTANT' }) as Error,
    );
  });
});
