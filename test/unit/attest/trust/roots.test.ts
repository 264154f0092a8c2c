// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePublicKeys } from '../../../../attest/trust/keys.ts';
import type { TrustedKey } from '../../../../attest/trust/keys.ts';
import {
  createTrustRoots,
  digestTrustRoots,
  formatTrustRoots,
  parseTrustRoots,
} from '../../../../attest/trust/roots.ts';
import {
  createSigningKey,
  formatPublicKey,
  formatSigningKey,
  parseSigningKey,
} from '../../../../attest/trust/signing-key.ts';

function newKey(): TrustedKey {
  const [key] = parsePublicKeys(formatPublicKey(createSigningKey()));
  if (key === undefined) throw new Error('no key');
  return key;
}

const keys = [newKey(), newKey(), newKey(), newKey()];

describe('trust roots', () => {
  test('the text does not depend on order or repetition', () => {
    const expected = formatTrustRoots(createTrustRoots(keys));
    const order = fc.shuffledSubarray([...keys, ...keys], { minLength: 8 });
    fc.assert(
      fc.property(order, (shuffled) => {
        expect(formatTrustRoots({ keys: shuffled })).toBe(expected);
        expect(formatTrustRoots(createTrustRoots(shuffled))).toBe(expected);
      }),
    );
  });

  test('parsing gives back what was formatted', () => {
    const roots = createTrustRoots(keys);
    const again = parseTrustRoots(formatTrustRoots(roots));
    expect(again.keys.map(({ identity }) => identity)).toEqual(
      roots.keys.map(({ identity }) => identity),
    );
    expect(formatTrustRoots(again)).toBe(formatTrustRoots(roots));
    expect(digestTrustRoots(again)).toBe(digestTrustRoots(roots));
  });

  test('the digest tells roots apart', () => {
    const digests = new Set(
      [0, 1, 2, 3, 4].map((count) => digestTrustRoots({ keys: keys.slice(0, count) })),
    );
    expect(digests.size).toBe(5);
  });

  const text = formatTrustRoots({ keys: keys.slice(0, 2) });
  const [first, second] = createTrustRoots(keys.slice(0, 2)).keys;
  const spki = first?.key.export({ format: 'der', type: 'spki' }).toString('base64') ?? '';
  test.each([
    ['another format', text.replace('trust-roots/v1', 'trust-roots/v2')],
    ['another identity', text.replace(first?.identity ?? '', second?.identity ?? '')],
    ['another algorithm', text.replace('"ed25519"', '"rsa"')],
    ['a broken key', text.replace(spki, spki.slice(4))],
    ['base64 with other characters', text.replace(spki, `${spki}!`)],
    ['an unknown member', text.replace('{"format"', '{"extra":1,"format"')],
    ['an unknown member of a key', text.replace('{"algorithm"', '{"extra":1,"algorithm"')],
    ['no keys', '{"format":"pedigree/trust-roots/v1"}'],
    ['keys that are no list', '{"format":"pedigree/trust-roots/v1","keys":{}}'],
    ['a key that is no object', '{"format":"pedigree/trust-roots/v1","keys":[null]}'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('%s is refused', (_name, changed) => {
    expect(changed).not.toBe(text);
    expect(() => parseTrustRoots(changed)).toThrowError(
      expect.objectContaining({ code: 'ERR_TRUST_INVALID' }),
    );
  });

  test('a key listed twice is refused', () => {
    const entry = text.slice(text.indexOf('{"algorithm"'), text.indexOf('},{') + 1);
    const twice = `{"format":"pedigree/trust-roots/v1","keys":[${entry},${entry}]}`;
    expect(() => parseTrustRoots(twice)).toThrowError(
      expect.objectContaining({ code: 'ERR_TRUST_INVALID' }),
    );
  });

  test.each([
    ['not JSON', '{', 'ERR_PARSE_JSON'],
    ['a member twice', '{"format":1,"format":2}', 'ERR_PARSE_DUPLICATE_KEY'],
    ['too deep', '[[[[[[[[]]]]]]]]', 'ERR_PARSE_DEPTH'],
  ])('%s has its own code', (_name, broken, code) => {
    expect(() => parseTrustRoots(broken)).toThrowError(expect.objectContaining({ code }));
  });
});

describe('signing keys', () => {
  test('PEM out and in keeps the identity', () => {
    const key = createSigningKey();
    const again = parseSigningKey(formatSigningKey(key));
    expect(again.identity).toBe(key.identity);
    expect(again.algorithm).toBe('ed25519');
    expect(parsePublicKeys(formatPublicKey(again))[0]?.identity).toBe(key.identity);
  });

  test('every key is another one', () => {
    expect(createSigningKey().identity).not.toBe(createSigningKey().identity);
  });

  const pem = formatSigningKey(createSigningKey());
  test.each([
    ['a public key', formatPublicKey(createSigningKey())],
    ['a broken key', pem.replace('MC4C', 'MC4D')],
    ['another label', pem.replaceAll('PRIVATE KEY', 'EC PRIVATE KEY')],
    ['an encrypted key', pem.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY')],
    ['nothing', ''],
    ['a truncated key', pem.slice(0, 60)],
  ])('%s is refused without being quoted', (_name, text) => {
    let error: unknown;
    try {
      parseSigningKey(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'ERR_PARSE_KEY' });
    expect((error as Error).cause).toBeUndefined();
  });
});
