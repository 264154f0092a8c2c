// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { piecesOf, wholeOf } from '../../../core/byte-pieces.ts';
import { sha256, sha256OfPieces } from '../../../core/digest.ts';

const parts = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 });

function inPieces(of: readonly Uint8Array[]): { length: number; pieces(): Iterable<Uint8Array> } {
  return { length: of.reduce((sum, { length }) => sum + length, 0), pieces: () => of };
}

describe('bytes in pieces', () => {
  test('are the bytes as a whole, and have their digest', () => {
    fc.assert(
      fc.property(parts, (all) => {
        const whole = new Uint8Array(Buffer.concat(all));
        expect(wholeOf(inPieces(all))).toEqual(whole);
        expect(sha256OfPieces(all)).toBe(sha256(whole));
        expect(sha256OfPieces(piecesOf(whole))).toBe(sha256(whole));
      }),
    );
  });

  test('have another digest in another order, or with one piece more', () => {
    const [one, two] = [Buffer.from('one'), Buffer.from('two')];
    const digest = sha256OfPieces([one, two]);
    expect(sha256OfPieces([two, one])).not.toBe(digest);
    expect(sha256OfPieces([one, two, one])).not.toBe(digest);
    expect(sha256OfPieces([one, new Uint8Array(0), two])).toBe(digest);
  });

  test('that are there as a whole are not copied', () => {
    const bytes = new Uint8Array(3);
    expect(wholeOf(bytes)).toBe(bytes);
    expect([...piecesOf(bytes)]).toEqual([bytes]);
  });
});
