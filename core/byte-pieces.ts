// SPDX-License-Identifier: Apache-2.0

/** Bytes that are never all there at once. */
export interface BytePieces {
  /** All of them. */
  readonly length: number;
  /** From the beginning, each time. A piece may be overwritten as soon as the next one is asked for. */
  pieces(): Iterable<Uint8Array>;
}

/** What is there as one piece, what is not in several. */
export function piecesOf(bytes: Uint8Array | BytePieces): Iterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes] : bytes.pieces();
}

/** All of them at once. */
export function wholeOf(bytes: Uint8Array | BytePieces): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  const whole = new Uint8Array(bytes.length);
  let at = 0;
  for (const piece of bytes.pieces()) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
