// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { csafReader } from '../../../../ingest/extract/csaf.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectCsaf } from '../../../../schemas/csaf/detect.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const HEX = sha256('a file').slice(7);

function factsOf(document: object | Uint8Array): Facts {
  const input = document instanceof Uint8Array ? document : JSON.stringify(document);
  const { facts } = readWith(detectCsaf, csafReader, input);
  assertSound(facts);
  return facts;
}

const csaf = (
  tree: object,
  vulnerabilities: readonly object[] = [],
  document: object = {},
): object => ({
  document: {
    csaf_version: '2.0',
    category: 'csaf_vex',
    publisher: { name: 'P', namespace: 'https://example.org' },
    tracking: { id: 'T-1', version: '2', status: 'final' },
    ...document,
  },
  product_tree: tree,
  vulnerabilities,
});

const product = (id: string, helper: object = {}): object => ({
  product_id: id,
  name: `Product ${id}`,
  product_identification_helper: helper,
});

const names = (...products: readonly object[]): object => ({ full_product_names: products });

/** "product status remediation" of each status edge of a vulnerability. */
function judgementsOf(facts: Facts, cve: string): ReadonlySet<string> {
  const judged = new Set<string>();
  for (const { relation, from, to, qualifiers } of facts.edges) {
    if (relation !== 'hasStatus' || facts.nodes[from]?.names[0] !== cve) continue;
    const product = facts.nodes[to]?.ref.split('#product/')[1] ?? '';
    judged.add(`${product} ${qualifiers['status'] ?? ''} ${qualifiers['remediation'] ?? ''}`);
  }
  return judged;
}

describe('products', () => {
  test('are what their helpers identify, unjoined, else a name of the document', () => {
    const hashes = [{ filename: 'f', file_hashes: [{ algorithm: 'sha256', value: HEX }] }];
    const facts = factsOf(
      csaf(
        names(
          product('A', { purl: 'pkg:pypi/p@1', hashes }),
          product('B', { cpe: 'cpe:/a:x:y:1' }),
          product('C'),
        ),
      ),
    );
    expect(refEdges(facts, 'describes').map((edge) => edge.split(' ')[2])).toEqual([
      '#product/B',
      '#product/C',
      'pkg:pypi/p@1',
      `sha256:${HEX}`,
    ]);
    expect(refEdges(facts, 'namedAs')).toEqual(['#product/B namedAs name:cpe/cpe:/a:x:y:1']);
    expect(refEdges(facts, 'specializationOf')).toEqual([]);
  });

  test('branches at any depth, and combinations', () => {
    const tree = {
      branches: [{ branches: [{ product: product('A', { purl: 'pkg:pypi/a@1' }) }] }],
      ...names(product('B', { purl: 'pkg:pypi/b@1' })),
      relationships: [
        {
          category: 'default_component_of',
          product_reference: 'A',
          relates_to_product_reference: 'B',
          full_product_name: product('AB'),
        },
      ],
    };
    expect(refEdges(factsOf(csaf(tree)), 'contains')).toEqual([
      '#product/AB contains pkg:pypi/a@1',
      'pkg:pypi/b@1 contains pkg:pypi/a@1',
    ]);
  });

  test.each(['optional_component_of', 'installed_with', 'external_component_of', ''])(
    'what is %s is no part',
    (category) => {
      const tree = {
        ...names(product('A', { purl: 'pkg:pypi/a@1' }), product('B', { purl: 'pkg:pypi/b@1' })),
        relationships: [{ category, product_reference: 'A', relates_to_product_reference: 'B' }],
      };
      expect(refEdges(factsOf(csaf(tree)), 'contains')).toEqual([]);
    },
  );

  test('a chain of the 2.1 draft', () => {
    const tree = {
      ...names(product('A', { purl: 'pkg:pypi/a@1' }), product('B', { purl: 'pkg:pypi/b@1' })),
      product_paths: [
        {
          beginning_product_reference: 'A',
          full_product_name: product('AB'),
          subpaths: [{ category: 'default_component_of', next_product_reference: 'B' }],
        },
      ],
    };
    expect(refEdges(factsOf(csaf(tree, [], { csaf_version: '2.1' })), 'contains')).toContain(
      'pkg:pypi/b@1 contains pkg:pypi/a@1',
    );
  });
});

