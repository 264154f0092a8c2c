// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';

/**
 * The subset of DER (ITU-T X.690) that certificates and CRLs need: definite minimal lengths and one-byte tags.
 * Everything else is refused. Nothing here recurses, so nesting costs nothing.
 */
export interface DerNode {
  /** The identifier octet, class and constructed bit included. */
  readonly tag: number;
  /** Tag, length and content. */
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
}

export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * The one DER value that fills the bytes exactly.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function parseDer(bytes: Uint8Array): DerNode {
  const node = readDerAt(bytes, 0);
  if (node.bytes.length !== bytes.length) throw derError('bytes after the end of a DER value');
  return node;
}

/**
 * The values inside a constructed value.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function derChildren(node: DerNode): DerNode[] {
  const children: DerNode[] = [];
  for (let at = 0; at < node.content.length;) {
    const child = readDerAt(node.content, at);
    children.push(child);
    at += child.bytes.length;
  }
  return children;
}

/**
 * The node again, once its tag is the expected one.
 * @param what names the field in the message
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE where the node is missing or of another tag
 */
export function expectDer(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node === undefined) throw derError(`${what} is missing`);
  if (node.tag !== tag) {
    throw derError(`${what} has DER tag 0x${node.tag.toString(16)}, not 0x${tag.toString(16)}`);
  }
  return node;
}

/**
 * Dotted text of an OBJECT IDENTIFIER.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function derOid(node: DerNode | undefined, what: string): string {
  const { content } = expectDer(node, DER_TAG.objectIdentifier, what);
  if (content.length === 0 || content.length > 64)
    throw derError(`${what} is not an object identifier`);
  const arcs: number[] = [];
  let arc = 0;
  for (const [index, octet] of content.entries()) {
    // X.690 8.19.2: the first octet of an arc is not 0x80
    if (arc === 0 && octet === 0x80) throw derError(`${what} is not an object identifier`);
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw derError(`${what} has an arc that is too large`);
    if ((octet & 0x80) !== 0) {
      if (index === content.length - 1) throw derError(`${what} ends in the middle of an arc`);
      continue;
    }
    if (arcs.length === 0)
      arcs.push(Math.min(Math.floor(arc / 40), 2), arc - 40 * Math.min(Math.floor(arc / 40), 2));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/**
 * A non-negative INTEGER that fits a double exactly.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE for negative, padded or larger ones
 */
export function derSmallInteger(node: DerNode | undefined, what: string): number {
  const { content } = expectDer(node, DER_TAG.integer, what);
  const first = content[0];
  const second = content[1];
  if (first === undefined || content.length > 6) throw derError(`${what} is not a small integer`);
  if ((first & 0x80) !== 0) throw derError(`${what} is negative`);
  if (first === 0 && second !== undefined && (second & 0x80) === 0) {
    throw derError(`${what} is not minimally encoded`);
  }
  return content.reduce((value, octet) => value * 256 + octet, 0);
}

/**
 * The bytes of a BIT STRING of whole octets.
 * @throws {PedigreeError} ERR_PARSE_EVIDENCE
 */
export function derBitStringBytes(node: DerNode | undefined, what: string): Uint8Array {
  const { content } = expectDer(node, DER_TAG.bitString, what);
  if (content[0] !== 0) throw derError(`${what} is not a string of whole octets`);
  return content.subarray(1);
}

/** Always the same code, so that callers can tell "not this format" from a fault of ours. */
export function derError(message: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_EVIDENCE', message);
}

function readDerAt(bytes: Uint8Array, at: number): DerNode {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw derError('DER ends in the middle of a value');
  if ((tag & 0x1f) === 0x1f) throw derError('DER tags of several bytes are not used here');
  const { length, header } =
    first < 0x80 ? { length: first, header: 2 } : readLongLength(bytes, at, first);
  const end = at + header + length;
  if (end > bytes.length) throw derError('a DER length points behind the end of the bytes');
  return { tag, bytes: bytes.subarray(at, end), content: bytes.subarray(at + header, end) };
}

function readLongLength(
  bytes: Uint8Array,
  at: number,
  first: number,
): { length: number; header: number } {
  const octets = first & 0x7f;
  // X.690 10.1: definite form, fewest octets. Four octets address 4 GiB, which is above any size limit.
  if (octets === 0 || octets > 4) throw derError('a DER length is indefinite or too large');
  const lengthBytes = bytes.subarray(at + 2, at + 2 + octets);
  // octets that are missing here are missing behind them too, which the caller refuses
  const length = lengthBytes.reduce((value, octet) => value * 256 + octet, 0);
  if (length < 0x80 || lengthBytes[0] === 0)
    throw derError('a DER length is not minimally encoded');
  return { length, header: 2 + octets };
}
