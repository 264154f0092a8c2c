// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import { isMerkleHash } from './merkle.ts';
import { findStrictBase64, parseNote, signNote, verifyNote } from './signed-note.ts';
import type { SignedNote } from './signed-note.ts';

/** What a log commits to at one size. */
export interface TreeHead {
  /** Identity of the log, e.g. `example.com/pedigree`. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** RFC 6962 root, lower-case hex. */
  readonly root: string;
}

/** A parsed checkpoint. Its signatures are not verified yet. */
export interface Checkpoint extends TreeHead {
  /** Opaque further lines; ours have none. */
  readonly extensions: readonly string[];
  readonly note: SignedNote;
}

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

/**
 * The text of a checkpoint, unsigned: origin, size, root in base64, each on its line.
 * @throws {PedigreeError} ERR_USAGE for values that a checkpoint cannot carry
 * @see C2SP tlog-checkpoint, "Note text"
 */
export function formatCheckpoint(head: TreeHead): string {
  if (head.origin === '' || /[\u0000-\u001f]/.test(head.origin)) {
    throw new PedigreeError('ERR_USAGE', `not an origin: "${excerpt(head.origin)}"`);
  }
  if (!Number.isSafeInteger(head.size) || head.size < 0 || !isMerkleHash(head.root)) {
    throw new PedigreeError('ERR_USAGE', 'a checkpoint needs a size and a SHA-256 root');
  }
  return `${head.origin}\n${head.size}\n${Buffer.from(head.root, 'hex').toString('base64')}\n`;
}

/**
 * A checkpoint as a signed note. The key's name is the origin.
 * @param privateKey Ed25519
 * @throws {PedigreeError} ERR_USAGE for values that a checkpoint cannot carry, an origin with a space or plus among
 * them; ERR_PARSE_KEY for another kind of key
 * @see C2SP tlog-checkpoint, "Signatures"
 */
export function signCheckpoint(head: TreeHead, privateKey: KeyObject): string {
  return signNote(formatCheckpoint(head), head.origin, privateKey);
}

/**
 * Parses a checkpoint, strictly. Says nothing about its signatures.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_LIMIT_SIZE
 * @see C2SP tlog-checkpoint, "Note text"
 */
export function parseCheckpoint(text: string): Checkpoint {
  const note = parseNote(text);
  const [origin = '', size = '', encodedRoot = '', ...extensions] = note.text
    .slice(0, -1)
    .split('\n');
  const root = findStrictBase64(encodedRoot);
  if (origin === '') throw checkpointError('the origin is empty');
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) {
    throw checkpointError(`not a tree size: "${excerpt(size)}"`);
  }
  if (root?.length !== 32) throw checkpointError(`not a SHA-256 root: "${excerpt(encodedRoot)}"`);
  if (extensions.includes('')) throw checkpointError('an extension line is empty');
  return { origin, size: Number(size), root: root.toString('hex'), extensions, note };
}

/**
 * Checks that a checkpoint is signed by this log. A malformed one fails; only an unusable key throws.
 * @param publicKey Ed25519 key of the log
 * @param name name of that key
 * @param origin the log that the checkpoint must be of; by default the name of its key
 * @throws {PedigreeError} ERR_PARSE_KEY, ERR_USAGE for a key or name that cannot be meant
 */
export function verifyCheckpoint(
  text: string,
  publicKey: KeyObject,
  name: string,
  origin: string = name,
): Verdict<Checkpoint> {
  const note = verifyNote(text, publicKey, name);
  if (note.status !== 'passed') return note;
  const parsed = parsedCheckpoint(text);
  if (parsed.status !== 'passed') return parsed;
  if (parsed.value.origin !== origin) {
    return failed({
      code: 'origin-mismatch',
      message: `the checkpoint is of "${excerpt(parsed.value.origin)}", not of "${excerpt(origin)}"`,
      clause: 'C2SP tlog-checkpoint, Note text',
    });
  }
  return parsed;
}

function parsedCheckpoint(text: string): Verdict<Checkpoint> {
  try {
    return passed(parseCheckpoint(text));
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failed({
      code: 'checkpoint-malformed',
      message: error.message,
      clause: 'C2SP tlog-checkpoint, Note text',
    });
  }
}

function checkpointError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_DOCUMENT', `not a checkpoint: ${message}`);
}
