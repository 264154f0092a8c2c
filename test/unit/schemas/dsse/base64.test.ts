// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findBase64 } from '../../../../schemas/dsse/base64.ts';

const bytesOf = (text: string): number[] | undefined => {
  const bytes = findBase64(text);
  return bytes === undefined ? undefined : [...bytes];
};

describe('strict base64', () => {
  test.each([
    ['', []],
    ['Zg==', [0x66]],
    ['Zm8=', [0x66, 0x6f]],
    ['Zm9v', [0x66, 0x6f, 0x6f]],
    ['+/+/', [0xfb, 0xff, 0xbf]],
    ['-_-_', [0xfb, 0xff, 0xbf]],
    ['_w==', [0xff]],
    ['_w', [0xff]],
    ['/w==', [0xff]],
    ['Zg', [0x66]],
  ])('reads %j (RFC 4648 section 10 and the URL-safe alphabet)', (text, bytes) => {
    expect(bytesOf(text)).toEqual(bytes);
  });

  test.each([
    ['whitespace', 'Zm9v Zm9v'],
    ['a line break', 'Zm9v\n'],
    ['mixed alphabets', '+_+_'],
    ['leftover bits', 'Zh=='],
    ['leftover bits, unpadded', 'Zh'],
    ['one character too many', 'Zm9vZ'],
    ['too much padding', 'Zm9v===='],
    ['padding that does not fit', 'Zm8=='],
    ['padding in the middle', 'Zg==Zg=='],
    ['standard alphabet without padding', '/w'],
    ['another character', 'Zm9v!A=='],
    ['padding alone', '=='],
    ['text beyond ASCII', 'Zm9vé'],
  ])('refuses %s', (_, text) => {
    expect(findBase64(text)).toBeUndefined();
  });

  test('round trips, in both alphabets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(bytesOf(buffer.toString('base64'))).toEqual([...bytes]);
        expect(bytesOf(buffer.toString('base64url'))).toEqual([...bytes]);
      }),
    );
  });

  test('one text for one value: what is read writes back to what was read', () => {
    const alphabet = ['é', ...'ABCZabcz0189+/-_=\n '.split('')];
    const text = fc
      .array(fc.constantFrom(...alphabet), { maxLength: 12 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = findBase64(candidate);
        if (bytes === undefined) return;
        const written = Buffer.from(bytes);
        expect([
          written.toString('base64'),
          written.toString('base64url'),
          urlSafe(written),
        ]).toContain(candidate);
      }),
      { numRuns: 2000 },
    );
  });

  test('bytes stand in memory of their own, however many', () => {
    for (const length of [1, 100, 5_000, 100_000]) {
      const written = Buffer.alloc(length, 0xa5);
      const bytes = findBase64(written.toString('base64'));
      expect(bytes?.buffer.byteLength).toBe(length);
      expect(Buffer.compare(bytes ?? Buffer.alloc(0), written)).toBe(0);
    }
  });
});

function urlSafe(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
