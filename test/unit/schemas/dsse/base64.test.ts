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
    ['a character whose low byte is of the alphabet', '\u0141m9v'],
    ['such a character in place of padding', 'Zm8\u013d'],
    ['half a surrogate pair', 'Zm9\ud876'],
    ['leftover bits before one padding', 'Zm9='],
    ['padding of one where two are due', 'Zg='],
    ['three paddings', 'Z==='],
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

  test('reads exactly what comes back as it was written, after any few changes too', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 8 }), fc.uint8Array({ maxLength: 9000 }));
    const changed = fc
      .tuple(bytes, fc.constantFrom('base64', 'base64url'), fc.array(change, { maxLength: 3 }))
      .map(([written, form, changes]) =>
        changes.reduce(applied, Buffer.from(written).toString(form as BufferEncoding)),
      );
    fc.assert(
      fc.property(changed, (text) => {
        const found = findBase64(text);
        const expected = reencoded(text);
        expect(found === undefined).toBe(expected === undefined);
        expect(Buffer.compare(found ?? NOTHING, expected ?? NOTHING)).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  test('one character that is none, wherever it stands in a long text', () => {
    const text = Buffer.alloc(300, 0xa5).toString('base64');
    for (let at = 0; at < text.length; at++) {
      for (const other of ['\n', '!', '=', '\u0141']) {
        expect(findBase64(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
        expect(findBase64(text.slice(0, at) + other + text.slice(at))).toBeUndefined();
      }
    }
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

const NOTHING = Buffer.alloc(0);

interface Change {
  readonly at: number;
  readonly taken: number;
  readonly put: string;
}

/** One place of a text, told by its share of the length so that ends are met often. */
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  taken: fc.constantFrom(0, 1, 2),
  put: fc.constantFrom(
    '',
    'A',
    'B',
    '+',
    '/',
    '-',
    '_',
    '=',
    '==',
    ' ',
    '\n',
    'é',
    '\u0141',
    '\u2028',
  ),
});

function applied(text: string, { at, taken, put }: Change): string {
  const place = Math.round(at * text.length);
  return text.slice(0, place) + put + text.slice(place + taken);
}

/** What strict means, said slowly: decoded and written again, it must be the same text. */
function reencoded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const bare = bytes.toString('base64url');
  const padded = bare + '='.repeat((4 - (bare.length % 4)) % 4);
  return [bytes.toString('base64'), bare, padded].includes(text) ? bytes : undefined;
}

function urlSafe(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
