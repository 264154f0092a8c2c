// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { wholeOf } from '../../../../core/byte-pieces.ts';
import { packFacts, unpackFacts } from '../../../../graph/domain/facts-codec.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';
import { KINDS } from '../../../../graph/domain/kinds.ts';
import { RELATION_NAMES, STRENGTHS } from '../../../../graph/domain/relations.ts';
import { FactsBuilder } from '../../../../ingest/extract/facts-builder.ts';

const DIGEST = sha256('a document');
const ABOUT = { format: 'test', version: null, statementKind: 'sbom' };
const NEVER = Number.POSITIVE_INFINITY;

const text = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '', '1', '10', '2', '__proto__', 'é"\\', '\n', '日本', '\ud83d'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const record = fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true });
const hex = fc.constantFrom(
  '0'.repeat(63),
  '0'.repeat(64),
  `${'ab'.repeat(31)}01`,
  '12'.repeat(20),
);

type Step = (builder: FactsBuilder) => void;

/** Nodes that are there already: the number is taken modulo their count. */
const some = fc.nat(1000);

const entityStep: fc.Arbitrary<Step> = fc
  .record({
    kinds: fc.subarray([...KINDS], { maxLength: 3 }),
    pointer: text,
    names: fc.array(text, { maxLength: 12 }),
    digests: fc.array(
      fc.record({ algorithm: fc.constantFrom('SHA-256', 'sha1', 'md5', 'sha512'), hex }),
      { maxLength: 3 },
    ),
    purls: fc.subarray(['pkg:npm/a@1', 'pkg:npm/a', 'pkg:pypi/B_c@2', 'no purl']),
    nameRefs: fc.subarray(['name:x/y', 'name:é/z']),
    local: text,
    attributes: record,
  })
  .map((input) => (builder) => {
    builder.entity(input);
  });

const edgeStep: fc.Arbitrary<Step> = fc
  .record({
    from: some,
    to: some,
    relation: fc.constantFrom(...RELATION_NAMES),
    strength: fc.constantFrom(...STRENGTHS),
    qualifiers: record,
    pointers: fc.array(text, { minLength: 1, maxLength: 12 }),
    isReversed: fc.boolean(),
  })
  .map(({ from, to, relation, strength, qualifiers, pointers, isReversed }) => (builder) => {
    const { nodeCount } = builder;
    if (nodeCount === 0) return;
    for (const pointer of pointers) {
      // the same qualifiers in another order are the same edge
      const entries = Object.entries(qualifiers);
      const ordered = Object.fromEntries(isReversed ? entries.reverse() : entries);
      const options = { strength, qualifiers: pointer === 'a' ? qualifiers : ordered };
      builder.edge(from % nodeCount, relation, to % nodeCount, pointer, options);
    }
  });

const otherStep: fc.Arbitrary<Step> = fc
  .tuple(some, some, text)
  .map(([from, to, name]) => (builder) => {
    builder.localNode(name, ['File'], [name]);
    builder.dependsOn(from % builder.nodeCount, to % builder.nodeCount);
    builder.addKind(from % builder.nodeCount, 'Dataset');
    builder.problem('a-problem', name, name);
    builder.subject(to % builder.nodeCount);
  });

const steps = fc.array(fc.oneof(entityStep, edgeStep, otherStep), { maxLength: 25 });

/** @param largeNodes from how many nodes on facts are kept by column */
function built(all: readonly Step[], largeNodes: number): Facts {
  const builder = new FactsBuilder(DIGEST, largeNodes);
  for (const step of all) step(builder);
  return builder.build(ABOUT);
}

/** A copy that is made of nothing but objects. */
function asObjects(facts: Facts): Facts {
  return {
    ...facts,
    nodes: Array.from(facts.nodes),
    edges: Array.from(facts.edges),
    dependsOn: Array.from(facts.dependsOn),
  };
}

