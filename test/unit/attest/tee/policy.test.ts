// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  hexReader,
  hexTextReader,
  integerReader,
  parseAppraisalPolicy,
  policyError,
  readBoolean,
  readObject,
  sha256Reader,
  textReader,
  wordReader,
} from '../../../../attest/tee/policy.ts';
import type { PolicyReader } from '../../../../attest/tee/policy.ts';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';
import { isPedigreeError } from '../../../../core/errors.ts';

/** What is read, or the code and place of the refusal. */
function read(reader: PolicyReader<unknown>, value: JsonValue): unknown {
  try {
    return reader(value, '/key');
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return `${error.code} ${error.at}`;
  }
}

const REFUSED = 'ERR_POLICY_INVALID /key';
const OTHER_TYPES: readonly JsonValue[] = [null, true, 7, 1234, [], ['aa'], {}, { length: 4 }];

describe('readers', () => {
  test.each<[string, PolicyReader<unknown>, readonly [JsonValue, unknown][], readonly JsonValue[]]>(
    [
      [
        'whole numbers of a closed range',
        integerReader(2, 4),
        [
          [2, 2],
          [4, 4],
        ],
        [1, 5, 2.5, '3', null, true, [3], {}],
      ],
      [
        'hex of given sizes',
        hexReader(1, 3),
        [
          ['aB', 'ab'],
          ['0123EF', '0123ef'],
        ],
        [...OTHER_TYPES, '', 'a', 'aaa', 'aaaa', 'aaaaa', 'ag', 'ga', ' aa', 'aa ', 'aa\n', '0xaa'],
      ],
      [
        'hex of a range of sizes',
        hexTextReader(2, 3),
        [
          ['aabB', 'aabb'],
          ['AABBCC', 'aabbcc'],
        ],
        [
          ...OTHER_TYPES,
          '',
          'aa',
          'aab',
          'aabbc',
          'aabbccd',
          'aabbccdd',
          'gaabb',
          'aabbg',
          'aabb\n',
        ],
      ],
      [
        'SHA-256 digests',
        sha256Reader,
        [[`sha256:${'0a'.repeat(32)}`, `sha256:${'0a'.repeat(32)}`]],
        [
          ...OTHER_TYPES,
          [`sha256:${'0a'.repeat(32)}`],
          '0a'.repeat(32),
          `sha256:${'0A'.repeat(32)}`,
          `sha256:${'0a'.repeat(31)}0`,
          `sha256:${'0a'.repeat(32)}0`,
          `xsha256:${'0a'.repeat(32)}`,
          `sha256:${'0a'.repeat(32)}\n`,
          'sha256:0',
          `sha256:${'g'.repeat(64)}`,
        ],
      ],
      [
        'text',
        textReader(3),
        [
          ['a', 'a'],
          ['abc', 'abc'],
        ],
        [...OTHER_TYPES, '', 'abcd'],
      ],
      [
        'words',
        wordReader('one', 'two'),
        [
          ['one', 'one'],
          ['two', 'two'],
        ],
        [...OTHER_TYPES, '', 'One', 'three', 'one two'],
      ],
      [
        'flags',
        readBoolean,
        [
          [true, true],
          [false, false],
        ],
        [null, 0, 1, '', 'true', [], {}],
      ],
      ['objects', readObject, [[{ a: 1 }, { a: 1 }]], [null, 0, '', 'x', true, [], [{}]]],
    ],
  )('%s', (_what, reader, good, bad) => {
    for (const [value, expected] of good) expect(read(reader, value)).toEqual(expected);
    for (const value of bad) {
      expect(`${JSON.stringify(value)} ${String(read(reader, value))}`).toBe(
        `${JSON.stringify(value)} ${REFUSED}`,
      );
    }
  });
});

describe('a policy', () => {
  const readers = { flag: readBoolean, word: wordReader('a') };

  test('has the members of its readers, each absent where it is left out', () => {
    expect(parseAppraisalPolicy({}, readers)).toEqual({});
    expect(parseAppraisalPolicy({ flag: false }, readers)).toEqual({ flag: false });
    expect(parseAppraisalPolicy({ flag: true, word: 'a' }, readers)).toEqual({
      flag: true,
      word: 'a',
    });
  });

  test('is refused with the place of the fault', () => {
    const faultOf = (policy: Record<string, JsonValue>, base?: string): unknown => {
      try {
        return parseAppraisalPolicy(policy, readers, base);
      } catch (error) {
        return isPedigreeError(error) ? [error.code, error.at, error.hint] : error;
      }
    };
    const known = 'known keys: flag, word';
    expect(faultOf({ flag: 1 })).toEqual(['ERR_POLICY_INVALID', '/flag', undefined]);
    expect(faultOf({ other: 1 })).toEqual(['ERR_POLICY_INVALID', '/other', known]);
    expect(faultOf({ other: 1 }, '/snp')).toEqual(['ERR_POLICY_INVALID', '/snp/other', known]);
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '']) {
      expect(faultOf({ [name]: true })).toEqual(['ERR_POLICY_INVALID', `/${name}`, known]);
    }
    expect(faultOf(JSON.parse('{"__proto__":true}') as Record<string, JsonValue>)).toEqual([
      'ERR_POLICY_INVALID',
      '/__proto__',
      known,
    ]);
  });

  test('says in words where the fault is', () => {
    expect(policyError('must be so', '').message).toBe('the policy: must be so');
    const nested = policyError('must be so', '/a/b', 'try this');
    expect(nested).toMatchObject({ at: '/a/b', hint: 'try this' });
    expect(nested.message).toBe('policy /a/b: must be so');
    expect(policyError('must be so', '/a').hint).toBeUndefined();
  });
});
