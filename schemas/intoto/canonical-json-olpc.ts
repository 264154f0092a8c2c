// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/**
 * OLPC canonical JSON, the form that in-toto metablocks and TUF metadata are signed in. Not RFC 8785: strings escape only
 * `\` and `"`, control characters stand raw (so the text is not always JSON), members are sorted by code point, and there
 * are no floats.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for a number that is no exact integer and for text that is not well-formed
 * @see https://wiki.laptop.org/go/Canonical_JSON
 */
export function canonicalizeOlpc(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return integerText(value);
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort(compareCodePoints)
      .map((key) => `${quote(key)}:${canonicalizeOlpc(value[key] ?? null)}`);
    return `{${members.join(',')}}`;
  }
  return `[${value.map(canonicalizeOlpc).join(',')}]`;
}

/**
 * Throws where canonicalizeOlpc would, and makes no text.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT
 */
export function assertOlpcForm(value: JsonValue): void {
  if (typeof value === 'string') assertText(value);
  else if (typeof value === 'number') assertInteger(value);
  else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      assertText(key);
      assertOlpcForm(value[key] ?? null);
    }
  } else if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) assertOlpcForm(item);
  }
}

function assertText(text: string): void {
  if (!text.isWellFormed())
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'text with a lone surrogate');
}

function quote(text: string): string {
  assertText(text);
  // nearly no text has anything to escape
  if (!text.includes('"') && !text.includes('\\')) return `"${text}"`;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function integerText(value: number): string {
  assertInteger(value);
  return String(value);
}

/** An integer beyond 2^53 has already lost digits by the time it is a number, so no byte-exact form of it is left. */
function assertInteger(value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new PedigreeError(
      'ERR_PARSE_DOCUMENT',
      'a number that OLPC canonical JSON cannot carry',
      {
        hint: 'only integers between -(2^53-1) and 2^53-1 have a canonical form',
      },
    );
  }
}

/** Python sorts text by code point, JavaScript by UTF-16 unit; they differ above U+FFFF. */
function compareCodePoints(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length) {
    const left = a.codePointAt(at) ?? 0;
    const right = b.codePointAt(at) ?? 0;
    if (left !== right) return left - right;
    at += left > 0xffff ? 2 : 1;
  }
  return a.length - b.length;
}
