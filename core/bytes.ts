// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import { blocksOf, isHeld, type DocumentBytes } from './stored-bytes.ts';

/** Offset of the first such byte from `from` on, or -1. That of Uint8Array looks at one byte at a time and takes ten times as long. */
export function indexOfByte(bytes: DocumentBytes, byte: number, from = 0): number {
  if (isHeld(bytes)) return asBuffer(bytes).indexOf(byte, from);
  let start = 0;
  for (const block of blocksOf(bytes)) {
    const end = start + block.length;
    const found = end <= from ? -1 : asBuffer(block).indexOf(byte, Math.max(0, from - start));
    if (found >= 0) return start + found;
    start = end;
  }
  return -1;
}

/** True where the bytes hold an ASCII text of two characters or more. */
export function includesAscii(bytes: DocumentBytes, text: string): boolean {
  if (isHeld(bytes)) return asBuffer(bytes).includes(text);
  const most = text.length - 1;
  let before = Buffer.alloc(0);
  for (const block of blocksOf(bytes)) {
    const buffer = asBuffer(block);
    const seam = Buffer.concat([before, buffer.subarray(0, most)]);
    if (buffer.includes(text) || seam.includes(text)) return true;
    before = Buffer.from(buffer.subarray(-most));
  }
  return false;
}

/** True where the bytes are UTF-8 from the first to the last. */
export function isUtf8Text(bytes: DocumentBytes): boolean {
  if (isHeld(bytes)) return isUtf8(bytes);
  /** The beginning of a character that goes on in the next block. */
  let begun = Buffer.alloc(0);
  for (const block of blocksOf(bytes)) {
    const buffer = begun.length === 0 ? asBuffer(block) : Buffer.concat([begun, block]);
    const end = completeEnd(buffer);
    if (!isUtf8(buffer.subarray(0, end))) return false;
    begun = Buffer.from(buffer.subarray(end));
  }
  return begun.length === 0;
}

/** Where a last character begins that goes on after the bytes (RFC 3629 section 3); their length where none does. */
function completeEnd(bytes: Uint8Array): number {
  for (let back = 1; back < MAX_UTF8_BYTES; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

const MAX_UTF8_BYTES = 4;

/** How many bytes a character has, by its first one. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

/** The same memory, with the faster methods of a Buffer. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
