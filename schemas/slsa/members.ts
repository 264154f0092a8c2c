// SPDX-License-Identifier: Apache-2.0
import { member } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** A non-empty string at a path of members, or undefined. */
export function textAt(value: JsonValue | undefined, ...path: string[]): string | undefined {
  let at = value;
  for (const key of path) at = member(at, key);
  return typeof at === 'string' && at !== '' ? at : undefined;
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
