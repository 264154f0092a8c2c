// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  findTimeFault,
  isJwsSignedBy,
  parseJws,
  readJwtClaims,
  readJwtTimes,
  readTexts,
  requireTextClaim,
} from '../../../../attest/tee/jws.ts';
import type { JwsAlgorithm } from '../../../../attest/tee/jws.ts';
import type { JsonObject } from '../../../../core/canonical-json-jcs.ts';
import { parseInstant } from '../../../../core/instant.ts';
import { encode, signToken } from './support/fake-jwt.ts';
import { ecKey, rsaKey } from './support/fake-pki.ts';

const parseError = expect.objectContaining({ code: 'ERR_PARSE_EVIDENCE' }) as Error;
const ALL: ReadonlySet<JwsAlgorithm> = new Set(['ES256', 'ES384', 'RS256', 'EdDSA']);
const key = ecKey('P-256');

describe('a token', () => {
  test('has at most 128 KiB', () => {
    const head = encode('{"alg":"ES256"}');
    const sized = (size: number): Uint8Array => {
      const body = 'A'.repeat(size - head.length - 2);
      return Buffer.from(`${head}.${body}.`);
    };
    expect(parseJws(sized(128 * 1024)).payload.length).toBeGreaterThan(90_000);
    expect(() => parseJws(sized(128 * 1024 + 4))).toThrow(parseError);
    expect(() => parseJws(Buffer.from(`${' '.repeat(128 * 1024)}${head}.e30.`))).toThrow(
      parseError,
    );
  });

  test.each(['crit', 'b64', 'zip', 'enc'])(
    'that must be read by the rules of %s is not',
    (name) => {
      for (const value of [true, false, null, 'DEF', ['x']]) {
        const head = encode(JSON.stringify({ alg: 'ES256', [name]: value }));
        expect(() => parseJws(Buffer.from(`${head}.e30.AAAA`))).toThrow(parseError);
      }
    },
  );

  test('has claims that are an object', () => {
    const claimsOf = (text: string): JsonObject =>
      readJwtClaims(parseJws(signToken({ alg: 'ES256' }, text, key.privateKey)));
    expect(claimsOf('{"a":1}')).toEqual({ a: 1 });
    for (const text of ['[]', '[{}]', 'null', '7', '"text"', 'true']) {
      expect(() => claimsOf(text)).toThrow(parseError);
    }
    const headers = ['[]', 'null', '7', '"alg"'].map(encode);
    for (const head of headers) {
      expect(() => parseJws(Buffer.from(`${head}.e30.AAAA`))).toThrow(parseError);
    }
  });
});

describe('a signature', () => {
  const rsa = rsaKey();
  const jws = parseJws(signToken({ alg: 'ES256' }, {}, key.privateKey));

  test('counts only under an algorithm of the list', () => {
    expect(isJwsSignedBy(jws, key.publicKey, ALL)).toBe(true);
    expect(isJwsSignedBy(jws, key.publicKey, new Set(['ES256']))).toBe(true);
    expect(isJwsSignedBy(jws, key.publicKey, new Set(['ES384', 'RS256']))).toBe(false);
    expect(isJwsSignedBy(jws, key.publicKey, new Set())).toBe(false);
    const ofRsa = parseJws(signToken({ alg: 'RS256' }, {}, rsa.privateKey));
    expect(isJwsSignedBy(ofRsa, rsa.publicKey, ALL)).toBe(true);
    expect(isJwsSignedBy(ofRsa, key.publicKey, ALL)).toBe(false);
    expect(isJwsSignedBy(jws, rsa.publicKey, ALL)).toBe(false);
  });

  test('EdDSA is Ed25519 (RFC 8037 section 3.1 leaves the curve to the key)', () => {
    const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed448')];
    const verdicts = keys.map(({ publicKey, privateKey }) =>
      isJwsSignedBy(parseJws(signToken({ alg: 'EdDSA' }, {}, privateKey)), publicKey, ALL),
    );
    expect(verdicts).toEqual([true, false]);
    const [ed25519 = generateKeyPairSync('ed25519')] = keys;
    expect(isJwsSignedBy(jws, ed25519.publicKey, ALL)).toBe(false);
  });
});

describe('times', () => {
  const at = parseInstant('2025-01-01T00:00:00Z');
  const now = Date.parse(at) / 1000;

  test('the very moment is in force at the beginning and not at the end', () => {
    const faultOf = (claims: JsonObject): unknown => {
      const verdict = findTimeFault(readJwtTimes(claims), at);
      return verdict?.status === 'failed' ? verdict.findings[0].code : verdict;
    };
    expect(faultOf({ iat: now })).toBeUndefined();
    expect(faultOf({ iat: now + 1 })).toBe('token-not-yet-issued');
    expect(faultOf({ iat: now, nbf: now })).toBeUndefined();
    expect(faultOf({ iat: now, nbf: now + 1 })).toBe('token-not-yet-valid');
    expect(faultOf({ iat: now - 9, exp: now + 1 })).toBeUndefined();
    expect(faultOf({ iat: now - 9, exp: now })).toBe('token-expired');
    // a fraction of a second is a time in a token that is no EAT (RFC 7519 section 2)
    expect(faultOf({ iat: now - 0.5 })).toBeUndefined();
    expect(faultOf({ iat: now + 0.5 })).toBe('token-not-yet-issued');
  });

  test('from 1970 to 9999', () => {
    expect(readJwtTimes({ iat: 0 })).toEqual({
      issuedAt: '1970-01-01T00:00:00.000Z',
      notBefore: null,
      expiresAt: null,
    });
    expect(readJwtTimes({ iat: 253_402_300_799 }).issuedAt).toBe('9999-12-31T23:59:59.000Z');
    for (const iat of [-1, 253_402_300_800, '0', null, true, [0]]) {
      expect(() => readJwtTimes({ iat })).toThrow(parseError);
    }
    expect(() => readJwtTimes({})).toThrow(parseError);
  });
});

describe('claims of text', () => {
  test('one text, up to 64, or none', () => {
    expect(readTexts({}, 'aud')).toEqual([]);
    expect(readTexts({ aud: 'a' }, 'aud')).toEqual(['a']);
    expect(readTexts({ aud: [] }, 'aud')).toEqual([]);
    const many = (count: number): JsonObject => ({ aud: Array<string>(count).fill('a') });
    expect(readTexts(many(64), 'aud')).toHaveLength(64);
    expect(() => readTexts(many(65), 'aud')).toThrow(parseError);
    for (const aud of ['', [''], ['a', ''], 7, [7], null, [null], {}]) {
      expect(() => readTexts({ aud }, 'aud')).toThrow(parseError);
    }
  });

  test('a text that must be there', () => {
    expect(requireTextClaim({ iss: 'i' }, 'iss')).toBe('i');
    for (const iss of ['', 7, null, ['i']]) {
      expect(() => requireTextClaim({ iss }, 'iss')).toThrow(parseError);
    }
    expect(() => requireTextClaim({}, 'iss')).toThrow(parseError);
    expect(() => requireTextClaim({}, 'toString')).toThrow(parseError);
  });
});
