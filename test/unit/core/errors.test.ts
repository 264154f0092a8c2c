// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assertNever,
  ERROR_CODES,
  excerpt,
  isPedigreeError,
  PedigreeError,
} from '../../../core/errors.ts';
import { failed, passed, undetermined } from '../../../core/verdict.ts';
import { identityOfKey, isIdentity } from '../../../core/identity.ts';
import { testKey } from '../../support/test-keys.ts';

describe('errors', () => {
  test('carry what they were given and nothing else', () => {
    const cause = new Error('inner');
    const error = new PedigreeError('ERR_PARSE_JSON', 'no', {
      at: '/a',
      file: 'f.json',
      line: 3,
      hint: 'write it',
      retryable: true,
      cause,
    });
    expect(error).toMatchObject({
      name: 'PedigreeError',
      code: 'ERR_PARSE_JSON',
      message: 'no',
      at: '/a',
      file: 'f.json',
      line: 3,
      hint: 'write it',
      retryable: true,
      cause,
    });
    const bare = new PedigreeError('ERR_USAGE', 'no');
    expect([bare.at, bare.file, bare.line, bare.hint, bare.retryable]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
    ]);
    expect('cause' in bare).toBe(false);
  });

  test('are told by shape, not by class', () => {
    const copy = Object.assign(new Error('x'), { name: 'PedigreeError', code: 'ERR_USAGE' });
    expect(isPedigreeError(copy)).toBe(true);
    for (const other of [
      new Error('x'),
      Object.assign(new Error('x'), { name: 'PedigreeError', code: 'ERR_UNKNOWN' }),
      Object.assign(new Error('x'), { name: 'Other', code: 'ERR_USAGE' }),
      { name: 'PedigreeError', code: 'ERR_USAGE' },
      null,
      undefined,
      'ERR_USAGE',
    ]) {
      expect(isPedigreeError(other)).toBe(false);
    }
  });

  test('codes are distinct and spelt alike', () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
    for (const code of ERROR_CODES) expect(code).toMatch(/^ERR_[A-Z]+(_[A-Z0-9]+)*$/);
  });

  test('an unhandled case is our own fault', () => {
    expect(() => assertNever('x' as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL' }) as Error,
    );
  });
});

describe('excerpts of untrusted text', () => {
  test('are bounded and have no control characters, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        (text, max) => {
          const short = excerpt(text, max);
          expect(short.length).toBeLessThanOrEqual(max);
          expect(short).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
        },
      ),
    );
  });

  test('plain text that fits is itself; longer text ends in an ellipsis', () => {
    expect(excerpt('x'.repeat(80))).toBe('x'.repeat(80));
    expect(excerpt('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
    expect(excerpt('a\nb\u001b')).toBe('a\\u000ab\\u001b');
    expect(excerpt('')).toBe('');
  });
});

describe('verdicts', () => {
  const finding = { code: 'a-fault', message: 'what' };

  test('only passed has a value; the others have at least one finding', () => {
    expect(passed(1)).toEqual({ status: 'passed', value: 1, warnings: [] });
    expect(passed(1, [finding])).toEqual({ status: 'passed', value: 1, warnings: [finding] });
    expect(failed(finding)).toEqual({ status: 'failed', findings: [finding] });
    expect(undetermined(finding, finding)).toEqual({
      status: 'undetermined',
      findings: [finding, finding],
    });
    expect('value' in failed(finding)).toBe(false);
  });
});

describe('identities', () => {
  test('of a key: SHA-256 of its SubjectPublicKeyInfo, the same each time', () => {
    const key = testKey('somebody');
    expect(identityOfKey(key.publicKey)).toBe(key.identity);
    expect(isIdentity(key.identity)).toBe(true);
    expect(testKey('somebody else').identity).not.toBe(key.identity);
  });

  test.each([
    '',
    'key:sha256:',
    `key:sha256:${'a'.repeat(63)}`,
    `key:sha256:${'a'.repeat(65)}`,
    `key:sha256:${'A'.repeat(64)}`,
    `key:sha256:${'g'.repeat(64)}`,
    `key:sha512:${'a'.repeat(64)}`,
    ` key:sha256:${'a'.repeat(64)}`,
    `key:sha256:${'a'.repeat(64)}\n`,
    'cert:',
    'cert:me@example.org',
    'cert:|issuer',
    'cert:me|',
    'cert:me|issuer|more',
    'me@example.org',
  ])('%j is none', (text) => {
    expect(isIdentity(text)).toBe(false);
  });

  test.each([`key:sha256:${'0a'.repeat(32)}`, 'cert:me@example.org|https://issuer.example.org'])(
    '%j is one',
    (text) => {
      expect(isIdentity(text)).toBe(true);
    },
  );
});
