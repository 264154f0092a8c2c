// SPDX-License-Identifier: Apache-2.0
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { includesAscii, indexOfByte, isUtf8Text } from '../../../core/bytes.ts';
import { sha256 } from '../../../core/digest.ts';
import {
  BLOCK_BYTES,
  blocksOf,
  ByteView,
  closeBytes,
  headOf,
  isHeld,
  loadAll,
} from '../../../core/stored-bytes.ts';
import { StoredCopy } from '../../support/stored-copy.ts';

const WINDOW_BYTES = 5;

describe('stored bytes', () => {
  test.each([0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES])(
    'come in blocks, all of them: %i bytes',
    (length) => {
      const bytes = randomBytes(length);
      const stored = new StoredCopy(bytes);
      const blocks = [...blocksOf(stored)].length;
      expect(blocks).toBe(Math.ceil(length / BLOCK_BYTES));
      expect(sha256(stored)).toBe(sha256(bytes));
      expect(stored.longestRead).toBeLessThanOrEqual(BLOCK_BYTES);
      expect(Buffer.compare(loadAll(stored), bytes)).toBe(0);
    },
  );

  test('begin as they begin, however much is asked for', () => {
    const bytes = randomBytes(10);
    for (const most of [0, 1, 9, 10, 11]) {
      expect(headOf(new StoredCopy(bytes), most)).toEqual(bytes.slice(0, most));
      expect(headOf(bytes, most)).toEqual(bytes.slice(0, most));
    }
  });

  test('are closed, and bytes in memory are not', () => {
    const stored = new StoredCopy(randomBytes(1));
    expect(isHeld(stored)).toBe(false);
    expect(isHeld(randomBytes(1))).toBe(true);
    closeBytes(stored);
    closeBytes(randomBytes(1));
    expect(stored.isClosed).toBe(true);
  });
});

describe('a view', () => {
  test('shows each byte where it is, in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.integer({ min: -3, max: 45 })),
        (bytes, order) => {
          const view = new ByteView(new StoredCopy(bytes), WINDOW_BYTES);
          expect(view.length).toBe(bytes.length);
          expect(order.map((at) => view.at(at))).toEqual(order.map((at) => bytes[at]));
        },
      ),
    );
  });

  test('shows each range, shorter and longer than its window', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), fc.nat(60), (text, one, other) => {
        const bytes = new TextEncoder().encode(text);
        const view = new ByteView(new StoredCopy(bytes), WINDOW_BYTES);
        const from = Math.min(one, other, bytes.length);
        const to = Math.max(one, other);
        expect(Uint8Array.from(view.range(from, to))).toEqual(bytes.slice(from, to));
        expect(view.text(0, bytes.length)).toBe(text);
      }),
    );
  });
});

/** Where something may lie across the end of a block, and where it does not. */
const OFFSETS = [-5, -4, -3, -2, -1, 0, 1];

describe('what is looked for', () => {
  test.each(OFFSETS)('is found at %i bytes from the end of a block', (offset) => {
    const bytes = new Uint8Array(2 * BLOCK_BYTES + 7).fill(0x20);
    bytes.set(new TextEncoder().encode('\\udfff'), BLOCK_BYTES + offset);
    for (const form of [bytes, new StoredCopy(bytes)]) {
      expect(includesAscii(form, '\\udf')).toBe(true);
      expect(includesAscii(form, '\\uDF')).toBe(false);
      expect(indexOfByte(form, 0x5c)).toBe(BLOCK_BYTES + offset);
      expect(indexOfByte(form, 0x5c, BLOCK_BYTES + offset)).toBe(BLOCK_BYTES + offset);
      expect(indexOfByte(form, 0x5c, BLOCK_BYTES + offset + 1)).toBe(-1);
      expect(indexOfByte(form, 0x21)).toBe(-1);
    }
  });
});

/** Pieces of UTF-8, whole and broken (RFC 3629 section 3). */
const SEQUENCES: readonly (readonly number[])[] = [
  [0x41],
  [0xc3, 0xa9],
  [0xe2, 0x82, 0xac],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xc3],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0x80],
  [0x80, 0x80, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xff],
];

describe('UTF-8 in blocks', () => {
  const cases = SEQUENCES.flatMap((sequence) =>
    OFFSETS.map((offset) => [Buffer.from(sequence).toString('hex'), offset, sequence] as const),
  );

  test.each(cases)('%s at %i bytes from the end of a block', (_hex, offset, sequence) => {
    for (const length of [BLOCK_BYTES + offset + sequence.length, 2 * BLOCK_BYTES]) {
      const bytes = new Uint8Array(length).fill(0x20);
      bytes.set(sequence, BLOCK_BYTES + offset);
      expect(isUtf8Text(new StoredCopy(bytes))).toBe(isUtf8(bytes));
      expect(isUtf8Text(bytes)).toBe(isUtf8(bytes));
    }
  });
});

function randomBytes(length: number): Uint8Array {
  let state = 7;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  });
}
