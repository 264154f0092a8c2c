// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import type { LogEvent } from '../domain/log-event.ts';
import { isMerkleHash, leafHash } from './merkle.ts';

/** An event made ready for the log. */
export interface LogLeaf {
  /** RFC 8785 text of the event. */
  readonly event: string;
  /** 32 bytes, lower-case hex. */
  readonly salt: string;
  /** Leaf of the Merkle tree, lower-case hex. */
  readonly leafHash: string;
}

/** True for a salt as entries carry it: 32 bytes in lower-case hex. */
export function isSalt(text: string): boolean {
  return isMerkleHash(text);
}

/**
 * What the public log holds of an entry: SHA-256(salt ‖ event), 32 bytes.
 *
 * Tiles are public, events are not: an event names documents of one project, and most of its members could be guessed
 * and tried. The salt is as wide as the hash and drawn for each entry, so the commitment tells nothing to those who do not
 * have it; whoever is given the event and its salt can prove both against any checkpoint. The salt has a fixed length,
 * so no other split of the same bytes exists.
 * @param event RFC 8785 text
 * @param salt 32 bytes, lower-case hex
 * @throws {PedigreeError} ERR_LOG_CORRUPT where the salt is of another form
 */
export function entryData(event: string, salt: string): Uint8Array {
  if (!isSalt(salt)) {
    throw new PedigreeError('ERR_LOG_CORRUPT', 'the salt of a log entry is not 32 bytes of hex');
  }
  return createHash('sha256').update(salt, 'hex').update(event, 'utf8').digest();
}

/**
 * Leaf hash of an entry: SHA-256(0x00 ‖ SHA-256(salt ‖ event)).
 * @throws {PedigreeError} ERR_LOG_CORRUPT where the salt is of another form
 */
export function entryLeafHash(event: string, salt: string): string {
  return leafHash(entryData(event, salt));
}

/**
 * Writes an event in its canonical form and commits to it.
 * @param salt 32 random bytes, lower-case hex; never used twice
 * @throws {PedigreeError} ERR_USAGE where the salt is of another form; ERR_INTERNAL where the event has no JSON form
 */
export function createEntry(event: LogEvent, salt: string): LogLeaf {
  if (!isSalt(salt)) {
    throw new PedigreeError('ERR_USAGE', 'a salt is written as 32 bytes of lower-case hex');
  }
  const text = canonicalizeJcs(event);
  return { event: text, salt, leafHash: entryLeafHash(text, salt) };
}

/** The event that a text says, where the text is RFC 8785 to the letter; else undefined. */
export function findCanonicalEvent(text: string): JsonValue | undefined {
  try {
    const { value } = parseJson(text);
    return canonicalizeJcs(value) === text ? value : undefined;
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}