describe('statuses', () => {
  const tree = {
    ...names(product('A', { purl: 'pkg:pypi/a@1' })),
    product_groups: [{ group_id: 'G', product_ids: ['A'] }],
  };
  const status = (facts: Facts): Readonly<Record<string, string>> | undefined =>
    facts.edges.find(({ relation }) => relation === 'hasStatus')?.qualifiers;

  test.each([
    ['known_affected', 'affected', undefined],
    ['first_affected', 'affected', 'first_affected'],
    ['last_affected', 'affected', 'last_affected'],
    ['fixed', 'fixed', undefined],
    ['first_fixed', 'fixed', 'first_fixed'],
    ['known_not_affected', 'not_affected', undefined],
    ['under_investigation', 'under_investigation', undefined],
    ['recommended', 'recommended', undefined],
  ])('%s is %s', (list, expected, kept) => {
    const facts = factsOf(csaf(tree, [{ cve: 'CVE-2026-1', product_status: { [list]: ['A'] } }]));
    expect(status(facts)).toEqual({ status: expected, ...(kept !== undefined && { list: kept }) });
    expect(refEdges(facts, 'hasStatus')).toEqual([
      'name:vulnerability/CVE-2026-1 hasStatus pkg:pypi/a@1',
    ]);
  });

  test('a product that is named often is complained of as often', () => {
    const broken = names(product('A', { purl: 'pkg:' }), product('B', { purl: 'pkg:npm/b@1' }));
    const often = [{ cve: 'CVE-2026-1', product_status: { fixed: ['A', 'A', 'B', 'B', 'B'] } }];
    const facts = factsOf(csaf(broken, often));
    // in the tree and twice in the list, and each time as an identity and as a name
    expect(facts.problems.filter(({ code }) => code === 'purl-invalid')).toHaveLength(6);
    expect(refEdges(facts, 'hasStatus')).toHaveLength(2);
    const pointers = facts.edges
      .filter(({ relation }) => relation === 'hasStatus')
      .map((edge) => edge.pointers.length);
    expect(pointers).toEqual([2, 3]);
  });

  test('flags and remediations of a group are of its products', () => {
    const vulnerability = {
      cve: 'CVE-2026-1',
      ids: [{ system_name: 'X', text: 'X-1' }],
      product_status: { known_not_affected: ['A'] },
      flags: [{ label: 'component_not_present', group_ids: ['G'] }],
      remediations: [{ category: 'mitigation', product_ids: ['A'] }],
    };
    const facts = factsOf(csaf(tree, [vulnerability]));
    expect(status(facts)).toMatchObject({
      justification: 'component_not_present',
      remediation: 'mitigation',
    });
    expect(refEdges(facts, 'alternateOf')).toEqual([
      'name:vulnerability/CVE-2026-1 alternateOf name:vulnerability/X-1',
    ]);
  });

  test('in whatever order lists name products, each has what is said of it', () => {
    const ids = ['A', 'B', 'C', 'D'];
    const tree = names(...ids.map((id) => product(id)), product('B'));
    const listed = fc.array(fc.constantFrom(...ids, 'Z'), { maxLength: 8 });
    const note = fc.record({ category: fc.constantFrom('x', 'y'), product_ids: listed });
    fc.assert(
      fc.property(fc.array(note, { maxLength: 3 }), listed, listed, (notes, fixed, affected) => {
        const lists = { fixed, known_affected: affected };
        const said = { cve: 'CVE-2026-1', product_status: lists, remediations: notes };
        const facts = factsOf(csaf(tree, [said, { ...said, cve: 'CVE-2026-2', remediations: [] }]));
        const expected = (isFirst: boolean): string[] =>
          [...fixed.map((id) => [id, 'fixed']), ...affected.map((id) => [id, 'affected'])]
            .filter(([id]) => id !== 'Z')
            .map(([id = '', status]) => {
              const own = notes.filter(({ product_ids: named }) => named.includes(id));
              const labels = new Set(isFirst ? own.map(({ category }) => category) : []);
              return `${id} ${status} ${[...labels].join(', ')}`;
            });
        expect(judgementsOf(facts, 'CVE-2026-1')).toEqual(new Set(expected(true)));
        expect(judgementsOf(facts, 'CVE-2026-2')).toEqual(new Set(expected(false)));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a product of no tree', { known_affected: ['Z'] }, 'dangling-ref'],
    ['a list of no specification', { maybe: ['A'] }, 'unknown-status'],
  ])('%s is listed and states nothing', (_label, product_status, code) => {
    const facts = factsOf(csaf(tree, [{ cve: 'CVE-2026-1', product_status }]));
    expect(status(facts)).toBeUndefined();
    expect(codesOf(facts)).toEqual([code]);
  });

  test('what kind of statement it is, and what it replaces', () => {
    expect(factsOf(csaf(tree)).statementKind).toBe('vex');
    const advisory = factsOf(csaf(tree, [], { category: 'csaf_security_advisory' }));
    expect(advisory.statementKind).toBe('advisory');
    expect(advisory.claims).toMatchObject([
      { type: 'supersession', family: 'csaf:https://example.org/T-1', version: '2' },
    ]);
  });
});

describe('hostile documents', () => {
  test.each([
    '{}',
    '{"document":{}}',
    '{"document":{"csaf_version":2}}',
    '[{"document":{"csaf_version":"2.0"}}]',
  ])('%s is not taken', (text) => {
    expect(detectCsaf(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });

  test('a long group named many times is refused, not written out', () => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `P${at}`);
    const flags = Array.from({ length: 1000 }, () => ({ label: 'x', group_ids: ['G'] }));
    const tree = { product_groups: [{ group_id: 'G', product_ids: ids }] };
    const read = (): Facts => factsOf(csaf(tree, [{ cve: 'CVE-2026-1', flags }]));
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_LIMIT_ITEMS' }));
  });

  test('any value in any place is read or refused, strict or not', () => {
    const anything = fc.jsonValue({ maxDepth: 4 });
    const tree = fc.record({
      branches: anything,
      full_product_names: anything,
      relationships: anything,
      product_groups: anything,
      product_paths: anything,
    });
    const vulnerability = fc.record({
      product_status: anything,
      flags: anything,
      scores: anything,
      metrics: anything,
      involvements: anything,
    });
    const document = fc.record({ tracking: anything, category: anything, distribution: anything });
    fc.assert(
      fc.property(tree, fc.array(vulnerability), document, (one, two, three) => {
        const text = JSON.stringify(csaf(one, two, three));
        try {
          assertSound(readWith(detectCsaf, csafReader, text, { strict: true }).facts);
        } catch (error) {
          expect(isPedigreeError(error)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describeShared('real advisories', () => {
  test('as many status edges as statuses of products that the tree defines', () => {
    let stated = 0;
    for (const { path, expect: expected } of corpusOf('csaf')) {
      const facts = factsOf(readShared('corpus', path));
      const edges = facts.edges.filter(({ relation }) => relation === 'hasStatus');
      const counts = Object.values(expected['product_status'] as Readonly<Record<string, number>>);
      const sum = counts.reduce((a, b) => a + b, 0);
      // a vulnerability without an id cannot be told from others: its statuses are listed
      const listed = ['dangling-ref', 'vulnerability-without-id'];
      const dangling = facts.problems.filter(({ code }) => listed.includes(code)).length;
      const pointers = edges.reduce((all, { pointers: own }) => all + own.length, 0);
      expect([path, pointers + dangling >= sum]).toEqual([path, true]);
      stated += edges.length;
    }
    expect(stated).toBeGreaterThan(1500);
  });
});
