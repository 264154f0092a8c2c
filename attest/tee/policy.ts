// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

/** Reads one member of an appraisal policy. Throws ERR_POLICY_INVALID for a value that is not of its kind. */
export type PolicyReader<T> = (value: JsonValue, at: string) => T;

type Readers = Readonly<Record<string, PolicyReader<unknown>>>;

/** A policy with the members of its readers, each absent where the text left it out. */
export type PolicyOf<R extends Readers> = {
  readonly [K in keyof R]?: R[K] extends PolicyReader<infer T> ? T : never;
};

/**
 * Reads an appraisal policy. A key that no reader knows is refused: a condition that is silently ignored would pass.
 * @throws {PedigreeError} ERR_POLICY_INVALID
 */
export function parseAppraisalPolicy<R extends Readers>(
  policy: JsonObject,
  readers: R,
  base = '',
): PolicyOf<R> {
  const parsed: Record<string, unknown> = {};
  for (const key of Object.keys(policy)) {
    const at = pointerJoin(base, key);
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (reader === undefined) {
      const hint = `known keys: ${Object.keys(readers).join(', ')}`;
      throw policyError(`the policy key "${excerpt(key)}" is not known here`, at, hint);
    }
    parsed[key] = reader(member(policy, key) ?? null, at);
  }
  return parsed as PolicyOf<R>;
}

/** True or false, nothing that merely looks like it. */
export function readBoolean(value: JsonValue, at: string): boolean {
  if (typeof value !== 'boolean') throw policyError('must be true or false', at);
  return value;
}

/** A reader of whole numbers of the closed range. */
export function integerReader(min: number, max: number): PolicyReader<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw policyError(`must be a whole number from ${min} to ${max}`, at);
    }
    return value;
  };
}

/** A reader of hex text of exactly this many bytes; read as lower case. */
export function hexReader(...sizesBytes: number[]): PolicyReader<string> {
  return (value, at) => {
    const isHex = typeof value === 'string' && /^[0-9a-fA-F]*$/.test(value);
    if (!isHex || !sizesBytes.includes(value.length / 2)) {
      throw policyError(`must be hex of ${sizesBytes.join(' or ')} bytes`, at);
    }
    return value.toLowerCase();
  };
}

/** A reader of hex text of a range of sizes; read as lower case. */
export function hexTextReader(minBytes: number, maxBytes: number): PolicyReader<string> {
  return (value, at) => {
    const isHex = typeof value === 'string' && /^(?:[0-9a-fA-F]{2})*$/.test(value);
    if (!isHex || value.length < 2 * minBytes || value.length > 2 * maxBytes) {
      throw policyError(`must be hex of ${minBytes} to ${maxBytes} bytes`, at);
    }
    return value.toLowerCase();
  };
}

/** `sha256:` and 64 lower-case hex digits. */
export function sha256Reader(value: JsonValue, at: string): string {
  if (typeof value !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(value)) {
    throw policyError('must be sha256: and 64 lower-case hex digits', at);
  }
  return value;
}

/** A reader of non-empty text. */
export function textReader(maxChars: number): PolicyReader<string> {
  return (value, at) => {
    if (typeof value !== 'string' || value.length === 0 || value.length > maxChars) {
      throw policyError(`must be text of 1 to ${maxChars} characters`, at);
    }
    return value;
  };
}

/** A reader of one of the words. */
export function wordReader<W extends string>(...words: readonly W[]): PolicyReader<W> {
  return (value, at) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw policyError(`must be one of ${words.join(', ')}`, at);
    return found;
  };
}

/** The value as an object with members. */
export function readObject(value: JsonValue, at: string): JsonObject {
  if (!isJsonObject(value)) throw policyError('must be an object', at);
  return value;
}

/** Always ERR_POLICY_INVALID, with the pointer in the message, since a policy is a file that somebody edits. */
export function policyError(problem: string, at: string, hint?: string): PedigreeError {
  const where = at === '' ? 'the policy' : `policy ${excerpt(at)}`;
  const details = hint === undefined ? { at } : { at, hint };
  return new PedigreeError('ERR_POLICY_INVALID', `${where}: ${problem}`, details);
}
