// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { findInstant } from '../../../core/instant.ts';
import type { Instant } from '../../../core/instant.ts';
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import type { JsonObject } from '../../../core/canonical-json-jcs.ts';
import { findTcbStatus, TCB_STATUSES } from './tcb-status.ts';
import type { TcbStatus } from './tcb-status.ts';

/** No list that Intel publishes comes near. */
const MAX_ITEMS = 1000;
const MAX_TEXT_CHARS = 200;

/** A member that must be text of 1 to 200 characters. Throws ERR_PARSE_EVIDENCE, as every reader here does. */
export function readText(value: JsonValue, key: string): string {
  const text = stringMember(value, key);
  if (text === undefined || text === '' || text.length > MAX_TEXT_CHARS) {
    throw jsonError(`${key} is missing or not text`);
  }
  return text;
}

/** A member that must be a whole number from 0 to max. */
export function readInteger(value: JsonValue, key: string, max: number): number {
  const found = member(value, key);
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 0 || found > max) {
    throw jsonError(`${key} is not a whole number from 0 to ${max}`);
  }
  return found;
}

/** A member that must be hex, of either case, of exactly this many bytes. */
export function readBytes(value: JsonValue, key: string, sizeBytes: number): Uint8Array {
  const text = readText(value, key);
  if (text.length !== 2 * sizeBytes || !/^[0-9a-fA-F]*$/.test(text)) {
    throw jsonError(`${key} is not hex of ${sizeBytes} bytes`);
  }
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** A member that must be an RFC 3339 time. */
export function readInstant(value: JsonValue, key: string): Instant {
  const text = readText(value, key);
  const instant = findInstant(text);
  if (instant === undefined) throw jsonError(`${key} is not a time: "${excerpt(text)}"`);
  return instant;
}

/** A member that must be an object. */
export function readMember(value: JsonValue, key: string): JsonObject {
  const found = member(value, key);
  if (!isJsonObject(found)) throw jsonError(`${key} is missing or not an object`);
  return found;
}

/** A member that must be a list of 1 to 1000 items. */
export function readList(value: JsonValue, key: string): readonly JsonValue[] {
  const list = arrayMember(value, key);
  if (list === undefined || list.length === 0) throw jsonError(`${key} is missing or empty`);
  if (list.length > MAX_ITEMS) throw jsonError(`${key} has more than ${MAX_ITEMS} items`);
  return list;
}

/** What every level of Intel's lists says besides its versions. */
export interface LevelFacts {
  readonly status: TcbStatus;
  readonly date: Instant;
  readonly advisories: readonly string[];
}

/** Reads tcbStatus, tcbDate and advisoryIDs of a level. A status that such a level cannot have is refused. */
export function readLevelFacts(
  level: JsonValue,
  possible: readonly TcbStatus[] = TCB_STATUSES,
): LevelFacts {
  const name = readText(level, 'tcbStatus');
  const status = findTcbStatus(name);
  if (status === undefined || !possible.includes(status)) {
    throw jsonError(`tcbStatus "${excerpt(name)}" is not known here`);
  }
  return { status, date: readInstant(level, 'tcbDate'), advisories: readAdvisories(level) };
}

function readAdvisories(level: JsonValue): string[] {
  const value = member(level, 'advisoryIDs');
  if (value === undefined) return [];
  const list = arrayMember(level, 'advisoryIDs');
  if (list === undefined || list.length > MAX_ITEMS) throw jsonError('advisoryIDs is not a list');
  return list.map((id) => {
    if (typeof id === 'string' && /^[\w-]{1,40}$/.test(id)) return id;
    throw jsonError('advisoryIDs holds something else than ids');
  });
}

/** Always ERR_PARSE_EVIDENCE. */
export function jsonError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}
