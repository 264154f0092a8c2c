// SPDX-License-Identifier: Apache-2.0
import { createHash, type Hash } from 'node:crypto';

/** One line of a stream, without its newline. */
export interface StreamLine {
  /** Null where it is longer than a line may be; its bytes were passed over. */
  readonly bytes: Uint8Array | null;
  /** Bytes of the stream up to the end of this line, its newline included. */
  readonly offset: number;
  /** Hex SHA-256 of those bytes. */
  readonly prefix: string;
  /** False for what stands after the last newline. */
  readonly isEnded: boolean;
}

const NEWLINE = 0x0a;

/** Splits a stream into lines and never keeps more than one of them. @param maxBytes longest line */
export async function* splitLines(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<StreamLine> {
  const line = new Line(maxBytes);
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      line.add(chunk.subarray(from, end));
      yield line.end(true);
      from = end + 1;
    }
    line.add(chunk.subarray(from));
  }
  if (line.size > 0) yield line.end(false);
}

class Line {
  readonly #maxBytes: number;
  readonly #hash: Hash = createHash('sha256');
  #parts: Uint8Array[] = [];
  #offset = 0;
  size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Uint8Array): void {
    this.#hash.update(part);
    this.size += part.length;
    if (this.size <= this.#maxBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  end(isEnded: boolean): StreamLine {
    const bytes = this.size > this.#maxBytes ? null : new Uint8Array(Buffer.concat(this.#parts));
    if (isEnded) this.#hash.update('\n');
    this.#offset += this.size + Number(isEnded);
    this.#parts = [];
    this.size = 0;
    return { bytes, offset: this.#offset, prefix: this.#hash.copy().digest('hex'), isEnded };
  }
}
