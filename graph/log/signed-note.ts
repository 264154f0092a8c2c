// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';

/** One signature line, unverified. */
export interface NoteSignature {
  /** Name of the key, as the line states it. */
  readonly name: string;
  /** First four bytes of the key's hash, lower-case hex. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A note taken apart. Nothing is verified yet. */
export interface SignedNote {
  /** The signed text, with its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key that notes are verified with. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

const ED25519_TYPE = 0x01;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const SIGNATURE_PREFIX = '— ';
/** The specification asks for 16 at least and for some bound. */
const MAX_SIGNATURES = 64;
const MAX_NOTE_CHARS = 1024 * 1024;
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const NAME = /^[^\p{White_Space}+]+$/u;

/**
 * Signs a text as a note.
 * @param text ends in a newline
 * @param name name of the key: not empty, no spaces, no plus
 * @param privateKey Ed25519
 * @throws {PedigreeError} ERR_USAGE for a text or name that a note cannot carry; ERR_PARSE_KEY for another kind of key
 * @see C2SP signed-note, "Format" and "Ed25519 signatures"
 */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  if (!text.endsWith('\n') || CONTROL.test(text) || !text.isWellFormed()) {
    throw new PedigreeError(
      'ERR_USAGE',
      'a note is text without control characters that ends in a newline',
    );
  }
  if (privateKey.type !== 'private') {
    throw new PedigreeError('ERR_PARSE_KEY', 'signing needs the private key');
  }
  const keyId = noteKeyId(name, createPublicKey(privateKey));
  const signature = sign(null, Buffer.from(text, 'utf8'), privateKey);
  const line = Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64');
  return `${text}\n${SIGNATURE_PREFIX}${name} ${line}\n`;
}

/**
 * Takes a note apart, strictly: the text, one empty line, signature lines, and nothing after them.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT; ERR_LIMIT_SIZE above 1 MiB of text
 * @see C2SP signed-note, "Format"
 */
export function parseNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_CHARS)
    throw new PedigreeError('ERR_LIMIT_SIZE', 'the note is too large');
  if (CONTROL.test(note) || !note.isWellFormed()) {
    throw noteError('control characters or text that is not UTF-8', 'end lines with LF alone');
  }
  // "separated from the signatures by the last empty line in the note"
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw noteError('no empty line between text and signatures');
  if (!note.endsWith('\n')) throw noteError('the last line has no newline (truncated?)');
  const lines = note.slice(split + 2, -1).split('\n');
  if (note.length === split + 2) throw noteError('no signature');
  if (lines.length > MAX_SIGNATURES) throw noteError(`more than ${MAX_SIGNATURES} signatures`);
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Checks that a note is signed by this key under this name. Signatures of other keys are ignored; every signature of
 * this key must hold. A malformed note fails; only an unusable key throws.
 * @throws {PedigreeError} ERR_PARSE_KEY, ERR_USAGE for a key or name that cannot be meant
 * @see C2SP signed-note, "Signatures"
 */
export function verifyNote(note: string, publicKey: KeyObject, name: string): Verdict<SignedNote> {
  const keyId = noteKeyId(name, publicKey);
  const parsed = parsedNote(note);
  if (parsed.status !== 'passed') return parsed;
  const ours = parsed.value.signatures.filter((s) => s.name === name && s.keyId === keyId);
  if (ours.length === 0) {
    return failed({
      code: 'signature-missing',
      message: `not signed by ${excerpt(name)}+${keyId}`,
      clause: 'C2SP signed-note, Signatures',
    });
  }
  const data = Buffer.from(parsed.value.text, 'utf8');
  if (!ours.every((s) => verify(null, data, publicKey, s.signature))) {
    return failed({
      code: 'signature-invalid',
      message: `the signature of ${excerpt(name)}+${keyId} does not hold`,
      clause: 'C2SP signed-note, Signatures',
    });
  }
  return passed(parsed.value);
}

