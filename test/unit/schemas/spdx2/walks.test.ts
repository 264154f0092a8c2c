// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import { parseSpdx2 } from '../../../../schemas/spdx2/parse.ts';
import { joinProblems } from '../../../../schemas/spdx2/problems.ts';
import { pkg, related, spdxFacts, spdxWith } from '../../../support/spdx2-reading.ts';
import type { JsonValue } from '../../../../core/canonical-json-jcs.ts';
import type { SpdxDocument } from '../../../../schemas/spdx2/model.ts';

function parsed(members: Readonly<Record<string, unknown>>): SpdxDocument {
  return parseSpdx2(JSON.parse(JSON.stringify(spdxWith(members))) as JsonValue);
}

/** Reads all that is read late. */
function walk({ packages, files, snippets, relationships }: SpdxDocument): void {
  relationships.toArray();
  for (const elements of [packages, files, snippets]) elements.each(() => undefined);
}

function placesOf({ problems }: SpdxDocument): string[] {
  return problems.map(({ code, pointer }) => `${code} ${pointer}`);
}

const FAULTS = {
  creationInfo: 1,
  packages: [1, { name: 'no id' }, pkg('a', { hasFiles: ['x', 2] }), pkg('a')],
  files: 'none',
  snippets: [null],
  spdxVersion: 'SPDX-9',
  documentDescribes: [3],
  relationships: [{}, related('a CONTAINS a')],
  annotations: {},
};
const PLACES = [
  'wrong-type /creationInfo',
  'wrong-type /packages/0',
  'missing-id /packages/1',
  'wrong-type /packages/2/hasFiles/1',
  'wrong-type /files',
  'wrong-type /snippets/0',
  'spec-version-unknown /spdxVersion',
  'wrong-type /documentDescribes/0',
  'relationship-incomplete /relationships/0',
  'wrong-type /annotations',
  'duplicate-id /packages/3',
];

describe('what is read late', () => {
  test('problems stand in one order, whatever was walked over first', () => {
    const document = parsed(FAULTS);
    walk(document);
    expect(placesOf(document)).toEqual(PLACES);
    const facts = spdxFacts(spdxWith(FAULTS));
    expect(
      facts.problems.slice(0, PLACES.length).map(({ code, pointer }) => `${code} ${pointer}`),
    ).toEqual(PLACES);
  });

  test('a second walk gives the same and lists nothing again', () => {
    const document = parsed(FAULTS);
    const first = document.packages.toArray();
    walk(document);
    expect(document.packages.toArray()).toEqual(first);
    walk(document);
    expect(placesOf(document)).toEqual(PLACES);
  });

  test('who looks for some relationships lists nothing for the others', () => {
    const document = parsed({
      relationships: [related('DOCUMENT DESCRIBES a'), { relationshipType: 'DESCRIBES' }, 1],
    });
    const found: string[] = [];
    const isWanted = (type: string): boolean => type === 'DESCRIBES';
    document.relationships.eachWith('relationshipType', isWanted, ({ to }) => found.push(to));
    expect(found).toEqual(['SPDXRef-a']);
    expect(placesOf(document)).toEqual([]);
    document.relationships.toArray();
    expect(placesOf(document)).toEqual([
      'relationship-incomplete /relationships/1',
      'wrong-type /relationships/2',
    ]);
  });

  test('ids have numbers in the order in which they come; a repeated one keeps its own', () => {
    const document = parsed({ packages: [pkg('a'), pkg('b'), pkg('a'), { name: 'no id' }] });
    const numbers: (number | undefined)[] = [];
    document.packages.each((_, __, id) => numbers.push(id));
    document.packages.each((_, __, id) => numbers.push(id));
    expect(numbers).toEqual([1, 2, 1, undefined, 1, 2, 1, undefined]);
    expect(document.ids.find('SPDXRef-DOCUMENT')).toBe(0);
    expect(document.ids.find('SPDXRef-c')).toBeUndefined();
    expect([...document.ids.repeated]).toEqual([['SPDXRef-a', '/packages/2']]);
  });

  test('files of a package are read once more; what is no package has none', () => {
    const document = parsed({ packages: [1, pkg('a', { hasFiles: ['x', 2, 'y'] })] });
    const files = [0, 1, 2, -1].map((position) => document.filesOf(position).toArray());
    expect(files).toEqual([
      [],
      [
        { id: 'x', pointer: '/packages/1/hasFiles/0' },
        { id: 'y', pointer: '/packages/1/hasFiles/2' },
      ],
      [],
      [],
    ]);
    expect(placesOf(document)).toEqual([]);
  });

  test.each(['packages', 'files', 'snippets', 'relationships'])(
    '%s that are no list are listed once',
    (key) => {
      const facts = spdxFacts(spdxWith({ [key]: 'x' }));
      expect(facts.problems.filter(({ code }) => code === 'wrong-type')).toEqual([
        { code: 'wrong-type', pointer: `/${key}`, message: `${key} is not a list` },
      ]);
    },
  );
});

describe('lists of problems as one', () => {
  const problems = (count: number): { code: string; pointer: string; message: string }[] =>
    Array.from({ length: count }, (_, at) => ({ code: 'c', pointer: `/${at}`, message: 'm' }));

  test('as many as may be listed are all listed', () => {
    const most = [problems(LIMITS.problems - 2), [], problems(2)];
    expect(joinProblems(most)).toEqual(most.flat());
  });

  test('beyond the limit the last one stands for the rest', () => {
    const joined = joinProblems([problems(LIMITS.problems - 2), problems(3)], '/line/1');
    expect(joined).toHaveLength(LIMITS.problems);
    expect(joined.at(-2)?.code).toBe('c');
    expect(joined.at(-1)).toMatchObject({ code: 'more-problems', pointer: '/line/1' });
  });
});
