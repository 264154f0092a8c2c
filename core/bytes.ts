// SPDX-License-Identifier: Apache-2.0

/** Offset of the first such byte from `from` on, or -1. That of Uint8Array looks at one byte at a time and takes ten times as long. */
export function indexOfByte(bytes: Uint8Array, byte: number, from = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(byte, from);
}
