// SPDX-License-Identifier: Apache-2.0
// Things that only their document names are found by their id, and by their ref: both mean one thing, in either store.
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { FactsBuilder } from '../../../../ingest/extract/facts-builder.ts';

const DIGEST = sha256('a document');
const SCOPE = `local:${DIGEST}#`;
const ROOM = LIMITS.refChars - SCOPE.length;

describe.each([
  ['objects', Number.POSITIVE_INFINITY],
  ['columns', 0],
  ['objects that become columns', 1],
])('facts in %s', (_, largeNodes) => {
  const create = (): FactsBuilder => new FactsBuilder(DIGEST, largeNodes);

  test.each([
    ['an id', 'a'],
    ['no id', ''],
    ['an id like a digest', DIGEST],
    ['an id like a ref of its own', `${SCOPE}a`],
    ['the longest id that is kept', 'x'.repeat(ROOM)],
    ['an id that is cut', 'x'.repeat(ROOM + 1)],
    ['half a surrogate pair', 'a\ud83d'],
  ])('%s is one thing by its id and by its ref', (__, id) => {
    const builder = create();
    builder.localNode('first', ['File']);
    const local = builder.localNode(id, ['File']);
    expect(builder.nodeOf(SCOPE + id, [])).toBe(local);
    expect(builder.entity({ kinds: ['Package'], pointer: '/x', local: id })).toBe(local);
    expect(builder.nodeOf(builder.refOf(local), [])).toBe(local);
    expect(builder.refOf(local).length).toBeLessThanOrEqual(LIMITS.refChars);
    expect(builder.nodeCount).toBe(2);
  });

  test.each([
    ['another id', 'b'],
    ['an id of another document', `local:${sha256('another')}#a`],
    ['the id without its scope', 'name:a'],
    ['the scope without an id', SCOPE],
  ])('%s is another thing', (__, other) => {
    const builder = create();
    const local = builder.localNode('a', ['File']);
    expect(builder.nodeOf(other, ['File'])).not.toBe(local);
    expect(builder.nodeOf('a', ['File'])).not.toBe(local);
  });

  test('two ids that are cut are two things', () => {
    const builder = create();
    const one = builder.localNode(`${'x'.repeat(ROOM)}1`, ['File']);
    const other = builder.localNode(`${'x'.repeat(ROOM)}2`, ['File']);
    expect(one).not.toBe(other);
  });
});

describe('purls of a record', () => {
  const entity = (purls: readonly string[], coordinates: readonly string[] = []): FactsBuilder => {
    const builder = new FactsBuilder(DIGEST);
    builder.entity({ kinds: ['Package'], pointer: '/p', purls, coordinates });
    return builder;
  };
  const refs = (builder: FactsBuilder): string[] =>
    builder
      .build({ format: 'test', version: null, statementKind: 'sbom' })
      .nodes.map(({ ref }) => ref);

  test('each counts once, in the order in which they stand, after ready coordinates', () => {
    const purls = ['pkg:npm/b@1', 'pkg:npm/a@1', 'pkg:npm/b@1', 'pkg:pypi/A@2'];
    expect(refs(entity(purls, ['coord:x/y@1', 'pkg:npm/a@1']))).toEqual([
      'coord:x/y@1',
      'pkg:npm/a@1',
      'pkg:npm/b@1',
      'pkg:pypi/a@2',
    ]);
  });

  test('without a version it is a name; with one, beside it, both are told', () => {
    expect(refs(entity(['pkg:npm/a', 'pkg:npm/a@1']))).toEqual([
      'pkg:npm/a@1',
      `${SCOPE}pkg:npm/a@1#names`,
      'pkg:npm/a',
    ]);
  });

  test('what is none is listed, each time, and names nothing', () => {
    const facts = entity(['pkg:', 'none', 'pkg:npm/a@1']).build({
      format: 'test',
      version: null,
      statementKind: 'sbom',
    });
    expect(facts.problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'purl-invalid /p',
      'purl-invalid /p',
    ]);
    expect(facts.nodes.map(({ ref }) => ref)).toEqual(['pkg:npm/a@1']);
  });
});
