// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexOfByte } from '../../../core/bytes.ts';

test('finds what Uint8Array finds, in a part of a buffer too', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ max: 3 }),
      fc.nat(4),
      fc.nat(4),
      fc.nat(4),
      (whole, cut, byte, from) => {
        const bytes = whole.subarray(cut);
        expect(indexOfByte(bytes, byte, from)).toBe(bytes.indexOf(byte, from));
        expect(indexOfByte(bytes, byte)).toBe(bytes.indexOf(byte));
      },
    ),
  );
});
