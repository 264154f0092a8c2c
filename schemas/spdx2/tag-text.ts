// SPDX-License-Identifier: Apache-2.0
import { ByteView, type DocumentBytes } from '../../core/stored-bytes.ts';

/**
 * A text that is read a piece at a time. Offsets are its own: characters, or bytes of UTF-8. Whatever looks at stored bytes
 * throws ERR_STORE_UNAVAILABLE where they cannot be read back.
 */
export interface TagText {
  /** Where its lines begin, and the end of the last one. */
  readonly start: number;
  readonly end: number;
  /** Too large to be held whole, or what was made of it. */
  readonly isLarge: boolean;
  /** How much of it is looked at in one go. */
  readonly piece: number;
  slice(from: number, to: number): string;
  /** What a piece of it takes, in the units of its offsets. */
  widthOf(piece: string): number;
  /** The end of a line, about so far behind `from`. */
  lineEnd(from: number, wanted: number): number;
}

/** A text that is held as it is, in one piece. */
export class HeldText implements TagText {
  readonly start = 0;
  readonly end: number;
  readonly isLarge = false;
  readonly piece: number;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.end = text.length;
    this.piece = text.length;
  }

  slice(from: number, to: number): string {
    return this.#text.slice(from, to);
  }

  widthOf(piece: string): number {
    return piece.length;
  }

  lineEnd(): number {
    return this.end;
  }
}

const PIECE = 1 << 16;
/** Bytes that are read at once where less is asked for. */
const BLOCK = 1 << 14;
const NOTHING = new Uint8Array(0);
const LINE_FEED = 0x0a;
const MARK = [0xef, 0xbb, 0xbf];

/** A large text in UTF-8, of which only the piece that is being read is decoded. */
export class EncodedText implements TagText {
  readonly start: number;
  readonly end: number;
  readonly isLarge = true;
  readonly piece: number;
  readonly #bytes: ByteView;
  /** What was read last: what stands behind one another is mostly asked for one after the other. */
  #block: Uint8Array = NOTHING;
  #blockStart = 0;

  /**
   * @param bytes UTF-8 without a fault, with or without a byte-order mark
   * @param piece how much is decoded at a time; a test makes it small
   */
  constructor(bytes: DocumentBytes, piece: number = PIECE) {
    this.piece = piece;
    this.#bytes = new ByteView(bytes);
    this.start = MARK.every((byte, at) => this.#bytes.at(at) === byte) ? MARK.length : 0;
    this.end = bytes.length;
  }

  slice(from: number, to: number): string {
    const start = this.#blockStart;
    if (from < start || to > start + this.#block.length) return this.#readFrom(from, to);
    return decoded(this.#block, from - start, to - start);
  }

  #readFrom(from: number, to: number): string {
    // where reading fails, what was read before is overwritten
    this.#block = NOTHING;
    this.#block = this.#bytes.range(from, Math.max(to, Math.min(from + BLOCK, this.end)));
    this.#blockStart = from;
    return decoded(this.#block, 0, to - from);
  }

  widthOf(piece: string): number {
    return Buffer.byteLength(piece);
  }

  lineEnd(from: number, wanted: number): number {
    if (from + wanted >= this.end) return this.end;
    for (let at = from + wanted; at > from; at--)
      if (this.#bytes.at(at - 1) === LINE_FEED) return at;
    for (let at = from + wanted; at < this.end; at++) {
      if (this.#bytes.at(at) === LINE_FEED) return at + 1;
    }
    return this.end;
  }
}

function decoded({ buffer, byteOffset }: Uint8Array, from: number, to: number): string {
  return Buffer.from(buffer, byteOffset + from, to - from).toString('utf8');
}
