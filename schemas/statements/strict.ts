// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { findInstant } from '../../core/instant.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The one error of strict reading: our own statements are refused rather than guessed at. */
export function refuse(at: string, message: string, hint?: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_DOCUMENT', message, {
    at,
    ...(hint !== undefined && { hint }),
  });
}

/**
 * The value as an object that has no members but the allowed ones: a misspelt optional member must not be a silent loss.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function strictObject(
  value: JsonValue | undefined,
  allowed: readonly string[],
  at: string,
): JsonObject {
  if (!isJsonObject(value)) throw refuse(at, 'expected an object');
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    throw refuse(
      pointerJoin(at, unknown),
      `the member "${excerpt(unknown, 40)}" is not known here`,
      `known members: ${allowed.join(', ')}`,
    );
  }
  return value;
}

/**
 * A non-empty line of text without control characters.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function strictText(
  object: JsonObject,
  key: string,
  at: string,
  maxChars: number = LIMITS.refChars,
): string {
  const value = member(object, key);
  const place = pointerJoin(at, key);
  if (typeof value !== 'string' || value === '') throw refuse(place, `${key} must be text`);
  if (value.length > maxChars) throw refuse(place, `${key} is longer than ${maxChars} characters`);
  if (CONTROL.test(value) || !value.isWellFormed()) {
    throw refuse(place, `${key} has control characters or broken text`);
  }
  return value;
}

/** As strictText; undefined where the member is absent. null is not absent. */
export function optionalText(
  object: JsonObject,
  key: string,
  at: string,
  maxChars: number = LIMITS.refChars,
): string | undefined {
  return member(object, key) === undefined ? undefined : strictText(object, key, at, maxChars);
}

/**
 * An RFC 3339 time as written; undefined where the member is absent.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function optionalInstant(object: JsonObject, key: string, at: string): string | undefined {
  const text = optionalText(object, key, at, 64);
  if (text !== undefined && findInstant(text) === undefined) {
    throw refuse(pointerJoin(at, key), `${key} is no RFC 3339 time`, 'write 2026-11-21T21:30:00Z');
  }
  return text;
}

/**
 * `since` and `until` in this order.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where until is before since
 */
export function strictWindow(
  object: JsonObject,
  at: string,
): { readonly since?: string; readonly until?: string } {
  const since = optionalInstant(object, 'since', at);
  const until = optionalInstant(object, 'until', at);
  const start = findInstant(since ?? '');
  const end = findInstant(until ?? '');
  if (start !== undefined && end !== undefined && end < start) {
    throw refuse(pointerJoin(at, 'until'), 'until is before since');
  }
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

/**
 * A non-empty array.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function strictArray(
  object: JsonObject,
  key: string,
  at: string,
  maxItems: number,
): readonly JsonValue[] {
  const value = member(object, key);
  const place = pointerJoin(at, key);
  if (!Array.isArray(value) || value.length === 0)
    throw refuse(place, `${key} must list something`);
  if (value.length > maxItems) throw refuse(place, `${key} lists more than ${maxItems}`);
  return value as readonly JsonValue[];
}