describe('facts by column', () => {
  test('are the facts as objects, from whatever node on', () => {
    fc.assert(
      fc.property(steps, fc.nat(8), (all, largeNodes) => {
        const objects = built(all, NEVER);
        const columns = built(all, largeNodes);
        expect(asObjects(columns)).toEqual(objects);
        expect(columns).toEqual(objects);
      }),
      { numRuns: 400 },
    );
  });

  test('pack to the same bytes, and to those of their items', () => {
    fc.assert(
      fc.property(steps, fc.nat(8), (all, largeNodes) => {
        const columns = built(all, largeNodes);
        const packed = packFacts(columns);
        const { digest } = packed;
        const bytes = wholeOf(packed.bytes);
        expect(digest).toBe(packFacts(built(all, NEVER)).digest);
        expect(digest).toBe(packFacts(asObjects(columns)).digest);
        expect(bytes).toEqual(wholeOf(packFacts(asObjects(columns)).bytes));
        expect(packed.bytes.length).toBe(bytes.length);
        expect(wholeOf(packed.bytes)).toEqual(bytes);
        expect(sha256(bytes)).toBe(digest);
        expect(packFacts(unpackFacts(bytes)).digest).toBe(digest);
      }),
      { numRuns: 400 },
    );
  });

  test('pack to other bytes where they say something else', () => {
    fc.assert(
      fc.property(steps, steps, fc.nat(8), (some, others, largeNodes) => {
        const [one, two] = [built(some, largeNodes), built(others, largeNodes)];
        const isSame = packFacts(one).digest === packFacts(two).digest;
        if (isSame) expect(asObjects(one)).toEqual(asObjects(two));
        else expect(asObjects(one)).not.toEqual(asObjects(two));
      }),
    );
  });

  test('tell edges apart that differ in one thing', () => {
    const builder = new FactsBuilder(DIGEST, 0);
    const [a, b] = [builder.localNode('a', ['File']), builder.localNode('b', ['File'])];
    const qualifiers = { role: 'x', split: 'y' };
    builder.edge(a, 'used', b, '/1', { qualifiers });
    builder.edge(a, 'used', b, '/2', { qualifiers: { split: 'y', role: 'x' } });
    builder.edge(a, 'used', b, '/3', { qualifiers: { role: 'y', split: 'x' } });
    builder.edge(a, 'used', b, '/4', { qualifiers: { role: 'x' } });
    builder.edge(a, 'used', b, '/5');
    builder.edge(b, 'used', a, '/6', { qualifiers });
    builder.edge(a, 'contains', b, '/7', { qualifiers });
    builder.edge(a, 'used', b, '/8', { qualifiers, strength: 'implied' });
    const { edges } = builder.build(ABOUT);
    expect(edges.map(({ pointers }) => pointers.join())).toEqual([
      '/1,/2',
      '/3',
      '/4',
      '/5',
      '/6',
      '/7',
      '/8',
    ]);
    expect(Object.keys(edges[0]?.qualifiers ?? {})).toEqual(['role', 'split']);
  });

  test('hold many names and pointers of one thing without their square', () => {
    const builder = new FactsBuilder(DIGEST, 0);
    const names = Array.from({ length: 20_000 }, (_, at) => `name ${at}`);
    const a = builder.localNode('a', ['File'], names);
    const b = builder.localNode('b', ['File']);
    for (const name of names) builder.edge(a, 'used', b, `/${name}`);
    const facts = builder.build(ABOUT);
    expect(facts.nodes[a]?.names).toEqual(names.toSorted());
    expect(facts.edges[0]?.pointers).toEqual(names.map((name) => `/${name}`).toSorted());
    expect(facts.edges.length).toBe(1);
  });

  test('cannot be written to', () => {
    const { nodes } = built([(builder) => builder.localNode('a', ['File'])], 0);
    const open = nodes as unknown[];
    expect(() => open.push(1)).toThrow(TypeError);
    expect(() => (open.length = 0)).toThrow(TypeError);
    expect(nodes.length).toBe(1);
    expect(nodes[1]).toBeUndefined();
  });

  test('end at the limit of nodes', () => {
    const builder = new FactsBuilder(DIGEST);
    for (let at = 0; at < LIMITS.nodes; at++) builder.nodeOf(`run:x#${at}`, ['Run']);
    expect(builder.nodeOf('run:x#17', ['Run'])).toBe(17);
    const refusal = expect.objectContaining({ code: 'ERR_LIMIT_ITEMS' });
    expect(() => builder.nodeOf('run:x#more', ['Run'])).toThrow(refusal);
  });
});

describe.each([
  ['objects', 1000],
  ['columns', 0],
])('attributes of one thing, as %s', (_, largeNodes) => {
  test('each record adds to the ones before, and the last word on a key counts, however many there are', () => {
    const builder = new FactsBuilder(DIGEST, largeNodes);
    const count = 20_000;
    for (let at = 0; at < count; at++) {
      const attributes = { [`key${at}`]: 'own', last: String(at), same: 'same' };
      builder.entity({
        kinds: ['File'],
        pointer: '',
        coordinates: ['pkg:generic/x@1'],
        attributes,
      });
    }
    const [fact] = builder.build(ABOUT).nodes;
    expect(Object.keys(fact?.attributes ?? {})).toHaveLength(count + 2);
    expect(fact?.attributes).toMatchObject({ key0: 'own', last: String(count - 1), same: 'same' });
  });
});
