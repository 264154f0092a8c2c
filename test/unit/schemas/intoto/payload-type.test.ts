// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasTypeConfusion } from '../../../../schemas/intoto/payload-type.ts';
import type { SchemaProblem } from '../../../../schemas/intoto/problem.ts';

const IN_TOTO = 'application/vnd.in-toto+json';
const OTHER = 'application/json';

function problemsOf(payloadType: string, payload: string | Uint8Array): readonly string[] {
  const problems: SchemaProblem[] = [];
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const envelope = {
    envelopeType: 'dsse',
    payloadType,
    payload: bytes,
    signedBytes: bytes,
    signatures: [],
  } as const;
  const isConfused = hasTypeConfusion(envelope, '/payloadType', problems);
  expect(isConfused).toBe(problems.length > 0);
  return problems.map(({ code }) => code);
}

const CONFUSED = ['payload-type-confusion'];
const STATEMENT = '{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}';

describe('payload type and payload', () => {
  test.each([
    [STATEMENT],
    [' \n{\t"_type" : "link"}'],
    ['{"subject":[],"_type":"https://in-toto.io/Statement/v1"}'],
    [`{"padding":"${' '.repeat(500)}","_type":"x"}`],
    ['{"\\u005ftype":"link"}'],
    ['{"_type":""}'],
  ])('agree: %s', (payload) => {
    expect(problemsOf(IN_TOTO, payload)).toEqual([]);
  });

  test.each([
    ['{}'],
    ['{"_type":1}'],
    ['{"_type":null,"subject":[]}'],
    ['{"_types":"x"}'],
    ['{"type":"link"}'],
    ['{"a":{"_type":"link"}}'],
    ['{"a":"{\\"_type\\":\\"link\\"}"}'],
  ])('contradict each other where in-toto is announced and %s is signed', (payload) => {
    expect(problemsOf(IN_TOTO, payload)).toEqual(CONFUSED);
  });

  test.each([
    [STATEMENT],
    ['{"_type":"link"}'],
    ['{"_type":"layout"}'],
    ['{"subject":[],"predicateType":"x"}'],
    ['{"\\u005ftype":"link"}'],
    ['{"subject":[],"predicate\\u0054ype":"x"}'],
    [`{"padding":"${' '.repeat(500)}","\\u005Ftype":"layout"}`],
    ['\ufeff{"_type":"link"}'],
  ])('contradict each other where another type is announced and %s is signed', (payload) => {
    expect(problemsOf(OTHER, payload)).toEqual(CONFUSED);
  });

  test.each(['utf-16le', 'utf-16be'])('a statement in %s is found all the same', (encoding) => {
    const bytes = Buffer.from(`\ufeff${STATEMENT}`, 'utf16le');
    expect(problemsOf(OTHER, encoding === 'utf-16le' ? bytes : bytes.swap16())).toEqual(CONFUSED);
  });

  test.each([['{}'], ['{"type":"link"}'], ['{"a":"_type"}'], ['{"a":{"_type":"link"}}']])(
    'agree where another type is announced and %s is signed',
    (payload) => {
      expect(problemsOf(OTHER, payload)).toEqual([]);
    },
  );

  test.each([
    ['{"_type":"link"'],
    ['{"_type":"link","_type":"link"}'],
    ['["_type"]'],
    ['"_type"'],
    [''],
    ['{"_type":"link"}{}'],
  ])('%s is no confusion: it fails by itself, or is no document', (payload) => {
    expect(problemsOf(IN_TOTO, payload)).toEqual([]);
    expect(problemsOf(OTHER, payload)).toEqual([]);
  });

  test('wherever the type stands the answer is the same', () => {
    const members = fc.array(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue()), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(members, members, fc.oneof(fc.string(), fc.integer()), (before, after, type) => {
        const names = new Set<string>();
        const written = [...before, ['_type', type] as const, ...after].filter(
          ([name]) => !names.has(name) && names.add(name),
        );
        const text = `{${written.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join()}}`;
        expect(problemsOf(IN_TOTO, text)).toEqual(typeof type === 'string' ? [] : CONFUSED);
      }),
    );
  });
});
