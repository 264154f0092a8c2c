// SPDX-License-Identifier: Apache-2.0
import canonicalizePackage from 'canonicalize';
import { PedigreeError } from './errors.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * RFC 8785 text of a value. Members that are undefined are left out.
 * @throws {PedigreeError} ERR_INTERNAL for a value that JSON cannot carry (NaN, lone surrogate)
 */
export function canonicalizeJcs(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalizePackage(value);
  } catch (cause) {
    throw new PedigreeError('ERR_INTERNAL', 'value has no canonical JSON form', { cause });
  }
  if (text === undefined)
    throw new PedigreeError('ERR_INTERNAL', 'value has no canonical JSON form');
  return text;
}
