// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** A non-empty string at a path of members, or undefined. */
export function textAt(value: JsonValue | undefined, ...path: string[]): string | undefined {
  const last = path.at(-1) ?? '';
  const parent = path
    .slice(0, -1)
    .reduce<JsonValue | undefined>((at, key) => member(at, key), value);
  const text = stringMember(parent, last);
  return text === '' ? undefined : text;
}

/** As textAt, and a problem where it is missing: the specification requires the field. */
export function requiredTextAt(
  value: JsonValue,
  problems: SchemaProblem[],
  ...path: string[]
): string | undefined {
  const text = textAt(value, ...path);
  if (text === undefined) {
    const pointer = `/predicate/${path.join('/')}`;
    addProblem(problems, 'field-missing', pointer, `${path.join('.')} is missing or empty`);
  }
  return text;
}

/** Leaves out what is undefined, so that absent members stay absent. */
export function present<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