/**
 * `<name>+<key id>+<base64(0x01 ‖ key)>`: the form in which the key of a log is handed around.
 * @throws {PedigreeError} ERR_PARSE_KEY for a key other than Ed25519; ERR_USAGE for a name that notes cannot carry
 */
export function formatVerifierKey(name: string, publicKey: KeyObject): string {
  const material = Buffer.concat([Uint8Array.of(ED25519_TYPE), rawPublicKey(publicKey)]);
  return `${name}+${noteKeyId(name, publicKey)}+${material.toString('base64')}`;
}

/**
 * Parses a verifier key, and checks that its id is the hash of its name and material.
 * @throws {PedigreeError} ERR_PARSE_KEY
 */
export function parseVerifierKey(text: string): NoteVerifier {
  const [name = '', keyId = '', ...rest] = text.split('+');
  const material = findStrictBase64(rest.join('+')); // base64 has a plus of its own
  if (!NAME.test(name) || material?.length !== 1 + KEY_BYTES || material[0] !== ED25519_TYPE) {
    throw new PedigreeError('ERR_PARSE_KEY', `not a verifier key: "${excerpt(text)}"`, {
      hint: 'write <name>+<8 hex digits>+<base64 of 0x01 and the Ed25519 key>',
    });
  }
  const x = material.subarray(1).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  if (noteKeyId(name, publicKey) !== keyId) {
    throw new PedigreeError(
      'ERR_PARSE_KEY',
      `the id of the verifier key "${excerpt(name)}" is not its hash`,
    );
  }
  return { name, keyId, publicKey };
}

/** The bytes of base64 text in its one canonical form (RFC 4648 section 4, padded), or undefined. */
export function findStrictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** key ID = SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[:4] */
function noteKeyId(name: string, publicKey: KeyObject): string {
  if (!NAME.test(name) || CONTROL.test(name) || !name.isWellFormed()) {
    throw new PedigreeError('ERR_USAGE', `not a name for a key of notes: "${excerpt(name)}"`, {
      hint: 'a name is not empty and has no spaces, plus signs or control characters',
    });
  }
  return createHash('sha256')
    .update(`${name}\n`, 'utf8')
    .update(Uint8Array.of(ED25519_TYPE))
    .update(rawPublicKey(publicKey))
    .digest('hex')
    .slice(0, KEY_ID_BYTES * 2);
}

/** The 32 bytes of RFC 8032. With another kind of key, sign and verify would quietly use another algorithm. */
function rawPublicKey(key: KeyObject): Buffer {
  if (key.type !== 'public' || key.asymmetricKeyType !== 'ed25519') {
    throw new PedigreeError('ERR_PARSE_KEY', 'notes are signed with Ed25519 keys');
  }
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function parseSignatureLine(line: string): NoteSignature {
  const [name = '', encoded = '', ...rest] = line.slice(SIGNATURE_PREFIX.length).split(' ');
  const bytes = findStrictBase64(encoded);
  if (
    !line.startsWith(SIGNATURE_PREFIX) ||
    rest.length > 0 ||
    !NAME.test(name) ||
    bytes === undefined
  ) {
    throw noteError(`not a signature line: "${excerpt(line)}"`);
  }
  if (bytes.length <= KEY_ID_BYTES) throw noteError('a signature line without a signature');
  return {
    name,
    keyId: bytes.toString('hex', 0, KEY_ID_BYTES),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

function parsedNote(note: string): Verdict<SignedNote> {
  try {
    return passed(parseNote(note));
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return failed({
      code: 'note-malformed',
      message: error.message,
      clause: 'C2SP signed-note, Format',
    });
  }
}

function noteError(message: string, hint?: string): PedigreeError {
  return new PedigreeError(
    'ERR_PARSE_DOCUMENT',
    `not a signed note: ${message}`,
    hint === undefined ? {} : { hint },
  );
}
