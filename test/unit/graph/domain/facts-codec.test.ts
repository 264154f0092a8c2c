// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { wholeOf } from '../../../../core/byte-pieces.ts';
import { packFacts, unpackFacts } from '../../../../graph/domain/facts-codec.ts';
import type { Claim, Facts } from '../../../../graph/domain/facts.ts';
import { KINDS } from '../../../../graph/domain/kinds.ts';
import { factsArbitrary } from '../../../contract/store-documents.ts';

const text = fc.string({ maxLength: 8 });
const claimArbitrary: fc.Arbitrary<Claim> = fc.oneof(
  fc.record({
    type: fc.constant('completeness' as const),
    about: fc.nat(9),
    covers: fc.constantFrom('inputs', 'parts', 'primary-source'),
    pointer: text,
  }),
  fc.record({
    type: fc.constant('evaluation' as const),
    about: fc.nat(9),
    model: fc.nat(9),
    dataset: fc.nat(9),
    metric: text,
    value: fc.constantFrom('0.9900', '1e-3', '5'),
    pointer: text,
  }),
  fc.record({
    type: fc.constant('revocation' as const),
    target: text,
    reason: text,
    fixed: fc.array(text, { maxLength: 2 }),
    pointer: text,
  }),
);

/** Facts with everything that may be in them, kinds in any order. */
const fullArbitrary: fc.Arbitrary<Facts> = fc
  .record({
    facts: factsArbitrary,
    version: fc.option(text),
    claims: fc.array(claimArbitrary, { maxLength: 4 }),
    dependsOn: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 4 }),
    problems: fc.array(fc.record({ code: text, pointer: text, message: text }), { maxLength: 3 }),
    attributes: fc.option(fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true })),
  })
  .map(({ facts, version, claims, dependsOn, problems, attributes }) => ({
    ...facts,
    version,
    claims,
    dependsOn,
    problems,
    nodes: facts.nodes.map((node) => (attributes === null ? node : { ...node, attributes })),
  }));

/** Kinds in the order in which they are shown: a set has no other. */
function inOrder(facts: Facts): Facts {
  return {
    ...facts,
    nodes: facts.nodes.map((node) => ({
      ...node,
      kinds: KINDS.filter((kind) => node.kinds.includes(kind)),
    })),
  };
}

function packedBytes(facts: Facts): Uint8Array {
  return wholeOf(packFacts(facts).bytes);
}

describe('packed facts', () => {
  test('say what the facts say', () => {
    fc.assert(
      fc.property(fullArbitrary, (facts) => {
        expect(unpackFacts(packedBytes(facts))).toEqual(inOrder(facts));
      }),
      { numRuns: 300 },
    );
  });

  test('are kept under the digest of their bytes, and pack to themselves', () => {
    fc.assert(
      fc.property(fullArbitrary, (facts) => {
        const { digest } = packFacts(facts);
        const bytes = packedBytes(facts);
        expect(sha256(bytes)).toBe(digest);
        expect(packFacts(unpackFacts(bytes)).digest).toBe(digest);
      }),
    );
  });

  test('of equal facts are equal bytes, of different facts different ones', () => {
    fc.assert(
      fc.property(fullArbitrary, fullArbitrary, (a, b) => {
        expect(packFacts(structuredClone(a)).digest).toBe(packFacts(a).digest);
        if (packFacts(a).digest === packFacts(b).digest) expect(inOrder(a)).toEqual(inOrder(b));
      }),
    );
  });

  test('hold numbers as they were written', () => {
    const claims: Claim[] = [
      {
        type: 'evaluation',
        about: 0,
        model: 0,
        dataset: 0,
        metric: 'm',
        value: '0.9900',
        pointer: '',
      },
    ];
    const facts: Facts = {
      format: 'test',
      version: null,
      statementKind: 'evaluation',
      nodes: [{ ref: 'evaluation:x', kinds: ['Evaluation'], names: [] }],
      edges: [],
      subjects: [],
      claims,
      dependsOn: [],
      problems: [],
    };
    expect(unpackFacts(packedBytes(facts)).claims).toEqual(claims);
  });

  test.each([
    ['', 'no JSON'],
    ['{"packed":1', 'cut short'],
    ['null', 'nothing'],
    ['{}', 'no version'],
    ['{"packed":2}', 'a version that nobody knows'],
    ['{"packed":"1"}', 'a version that is text'],
    ['[1]', 'a list'],
  ])('%j is refused: %s', (content) => {
    expect(() => unpackFacts(new TextEncoder().encode(content))).toThrow(
      expect.objectContaining({ code: 'ERR_STORE_CORRUPT' }) as Error,
    );
  });

  test.each([
    ['relation', '[0,99,0,0,[]]'],
    ['strength', '[0,0,0,9,[]]'],
    ['negative relation', '[0,-1,0,0,[]]'],
  ])('an unknown %s is refused, not guessed', (_, edge) => {
    const bytes = new TextEncoder().encode(
      `{"packed":1,"format":"t","version":null,"statementKind":"t","nodes":[["x",0,[]]],"edges":[${edge}],` +
        '"subjects":[],"claims":[],"dependsOn":[],"problems":[]}',
    );
    expect(() => unpackFacts(bytes)).toThrow(
      expect.objectContaining({ code: 'ERR_STORE_CORRUPT' }) as Error,
    );
  });

  test('a name that is written with an escape is the same, whatever was read before', () => {
    // V8 takes it for the backslash that it has seen after this first name (nodejs/node#63785)
    JSON.parse('{"first-of-facts":[],"\\\\":0}');
    const attributes = { 'first-of-facts': 'x', '"': 'y' };
    const facts: Facts = {
      format: 't',
      version: null,
      statementKind: 't',
      nodes: [{ ref: 'name:a/b', kinds: ['Name'], names: [], attributes }],
      edges: [],
      subjects: [],
      claims: [],
      dependsOn: [],
      problems: [],
    };
    expect(unpackFacts(packedBytes(facts))).toEqual(facts);
  });

  test('one bit flipped has another digest', () => {
    fc.assert(
      fc.property(fullArbitrary, fc.nat(), (facts, at) => {
        const { digest } = packFacts(facts);
        const flipped = packedBytes(facts).slice();
        const place = at % flipped.length;
        flipped[place] = (flipped[place] ?? 0) ^ 1;
        expect(sha256(flipped)).not.toBe(digest);
      }),
    );
  });

  test('facts of thousands of rows are the same text as few', () => {
    const size = 2500;
    const ids = Array.from({ length: size }, (_, at) => at);
    const facts: Facts = {
      format: 't',
      version: null,
      statementKind: 't',
      nodes: ids.map((at) => ({ ref: `name:a/${at}`, kinds: ['Name'], names: [] })),
      edges: [],
      subjects: [],
      claims: [],
      dependsOn: ids.map((at) => [at, (at + 1) % size] as const),
      problems: [],
    };
    const bytes = packedBytes(facts);
    const text = new TextDecoder().decode(bytes);
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
    expect(unpackFacts(bytes)).toEqual(facts);
  });
});
