// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EMPTY_SHA256,
  findDigest,
  foldAlgorithm,
  hexOf,
  isDigest,
  isStrongAlgorithm,
  parseDigest,
  sha256,
} from '../../../core/digest.ts';

const LENGTHS = { sha256: 64, sha384: 96, sha512: 128, blake3: 64 } as const;
type Algorithm = keyof typeof LENGTHS;
const ALGORITHMS = Object.keys(LENGTHS) as Algorithm[];

const hexArbitrary = (length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'.split('')), {
      minLength: length,
      maxLength: length,
    })
    .map((digits) => digits.join(''))
    .filter((hex) => new Set(hex).size > 1);
const digestArbitrary = fc
  .constantFrom(...ALGORITHMS)
  .chain((algorithm) => fc.tuple(fc.constant(algorithm), hexArbitrary(LENGTHS[algorithm])));

const code = (text: string): string => {
  try {
    parseDigest(text);
    return 'parsed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('digests', () => {
  test('what is written canonically reads as itself', () => {
    fc.assert(
      fc.property(digestArbitrary, ([algorithm, hex]) => {
        const text = `${algorithm}:${hex}`;
        expect(parseDigest(text)).toBe(text);
        expect(isDigest(text)).toBe(true);
        expect(findDigest(algorithm, hex)).toBe(text);
        expect(hexOf(parseDigest(text))).toBe(hex);
      }),
    );
  });

  test('anything before, after or left out is no digest', () => {
    const noise = fc.string({ minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(digestArbitrary, noise, fc.nat(130), ([algorithm, hex], extra, cut) => {
        for (const text of [
          `${algorithm}:${hex}${extra}`,
          `${algorithm}:${extra}${hex}`,
          `${algorithm}:${hex}\n`,
          ` ${algorithm}:${hex}`,
          `${algorithm}:${hex.slice(0, Math.min(cut, hex.length - 1))}`,
          `${algorithm}${hex}`,
          `${extra}${algorithm}:${hex}`,
        ]) {
          expect([text, isDigest(text)]).toEqual([text, false]);
          if (text !== ` ${algorithm}:${hex}`) expect(code(text)).toBe('ERR_PARSE_DIGEST');
        }
      }),
    );
  });

  test('a digit that is none is no digest, wherever it stands', () => {
    fc.assert(
      fc.property(
        digestArbitrary,
        fc.nat(127),
        fc.constantFrom('g', 'G', ' ', '-', '\u0660', '\n'),
        ([algorithm, hex], at, odd) => {
          const place = at % hex.length;
          const text = `${algorithm}:${hex.slice(0, place)}${odd}${hex.slice(place + 1)}`;
          expect(isDigest(text)).toBe(false);
          expect(code(text)).toBe('ERR_PARSE_DIGEST');
        },
      ),
    );
  });

  test('upper case is read and folded, and is not canonical', () => {
    const hex = createHash('sha256').update('x').digest('hex');
    expect(parseDigest(`SHA256:${hex.toUpperCase()}`)).toBe(`sha256:${hex}`);
    expect(isDigest(`sha256:${hex.toUpperCase()}`)).toBe(false);
    expect(isDigest(`SHA256:${hex}`)).toBe(false);
  });

  test.each(['sha-256', 'SHA2_256', 'sha2-256', 'Sha256'])('%s is sha256', (spelling) => {
    expect(foldAlgorithm(spelling)).toBe('sha256');
    expect(isStrongAlgorithm(spelling)).toBe(true);
  });

  test.each([
    'md5',
    'sha1',
    'sha-1',
    'sha224',
    'sha3-256',
    'crc32',
    '',
    '__proto__',
    'constructor',
  ])('%s identifies no content', (algorithm) => {
    expect(isStrongAlgorithm(algorithm)).toBe(false);
    expect(findDigest(algorithm, 'ab'.repeat(32))).toBeUndefined();
    expect(code(`${algorithm}:${'ab'.repeat(32)}`)).toBe('ERR_PARSE_DIGEST');
  });

  test('a digit repeated is a placeholder; all but one the same is not', () => {
    for (const digit of '0123456789abcdef') {
      expect(findDigest('sha256', digit.repeat(64))).toBeUndefined();
    }
    expect(findDigest('sha256', `${'0'.repeat(63)}1`)).toBe(`sha256:${'0'.repeat(63)}1`);
    expect(findDigest('sha256', `1${'0'.repeat(63)}`)).toBe(`sha256:1${'0'.repeat(63)}`);
  });

  test('a length of another algorithm is no digest', () => {
    for (const algorithm of ALGORITHMS) {
      for (const other of ['sha256', 'sha384', 'sha512'] as const) {
        const hex = '0a'.repeat(LENGTHS[other] / 2);
        const expected = LENGTHS[other] === LENGTHS[algorithm] ? `${algorithm}:${hex}` : undefined;
        expect(findDigest(algorithm, hex)).toBe(expected);
      }
    }
  });

  test('sha256 is that of the bytes, text as UTF-8', () => {
    const hash = createHash('sha256').update(Buffer.from('é')).digest('hex');
    expect(sha256('é')).toBe(`sha256:${hash}`);
    expect(sha256(new Uint8Array([0xc3, 0xa9]))).toBe(`sha256:${hash}`);
    expect(sha256('')).toBe(EMPTY_SHA256);
    expect(EMPTY_SHA256).toBe(
      'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test('untrusted text in the message is cut and escaped', () => {
    expect(() => parseDigest(`\u001b[31m${'x'.repeat(500)}`)).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('\u001b') as string,
      }) as Error,
    );
  });
});
