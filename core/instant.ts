// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from './errors.ts';

declare const instantBrand: unique symbol;

/** RFC 3339 time in UTC with millisecond resolution, always ending in `Z`. Sorts as text. */
export type Instant = string & { readonly [instantBrand]: true };

/** Reads the present time. Handed in, so that answers do not depend on the machine. */
export type Clock = () => Instant;

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d)$/;

/** The instant that RFC 3339 text names, or undefined where it names none. Digits below a millisecond are dropped. */
export function findInstant(text: string): Instant | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const millis = `${fraction.slice(1)}000`.slice(0, 3);
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}`;
  const time = Date.parse(iso + (zone === 'z' ? 'Z' : zone.toUpperCase()));
  if (Number.isNaN(time)) return undefined;
  // Date.parse rolls 30 February over; a date that does not come back is no date
  if (new Date(Date.parse(`${iso}Z`)).toISOString().slice(0, 10) !== iso.slice(0, 10))
    return undefined;
  return new Date(time).toISOString() as Instant;
}

/**
 * Parses RFC 3339 text.
 * @throws {PedigreeError} ERR_PARSE_INSTANT
 */
export function parseInstant(text: string): Instant {
  const instant = findInstant(text);
  if (instant === undefined) {
    throw new PedigreeError('ERR_PARSE_INSTANT', `not an RFC 3339 time: "${excerpt(text)}"`, {
      hint: 'write it as 2026-11-21T21:30:00Z',
    });
  }
  return instant;
}

/** @param epochMs milliseconds since 1970-01-01T00:00:00Z */
export function instantFromMs(epochMs: number): Instant {
  return new Date(epochMs).toISOString() as Instant;
}

/** @returns milliseconds since 1970-01-01T00:00:00Z */
export function instantToMs(instant: Instant): number {
  return Date.parse(instant);
}
