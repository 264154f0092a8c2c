// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';

/** A JUMBF superbox: a description and what it holds. */
export interface Superbox {
  /** 128-bit type as lower-case hex. */
  readonly type: string;
  readonly label: string;
  readonly contents: readonly ContentBox[];
  readonly boxes: readonly Superbox[];
  /** Description and contents, without the box's own header: what a hashed URI of C2PA hashes. */
  readonly body: Uint8Array;
}

export interface ContentBox {
  /** Four characters: `cbor`, `json`, `bidb`… */
  readonly type: string;
  readonly bytes: Uint8Array;
}

interface RawBox {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const HEADER = 8;
const LARGE_HEADER = 16;
const UUID = 16;
const LABEL_PRESENT = 0x02;
const MAX_DEPTH = 16;
const MAX_BOXES = 50_000;

/** Type of the box at the start of the bytes, or undefined: four characters after a length. */
export function peekBoxType(bytes: Uint8Array): string | undefined {
  return bytes.length < HEADER ? undefined : fourCharacters(bytes, 4);
}

/**
 * The one superbox that the bytes are.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_PARSE_DEPTH, ERR_LIMIT_ITEMS
 * @see ISO/IEC 19566-5 Annex A (JUMBF), ISO/IEC 14496-12 section 4.2 (boxes)
 */
export function parseSuperbox(bytes: Uint8Array): Superbox {
  const [box, ...others] = readBoxes(bytes, { left: MAX_BOXES });
  if (box === undefined || others.length > 0 || box.type !== 'jumb') {
    throw malformed('not one superbox');
  }
  return readSuperbox(box.bytes, 1, { left: MAX_BOXES });
}

interface Budget {
  left: number;
}

function readSuperbox(body: Uint8Array, depth: number, budget: Budget): Superbox {
  if (depth > MAX_DEPTH) {
    throw new PedigreeError('ERR_PARSE_DEPTH', `boxes nested more than ${MAX_DEPTH} deep`);
  }
  const [description, ...inner] = readBoxes(body, budget);
  if (description?.type !== 'jumd') throw malformed('a superbox begins with its description');
  const boxes: Superbox[] = [];
  const contents: ContentBox[] = [];
  for (const box of inner) {
    if (box.type === 'jumb') boxes.push(readSuperbox(box.bytes, depth + 1, budget));
    else contents.push(box);
  }
  return { ...readDescription(description.bytes), boxes, contents, body };
}

/** Type, toggles and label; an id, a hash and private boxes may follow and say nothing here. */
function readDescription(bytes: Uint8Array): { type: string; label: string } {
  const toggles = bytes[UUID];
  if (toggles === undefined) throw malformed('a description of less than 17 bytes');
  const type = Buffer.from(bytes.subarray(0, UUID)).toString('hex');
  if ((toggles & LABEL_PRESENT) === 0) return { type, label: '' };
  const end = bytes.indexOf(0, UUID + 1);
  if (end < 0) throw malformed('a label without an end');
  try {
    const label = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(UUID + 1, end));
    return { type, label };
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a label that is no UTF-8', { cause });
  }
}

function readBoxes(bytes: Uint8Array, budget: Budget): RawBox[] {
  const boxes: RawBox[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (--budget.left < 0) {
      throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_BOXES} boxes`);
    }
    const { header, length } = readLength(bytes, at);
    boxes.push({
      type: fourCharacters(bytes, at + 4),
      bytes: bytes.subarray(at + header, at + length),
    });
    at += length;
  }
  return boxes;
}

/** A length of 1 is written in 64 bits after the type; one of 0 means the rest. */
function readLength(bytes: Uint8Array, at: number): { header: number; length: number } {
  const rest = bytes.length - at;
  if (rest < HEADER) throw malformed('a box without a header');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, rest);
  const short = view.getUint32(0);
  if (short === 0) return { header: HEADER, length: rest };
  const isLarge = short === 1;
  if (isLarge && rest < LARGE_HEADER) throw malformed('a box without a header');
  const length = isLarge ? Number(view.getBigUint64(HEADER)) : short;
  const header = isLarge ? LARGE_HEADER : HEADER;
  if (length < header || length > rest) throw malformed('a box longer than what holds it');
  return { header, length };
}

function fourCharacters(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function malformed(what: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_DOCUMENT', `not a JUMBF box: ${what}`);
}
