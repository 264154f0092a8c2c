// SPDX-License-Identifier: Apache-2.0
import { arrayMember, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

// What Place answers, asked of the bare values: most values need not say where they stand.

const NOTHING: readonly never[] = [];

/** A string that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The member as a string that is not empty. */
export function textAt(value: unknown, key: string): string | undefined {
  return textOf(stringMember(value, key));
}

/** The member as an array; an empty one for any other value. */
export function listAt(value: unknown, key: string): readonly JsonValue[] {
  return arrayMember(value, key) ?? NOTHING;
}

/** The texts of an array that are not empty; nothing for any other value. */
export function textsAt(value: unknown, key: string): readonly string[] {
  const list = listAt(value, key);
  return list.every(isText) ? list : list.filter(isText);
}

function isText(value: JsonValue): value is string {
  return textOf(value) !== undefined;
}
