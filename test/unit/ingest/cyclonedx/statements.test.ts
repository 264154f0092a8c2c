// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  bomWith,
  edgesOf,
  factsOf,
  label,
  problemCodes,
} from '../../../support/cyclonedx-reading.ts';
import type { EdgeFact, Facts } from '../../../../graph/domain/facts.ts';

function part(name: string): Record<string, unknown> {
  return { type: 'library', name, 'bom-ref': name, purl: `pkg:npm/${name}@1` };
}

function about(members: object): Facts {
  return factsOf(
    bomWith({ metadata: { component: part('app') }, components: [part('a')], ...members }),
  );
}

function edges(facts: Facts, relation: string): EdgeFact[] {
  return facts.edges.filter((edge) => edge.relation === relation);
}

function completeness(facts: Facts): string[] {
  return facts.claims.flatMap((claim) =>
    claim.type === 'completeness' ? [`${label(facts, claim.about)} ${claim.covers}`] : [],
  );
}

describe('vulnerabilities', () => {
  function statusOf(vulnerability: object): EdgeFact[] {
    return edges(
      about({ vulnerabilities: [{ id: 'CVE-1', affects: [{ ref: 'a' }], ...vulnerability }] }),
      'hasStatus',
    );
  }

  test.each([
    ['exploitable', 'affected'],
    ['in_triage', 'under_investigation'],
    ['resolved', 'fixed'],
    ['resolved_with_pedigree', 'fixed'],
    ['not_affected', 'not_affected'],
    ['false_positive', 'not_affected'],
    ['a state to come', 'found'],
  ])('analysis state %s is status %s', (state, status) => {
    expect(statusOf({ analysis: { state } })[0]?.qualifiers).toEqual({ status, state });
  });

  test('without an analysis it was found, and nobody judged it', () => {
    expect(statusOf({})[0]?.qualifiers).toEqual({ status: 'found' });
  });

  test('each version has its own status', () => {
    const versions = [
      { version: '1', status: 'affected' },
      { range: 'vers:npm/>=2', status: 'unaffected' },
      { version: '3' },
    ];
    const found = statusOf({
      analysis: { state: 'exploitable' },
      affects: [{ ref: 'a', versions }],
    });
    expect(found.map(({ qualifiers }) => qualifiers)).toEqual([
      { status: 'affected', state: 'exploitable', version: '1' },
      { status: 'not_affected', state: 'exploitable', range: 'vers:npm/>=2' },
      { status: 'affected', state: 'exploitable', version: '3' },
    ]);
  });

  test('points from the vulnerability’s name to the thing', () => {
    const facts = about({ vulnerabilities: [{ id: 'CVE-1', affects: [{ ref: 'a' }] }] });
    const [edge] = edges(facts, 'hasStatus');
    expect(facts.nodes[edge?.from ?? -1]).toMatchObject({
      ref: 'name:vulnerability/CVE-1',
      kinds: ['Name'],
    });
    expect(facts.nodes[edge?.to ?? -1]?.ref).toBe('pkg:npm/a@1');
  });

  test('of nothing here, or without an id, state nothing', () => {
    const facts = about({
      vulnerabilities: [{ id: 'CVE-1', affects: [{ ref: 'gone' }] }, { affects: [{ ref: 'a' }] }],
    });
    expect(edges(facts, 'hasStatus')).toEqual([]);
    expect(problemCodes(facts)).toEqual(['dangling-ref', 'vulnerability-without-id']);
  });

  test('affecting a purl that is no bom-ref affects nothing: a reference is not a name', () => {
    const facts = factsOf(
      bomWith({
        components: [{ ...part('a'), 'bom-ref': 'x' }],
        vulnerabilities: [{ id: 'CVE-1', affects: [{ ref: 'pkg:npm/a@1' }] }],
      }),
    );
    expect(edges(facts, 'hasStatus')).toEqual([]);
    expect(problemCodes(facts)).toContain('dangling-ref');
  });
});

