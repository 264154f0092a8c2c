// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bomWith,
  edgesOf,
  factsOf,
  hexOf,
  label,
  problemCodes,
} from '../../../support/cyclonedx-reading.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

/** A component whose purl, bom-ref and name are all told from one letter. */
function part(name: string, more: object = {}): Record<string, unknown> {
  return { type: 'library', name, 'bom-ref': name, purl: `pkg:npm/${name}@1`, ...more };
}

function describing(root: object, members: object): Record<string, unknown> {
  return bomWith({ metadata: { component: root }, ...members });
}

const SERIAL = 'urn:uuid:11111111-2222-4333-8444-555555555555';

describe('the document boundary', () => {
  test('the root contains what it reaches over dependencies, however far', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a'), part('b'), part('c')],
        dependencies: [
          { ref: 'app', dependsOn: ['a'] },
          { ref: 'a', dependsOn: ['b'] },
          { ref: 'b', dependsOn: ['c'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([
      'app contains a',
      'app contains b',
      'app contains c',
    ]);
    expect(facts.problems).toEqual([]);
  });

  test('raw dependencies are kept aside, and no edge says so', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a'), part('b')],
        dependencies: [
          { ref: 'app', dependsOn: ['a', 'a'] },
          { ref: 'a', dependsOn: ['b'] },
        ],
      }),
    );
    expect(
      facts.dependsOn.map(([from, to]) => `${label(facts, from)} ${label(facts, to)}`),
    ).toEqual(['app a', 'a b']);
    expect(edgesOf(facts, 'dependsOn')).toEqual([]);
  });

  test.each([
    ['no dependencies at all', {}],
    ['a graph that does not name the root', { dependencies: [{ ref: 'a', dependsOn: ['b'] }] }],
    ['a root that depends on nothing', { dependencies: [{ ref: 'app', dependsOn: [] }] }],
    ['a root that depends on itself', { dependencies: [{ ref: 'app', dependsOn: ['app'] }] }],
    [
      'a root that depends on what is not there',
      { dependencies: [{ ref: 'app', dependsOn: ['gone'] }] },
    ],
  ])('the root contains every listed component with %s', (_name, members) => {
    const facts = factsOf(
      describing(part('app'), { components: [part('a'), part('b')], ...members }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains a', 'app contains b']);
    expect(problemCodes(facts)).not.toContain('unreached-component');
  });

  test('what nobody reaches while others are reached is the BOM’s own, and listed', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a'), part('lost', { components: [part('inner')] })],
        dependencies: [
          { ref: 'app', dependsOn: ['a'] },
          { ref: 'lost', dependsOn: ['a'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([
      'app contains a',
      'lost contains inner',
      `${SERIAL} contains lost`,
    ]);
    expect(facts.problems).toEqual([
      {
        code: 'unreached-component',
        pointer: '/components/1',
        message: 'no dependency leads to it',
      },
    ]);
  });

  test('what is only provided is no part of the root, and no fault', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('lib'), part('aes')],
        dependencies: [
          { ref: 'app', dependsOn: ['lib'] },
          { ref: 'lib', provides: ['aes'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains lib', `${SERIAL} contains aes`]);
    expect(facts.problems).toEqual([]);
  });

  test('a long list of unreached components is cut, with a count', () => {
    const components = [part('a'), ...Array.from({ length: 50 }, (_, at) => part(`x${at}`))];
    const facts = factsOf(
      describing(part('app'), { components, dependencies: [{ ref: 'app', dependsOn: ['a'] }] }),
    );
    const listed = facts.problems.filter(({ code }) => code === 'unreached-component');
    expect(listed).toHaveLength(21);
    expect(listed.at(-1)?.message).toBe('and 30 more from here on');
    expect(edgesOf(facts, 'contains')).toHaveLength(51);
  });

  test('nesting is containment, of the one it is nested in and of the root', () => {
    const facts = factsOf(
      describing(part('app', { components: [part('own')] }), {
        components: [part('a', { components: [part('b', { components: [part('c')] })] })],
        dependencies: [{ ref: 'app', dependsOn: ['a'] }],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([
      'a contains b',
      'app contains a',
      'app contains b',
      'app contains c',
      'app contains own',
      'b contains c',
    ]);
    const strength = (to: string): string[] =>
      facts.edges
        .filter(
          (edge) =>
            label(facts, edge.from) === 'app' &&
            label(facts, edge.to) === to &&
            edge.relation === 'contains',
        )
        .map((edge) => edge.strength);
    expect([strength('own'), strength('a')]).toEqual([['explicit'], ['implied']]);
  });

  test('services are listed, nested and reached like components', () => {
    const facts = factsOf(
      describing(part('app'), {
        services: [
          { name: 'api', 'bom-ref': 'api', services: [{ name: 'auth', 'bom-ref': 'auth' }] },
        ],
        components: [part('a')],
        dependencies: [
          { ref: 'app', dependsOn: ['api'] },
          { ref: 'auth', dependsOn: ['a'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([
      'api contains auth',
      'app contains a',
      'app contains api',
      'app contains auth',
    ]);
  });

  test('without a described component the BOM itself is the root', () => {
    const facts = factsOf(
      bomWith({
        components: [part('a'), part('b')],
        dependencies: [{ ref: 'a', dependsOn: ['b'] }],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([`${SERIAL} contains a`, `${SERIAL} contains b`]);
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([
      'bom:11111111-2222-4333-8444-555555555555/1',
    ]);
    expect(problemCodes(facts)).toEqual(['no-subject']);
  });

  test('without a serial number the BOM is known by its digest only', () => {
    const facts = factsOf(bomWith({ serialNumber: undefined, components: [part('a')] }));
    const bom = facts.nodes.find(({ kinds }) => kinds.includes('Bom'));
    expect(bom?.ref).toMatch(/^document:sha256:[0-9a-f]{64}$/);
  });

  test.each([
    ['a digest', `sha256:${hexOf('subject')}`, `sha256:${hexOf('subject')}`],
    ['a purl', 'pkg:npm/subject@1', 'pkg:npm/subject@1'],
  ])('the caller may say what it describes: %s', (_name, subject, ref) => {
    const facts = factsOf(bomWith({ components: [part('a')] }), { subject });
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([ref]);
    expect(edgesOf(facts, 'contains')).toEqual([`${ref} contains a`]);
  });

  test('the caller does not overrule the document', () => {
    const facts = factsOf(describing(part('app'), {}), { subject: 'pkg:npm/other@1' });
    expect(facts.nodes.some(({ ref }) => ref.includes('other'))).toBe(false);
    expect(facts.subjects.map((id) => label(facts, id))).toEqual(['app']);
  });

  test('cycles are walked once and listed', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a'), part('b'), part('c')],
        dependencies: [
          { ref: 'app', dependsOn: ['a'] },
          { ref: 'a', dependsOn: ['b'] },
          { ref: 'b', dependsOn: ['a', 'app', 'c'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([
      'app contains a',
      'app contains b',
      'app contains c',
    ]);
    expect(facts.problems).toEqual([
      {
        code: 'dependency-cycle',
        pointer: '/dependencies/0',
        message: '3 elements depend in circles',
      },
    ]);
  });

  test('a component that depends on itself, or contains itself, is listed and makes no edge', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a', { components: [part('twin', { purl: 'pkg:npm/a@1' })] })],
        dependencies: [
          { ref: 'app', dependsOn: ['a'] },
          { ref: 'a', dependsOn: ['a'] },
        ],
      }),
    );
    expect(problemCodes(facts)).toEqual(['self-containment', 'self-dependency']);
    expect(facts.edges.every(({ from, to }) => from !== to)).toBe(true);
  });

  test('a described component that is listed again is one thing, and both records count', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('app', { components: [part('inner')] }), part('a')],
        dependencies: [{ ref: 'app', dependsOn: ['a'] }],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains a', 'app contains inner']);
    expect(problemCodes(facts)).toEqual(['duplicate-bom-ref', 'self-containment']);
  });

  test('all bearers of a repeated bom-ref are reached', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a', { 'bom-ref': 'x' }), part('b', { 'bom-ref': 'x' })],
        dependencies: [{ ref: 'app', dependsOn: ['x'] }],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains a', 'app contains b']);
  });

  test('references to nothing are listed once each, and lose nothing else', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a')],
        dependencies: [
          { ref: 'app', dependsOn: ['gone', 'a'] },
          { ref: 'gone', dependsOn: ['gone', 'a'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains a']);
    expect(facts.problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['dangling-ref', '/dependencies/0/dependsOn'],
    ]);
  });

  test('a BOM-Link is the other document’s coordinate; into this document it is a reference', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a'), part('b')],
        dependencies: [
          {
            ref: 'app',
            dependsOn: [
              'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/3#x%2Fy',
              'urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/3',
            ],
          },
        ],
        vulnerabilities: [
          { id: 'CVE-1', affects: [{ ref: 'urn:cdx:11111111-2222-4333-8444-555555555555/1#a' }] },
        ],
      }),
    );
    const contained = facts.edges.filter(({ relation }) => relation === 'contains');
    expect(contained.map(({ to }) => facts.nodes[to]?.ref).sort()).toEqual([
      'bom:f08a6ccd-4dce-4759-bd84-c626675d60a7/3',
      'bom:f08a6ccd-4dce-4759-bd84-c626675d60a7/3#x/y',
      'pkg:npm/a@1',
      'pkg:npm/b@1',
    ]);
    expect(edgesOf(facts, 'hasStatus')).toEqual(['CVE-1 hasStatus a']);
  });

  test('a link to another version of this BOM is not this document', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [part('a')],
        vulnerabilities: [
          { id: 'CVE-1', affects: [{ ref: 'urn:cdx:11111111-2222-4333-8444-555555555555/2#a' }] },
        ],
      }),
    );
    const status = facts.edges.find(({ relation }) => relation === 'hasStatus');
    expect(facts.nodes[status?.to ?? -1]?.ref).toBe('bom:11111111-2222-4333-8444-555555555555/2#a');
  });
});

describe('typed edges and the boundary', () => {
  const model = part('m', {
    type: 'machine-learning-model',
    modelCard: { modelParameters: { datasets: [{ ref: 'd' }] } },
  });
  const data = part('d', { type: 'data' });

  test('training data is no part, though the root depends on it', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [model, data],
        dependencies: [
          { ref: 'app', dependsOn: ['m'] },
          { ref: 'm', dependsOn: ['d'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains', 'trainedOn')).toEqual(['app contains m', 'm trainedOn d']);
    expect(facts.problems).toEqual([]);
  });

  test('what the data depends on is still reached', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [model, data, part('raw', { type: 'data' })],
        dependencies: [
          { ref: 'app', dependsOn: ['m'] },
          { ref: 'd', dependsOn: ['raw'] },
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains m', 'app contains raw']);
  });

  test('dependencies of the training data are not the root’s: it still reaches none, so it contains all', () => {
    const facts = factsOf(
      describing(model, {
        components: [data, part('raw', { type: 'data' }), part('lib')],
        dependencies: [{ ref: 'd', dependsOn: ['raw'] }],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['m contains lib', 'm contains raw']);
    expect(facts.problems).toEqual([]);
  });

  test('data of a model that is no part of the root, and that the root needs itself, is a part', () => {
    const facts = factsOf(
      describing(part('app'), {
        components: [model, data, part('a')],
        dependencies: [{ ref: 'app', dependsOn: ['d', 'a'] }],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual([
      'app contains a',
      'app contains d',
      `${SERIAL} contains m`,
    ]);
  });

  test('data nested in the model that learned from it is stated once', () => {
    const facts = factsOf(
      describing(part('app'), { components: [{ ...model, components: [data] }] }),
    );
    expect(edgesOf(facts, 'contains', 'trainedOn')).toEqual(['app contains m', 'm trainedOn d']);
  });

  test('two things derived from each other are not lost behind each other', () => {
    const from = (name: string, other: string): object =>
      part(name, {
        pedigree: { ancestors: [{ type: 'library', name: other, purl: `pkg:npm/${other}@1` }] },
      });
    const facts = factsOf(
      describing(part('app'), { components: [from('a', 'b'), from('b', 'a')] }),
    );
    expect(edgesOf(facts, 'contains', 'wasDerivedFrom')).toEqual([
      'a wasDerivedFrom b',
      'app contains a',
      'b wasDerivedFrom a',
    ]);
  });

  test('an inferred edge takes nothing away', () => {
    const variant = {
      type: 'library',
      name: 'a',
      purl: 'pkg:npm/a@1',
      pedigree: { variants: [part('v', { 'bom-ref': undefined })] },
    };
    const facts = factsOf(
      describing(part('app'), { components: [{ ...variant, 'bom-ref': 'a' }, part('v')] }),
    );
    expect(edgesOf(facts, 'contains', 'wasDerivedFrom')).toEqual([
      'app contains a',
      'app contains v',
      'v wasDerivedFrom a',
    ]);
  });
});

describe('any dependency graph', () => {
  const size = 8;
  const names = Array.from({ length: size }, (_, at) => `n${at}`);
  const arc = fc.tuple(fc.nat(size), fc.nat(size - 1));
  /** n0…n7 with arcs between them; index `size` as a source is the described component. */
  const graph = fc.record({
    arcs: fc.array(arc, { maxLength: 20 }),
    trained: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 4 }),
    order: fc.shuffledSubarray(names, { minLength: size, maxLength: size }),
  });

  function bomOf({
    arcs,
    trained,
    order,
  }: {
    arcs: [number, number][];
    trained: [number, number][];
    order: string[];
  }): object {
    const components = order.map((name) => {
      const datasets = trained
        .filter(([from, to]) => names[from] === name && from !== to)
        .map(([, to]) => ({ ref: names[to] }));
      return part(
        name,
        datasets.length === 0
          ? {}
          : { type: 'machine-learning-model', modelCard: { modelParameters: { datasets } } },
      );
    });
    const dependencies = arcs.map(([from, to]) => ({
      ref: names[from] ?? 'app',
      dependsOn: [names[to]],
    }));
    return describing(part('app'), { components, dependencies });
  }

  /** Fixed-point reachability, written without a queue. */
  function reachedBy(arcs: readonly (readonly [number, number])[]): Set<string> {
    const found = new Set<number>([size]);
    for (let before = -1; before !== found.size;) {
      before = found.size;
      for (const [from, to] of arcs) if (found.has(from)) found.add(to);
    }
    found.delete(size);
    return new Set([...found].map((at) => names[at] ?? ''));
  }

  function wholesOf(facts: Facts, whole: string): Set<string> {
    const prefix = `${whole} contains `;
    return new Set(
      edgesOf(facts, 'contains')
        .filter((edge) => edge.startsWith(prefix))
        .map((edge) => edge.slice(prefix.length)),
    );
  }

  test('the root contains exactly what it reaches, or everything; the BOM has the rest', () => {
    fc.assert(
      fc.property(graph, (shape) => {
        const facts = factsOf(bomOf({ ...shape, trained: [] }));
        const reached = reachedBy(shape.arcs);
        const inside = reached.size === 0 ? new Set(names) : reached;
        expect(wholesOf(facts, 'app')).toEqual(inside);
        expect(wholesOf(facts, SERIAL)).toEqual(new Set(names.filter((name) => !inside.has(name))));
      }),
    );
  });

  test('with typed edges nothing is lost: everything stays reachable, from the root what it depends on', () => {
    fc.assert(
      fc.property(graph, (shape) => {
        const facts = factsOf(bomOf(shape));
        const walked = edgesOf(facts, 'contains', 'trainedOn').map((edge) => edge.split(' '));
        const from = (starts: readonly string[]): Set<string> => {
          const found = new Set(starts);
          for (let before = -1; before !== found.size;) {
            before = found.size;
            for (const [cause = '', , effect = ''] of walked)
              if (found.has(cause)) found.add(effect);
          }
          return found;
        };
        const all = from(['app', SERIAL]);
        expect(names.filter((name) => !all.has(name))).toEqual([]);
        const reached = reachedBy(shape.arcs);
        const fromRoot = from(['app']);
        expect([...reached].filter((name) => !fromRoot.has(name))).toEqual([]);
        expect(facts.edges.every((edge) => edge.from !== edge.to)).toBe(true);
      }),
    );
  });

  test('the order of components and dependencies does not matter', () => {
    fc.assert(
      fc.property(graph, fc.infiniteStream(fc.nat()), (shape, seeds) => {
        const there = factsOf(bomOf({ ...shape, order: names, trained: [] }));
        const shuffled = [...shape.arcs].sort(() => (seeds.next().value % 2 === 0 ? 1 : -1));
        const back = factsOf(bomOf({ ...shape, arcs: shuffled, trained: [] }));
        expect(edgesOf(back)).toEqual(edgesOf(there));
      }),
    );
  });
});
