// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preAuthenticationEncoding } from '../../../../schemas/dsse/pae.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const pae = (type: string, body: string): string =>
  new TextDecoder().decode(preAuthenticationEncoding(type, bytes(body)));

describe('pre-authentication encoding', () => {
  test('the test vector of the DSSE specification', () => {
    expect(pae('http://example.com/HelloWorld', 'hello world')).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  test('lengths count bytes, not characters', () => {
    expect(pae('é', 'ü€')).toBe('DSSEv1 2 é 5 ü€');
    expect(pae('', '')).toBe('DSSEv1 0  0 ');
  });

  test('different pairs never give the same bytes', () => {
    const part = fc.string({ unit: fc.constantFrom('a', ' ', '1', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(part, part, part, part, (typeA, bodyA, typeB, bodyB) => {
        const isSame = typeA === typeB && bodyA === bodyB;
        expect(pae(typeA, bodyA) === pae(typeB, bodyB)).toBe(isSame);
      }),
      { numRuns: 2000 },
    );
  });
});