describe('compositions', () => {
  test('complete assemblies close parts, complete dependencies close inputs, each for the one named', () => {
    const facts = about({
      compositions: [{ aggregate: 'complete', assemblies: ['app'], dependencies: ['app', 'a'] }],
    });
    expect(completeness(facts)).toEqual(['app parts', 'app inputs', 'a inputs']);
  });

  test.each([
    'incomplete',
    'incomplete_first_party_only',
    'incomplete_third_party_proprietary_only',
    'unknown',
    'not_specified',
    'COMPLETE',
    undefined,
  ])('aggregate %s claims nothing', (aggregate) => {
    expect(
      completeness(
        about({ compositions: [{ aggregate, assemblies: ['app'], dependencies: ['app'] }] }),
      ),
    ).toEqual([]);
  });

  test('complete dependencies of a model or a data set are not all that went into it', () => {
    const facts = factsOf(
      bomWith({
        components: [
          { type: 'machine-learning-model', name: 'm', 'bom-ref': 'm' },
          { type: 'data', name: 'd', 'bom-ref': 'd' },
          { ...part('a'), 'bom-ref': 'a' },
        ],
        compositions: [
          { aggregate: 'complete', assemblies: ['m'], dependencies: ['m', 'd', 'a'] },
          {
            aggregate: 'complete',
            dependencies: [`urn:cdx:${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}/1#x`],
          },
        ],
      }),
    );
    expect(completeness(facts)).toEqual(['m parts', 'a inputs']);
  });

  test('about nothing, or about what is not there, claim nothing', () => {
    const facts = about({
      compositions: [{ aggregate: 'complete' }, { aggregate: 'complete', assemblies: ['gone'] }],
    });
    expect(completeness(facts)).toEqual([]);
    expect(problemCodes(facts)).toEqual(['composition-without-target', 'dangling-ref']);
  });

  test('complete vulnerabilities say nothing of lineage', () => {
    const facts = about({
      vulnerabilities: [{ id: 'CVE-1', 'bom-ref': 'v' }],
      compositions: [{ aggregate: 'complete', vulnerabilities: ['v'] }],
    });
    expect(completeness(facts)).toEqual([]);
  });
});

describe('the document itself', () => {
  test('describes its subject and follows earlier versions of its serial number', () => {
    const facts = about({ version: 7 });
    expect(edgesOf(facts, 'describes')).toEqual([
      'urn:uuid:11111111-2222-4333-8444-555555555555 describes app',
    ]);
    expect(facts.claims).toEqual([
      {
        type: 'supersession',
        family: 'bom:11111111-2222-4333-8444-555555555555',
        version: '7',
        pointer: '/version',
      },
    ]);
    expect(facts).toMatchObject({
      format: 'cyclonedx-json',
      version: '1.6',
      statementKind: 'sbom',
    });
  });

  test.each([[undefined], ['urn:uuid:redacted']])(
    'with serial number %s it follows nothing',
    (serialNumber) => {
      expect(about({ serialNumber }).claims).toEqual([]);
    },
  );

  test('attests what its declarations claim of a component', () => {
    const facts = about({
      declarations: {
        targets: {
          components: [part('target')],
          organizations: [{ 'bom-ref': 'org', name: 'Org' }],
        },
        claims: [
          { target: 'target', predicate: 'was reviewed' },
          { target: 'org', predicate: 'is nobody to lineage' },
          { target: 'gone', predicate: 'is not there' },
        ],
      },
    });
    expect(edgesOf(facts, 'attests')).toEqual([
      'urn:uuid:11111111-2222-4333-8444-555555555555 attests target',
    ]);
    expect(problemCodes(facts)).toEqual(['dangling-ref']);
    expect(edgesOf(facts, 'contains')).toEqual(['app contains a']);
  });

  test('keeps its tools and authors as labels', () => {
    const facts = about({
      metadata: {
        component: part('app'),
        timestamp: '2026-01-01T00:00:00Z',
        tools: [{ vendor: 'v', name: 'n', version: '1' }],
        authors: [{ name: 'Ann' }],
      },
    });
    const bom = facts.nodes.find(({ kinds }) => kinds.includes('Bom'));
    expect(bom?.attributes).toEqual({
      timestamp: '2026-01-01T00:00:00Z',
      tools: 'v n 1',
      authors: 'Ann',
    });
  });
});
