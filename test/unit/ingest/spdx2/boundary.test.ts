// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemCodes } from '../../../support/cyclonedx-reading.ts';
import { pkg, related, spdxEdges, spdxFacts, spdxWith } from '../../../support/spdx2-reading.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

function document(names: string, ...relationships: string[]): Record<string, unknown> {
  return spdxWith({
    packages: names.split(' ').map((name) => pkg(name)),
    relationships: relationships.map(related),
  });
}

describe('the document boundary', () => {
  test('the root contains what it reaches over containment and dependencies; the document the rest', () => {
    const facts = spdxFacts(
      document(
        'app a b c d',
        'DOCUMENT DESCRIBES app',
        'app CONTAINS a',
        'a DEPENDS_ON b',
        'd DEPENDS_ON c',
      ),
    );
    expect(spdxEdges(facts, 'contains')).toEqual([
      'app contains a',
      'app contains b',
      'doc contains c',
      'doc contains d',
    ]);
    expect(facts.dependsOn).toHaveLength(2);
    expect(facts.edges.every(({ relation }) => relation !== 'dependsOn')).toBe(true);
    expect(problemCodes(facts)).toEqual(['unreached-component']);
  });

  test('a root that reaches nothing contains everything', () => {
    const facts = spdxFacts(document('app a b', 'DOCUMENT DESCRIBES app', 'a DEPENDS_ON b'));
    expect(spdxEdges(facts, 'contains')).toEqual(['app contains a', 'app contains b']);
    expect(facts.problems).toEqual([]);
  });

  test('what explicit containment already leads to is not stated again', () => {
    const facts = spdxFacts(
      document(
        'app a b',
        'DOCUMENT DESCRIBES app',
        'app CONTAINS a',
        'a CONTAINS b',
        'app DEPENDS_ON b',
      ),
    );
    expect(spdxEdges(facts, 'contains')).toEqual(['a contains b', 'app contains a']);
  });

  test('what something was made from is no part of it', () => {
    const facts = spdxFacts(
      document(
        'bin src tool',
        'DOCUMENT DESCRIBES bin',
        'bin GENERATED_FROM src',
        'tool BUILD_TOOL_OF bin',
      ),
    );
    expect(spdxEdges(facts, 'contains')).toEqual([]);
    expect(spdxEdges(facts, 'wasDerivedFrom', 'used')).toEqual([
      'bin used tool',
      'bin wasDerivedFrom src',
    ]);
  });

  test('products of the described source are not its parts', () => {
    const facts = spdxFacts(
      document(
        'src bin lib',
        'DOCUMENT DESCRIBES src',
        'bin GENERATED_FROM src',
        'src CONTAINS lib',
      ),
    );
    expect(spdxEdges(facts, 'contains')).toEqual(['doc contains bin', 'src contains lib']);
  });

  test('many roots without relationships: the document has the rest', () => {
    const names = Array.from({ length: 500 }, (_, at) => `r${at}`);
    const files = Array.from({ length: 500 }, (_, at) => ({
      SPDXID: `SPDXRef-f${at}`,
      fileName: `f${at}`,
    }));
    const facts = spdxFacts(
      spdxWith({
        packages: names.map((name) => pkg(name)),
        files,
        documentDescribes: names.map((name) => `SPDXRef-${name}`),
      }),
    );
    expect(facts.subjects).toHaveLength(500);
    expect(spdxEdges(facts, 'contains').filter((edge) => edge.startsWith('doc '))).toHaveLength(
      500,
    );
  });

  test('circles end', () => {
    const facts = spdxFacts(
      document(
        'a b c',
        'DOCUMENT DESCRIBES a',
        'a CONTAINS b',
        'b CONTAINS c',
        'c CONTAINS a',
        'c DEPENDS_ON a',
      ),
    );
    expect(spdxEdges(facts, 'contains')).toEqual(['a contains b', 'b contains c', 'c contains a']);
  });
});

describe('any document', () => {
  const names = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'];
  const type = fc.constantFrom(
    'CONTAINS',
    'CONTAINED_BY',
    'DEPENDS_ON',
    'DEPENDENCY_OF',
    'GENERATED_FROM',
    'STATIC_LINK',
  );
  const arc = fc.tuple(fc.constantFrom(...names), type, fc.constantFrom(...names));
  const shape = fc.record({
    arcs: fc.array(arc, { maxLength: 15 }),
    roots: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
  });

  function read({ arcs, roots }: { arcs: [string, string, string][]; roots: string[] }): Facts {
    return spdxFacts(
      document(
        names.join(' '),
        ...roots.map((root) => `DOCUMENT DESCRIBES ${root}`),
        ...arcs.map(([from, kind, to]) => `${from} ${kind} ${to}`),
      ),
    );
  }

  function reachable(facts: Facts, starts: readonly string[], ...relations: string[]): Set<string> {
    const edges = spdxEdges(facts, ...relations).map((edge) => edge.split(' '));
    const found = new Set(starts);
    for (let before = -1; before !== found.size;) {
      before = found.size;
      for (const [from = '', , to = ''] of edges) if (found.has(from)) found.add(to);
    }
    return found;
  }

  test('nothing is lost: the document and the roots together lead to everything', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const facts = read(given);
        const all = reachable(facts, ['doc', ...given.roots], 'contains', 'wasDerivedFrom');
        expect(names.filter((name) => !all.has(name))).toEqual([]);
        expect(facts.edges.every(({ from, to }) => from !== to)).toBe(true);
      }),
    );
  });

  test('each root leads to everything that it reaches over containment and dependencies', () => {
    const REVERSED = new Set(['CONTAINED_BY', 'DEPENDENCY_OF']);
    fc.assert(
      fc.property(shape, (given) => {
        const facts = read(given);
        for (const root of given.roots) {
          const wanted = new Set([root]);
          for (let before = -1; before !== wanted.size;) {
            before = wanted.size;
            for (const [from, kind, to] of given.arcs) {
              if (kind === 'GENERATED_FROM') continue;
              const [whole, part] = REVERSED.has(kind) ? [to, from] : [from, to];
              if (wanted.has(whole)) wanted.add(part);
            }
          }
          const led = reachable(facts, [root], 'contains', 'wasDerivedFrom');
          expect([...wanted].filter((name) => !led.has(name))).toEqual([]);
        }
      }),
    );
  });

  test('the order of relationships does not matter to what is reached', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const there = read(given);
        const back = read({ ...given, arcs: given.arcs.toReversed() });
        for (const start of ['doc', ...given.roots]) {
          expect(reachable(back, [start], 'contains', 'wasDerivedFrom')).toEqual(
            reachable(there, [start], 'contains', 'wasDerivedFrom'),
          );
        }
        expect(new Set(spdxEdges(back, 'wasDerivedFrom', 'describes'))).toEqual(
          new Set(spdxEdges(there, 'wasDerivedFrom', 'describes')),
        );
      }),
    );
  });
});
