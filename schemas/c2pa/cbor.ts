// SPDX-License-Identifier: Apache-2.0
import { decode } from 'cborg';
import { PedigreeError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import type { TagDecoder } from 'cborg';

/** Tags that only say more about a text or number: time (0, 1), URI (32), UUID (37). Others are refused. */
const content: TagDecoder = (decodeContent) => decodeContent();
const TAGS = { 0: content, 1: content, 32: content, 37: content };

/**
 * A CBOR value as its JSON counterpart, which is how tools export it: byte strings in base64, integer keys as text.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_PARSE_DEPTH
 */
export function parseCborAsJson(bytes: Uint8Array, at: string): unknown {
  let value: unknown;
  try {
    value = decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true, tags: TAGS });
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not well-formed CBOR', { cause, at });
  }
  return toJson(value, at, 0);
}

function toJson(value: unknown, at: string, depth: number): unknown {
  if (depth > LIMITS.depth) {
    throw new PedigreeError('ERR_PARSE_DEPTH', `nested more than ${LIMITS.depth} deep`, { at });
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) {
    return (value as unknown[]).map((item) => toJson(item, at, depth + 1));
  }
  if (!(value instanceof Map)) return value;
  const record = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of value as ReadonlyMap<unknown, unknown>) {
    if (typeof key === 'string' || typeof key === 'number') {
      record[String(key)] = toJson(item, at, depth + 1);
    }
  }
  return record;
}
