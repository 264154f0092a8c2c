// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { member } from '../../core/json.ts';

/**
 * Refuses options that a kind of source does not know: a slip must not quietly read something else.
 * @throws {PedigreeError} ERR_USAGE
 */
export function assertKnownOptions(options: JsonObject, known: readonly string[]): void {
  const strange = Object.keys(options).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new PedigreeError('ERR_USAGE', `a source has no option "${excerpt(strange)}"`, {
    hint: known.length === 0 ? 'this kind has none' : `it has: ${known.join(', ')}`,
  });
}

/** @throws {PedigreeError} ERR_USAGE where it is there and no string */
export function findStringOption(options: JsonObject, name: string): string | undefined {
  const value = member(options, name);
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(name, 'text');
}

/** @throws {PedigreeError} ERR_USAGE where it is there and neither true nor false */
export function findFlagOption(options: JsonObject, name: string): boolean | undefined {
  const value = member(options, name);
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(name, 'true or false');
}

/** A list of strings, or one string. @throws {PedigreeError} ERR_USAGE */
export function listOption(options: JsonObject, name: string): readonly string[] {
  const value = member(options, name);
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw wrongType(name, 'a list of texts');
}

function wrongType(name: string, wanted: string): PedigreeError {
  return new PedigreeError('ERR_USAGE', `the option "${excerpt(name)}" of a source is ${wanted}`);
}
