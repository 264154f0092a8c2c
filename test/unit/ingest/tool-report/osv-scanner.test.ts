// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { refEdges } from '../../../support/ml-documents.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const advisory = (id: string, more: object = {}): object => ({
  id,
  modified: '2026-01-02T03:04:05Z',
  ...more,
});
const scan = (packages: readonly object[], path = '/src/go.mod'): object => ({
  source: { path, type: 'lockfile' },
  packages,
});
const requests = {
  package: { name: 'requests', version: '2.19.0', ecosystem: 'PyPI' },
  vulnerabilities: [
    advisory('GHSA-1', { aliases: ['CVE-1'], database_specific: { severity: 'MODERATE' } }),
    advisory('PYSEC-1', { aliases: ['CVE-1'] }),
    advisory('GHSA-2', { withdrawn: '2026-02-01T00:00:00Z' }),
  ],
  groups: [
    { ids: ['GHSA-1', 'PYSEC-1'], aliases: ['CVE-1', 'GHSA-1', 'PYSEC-1'], max_severity: '9.8' },
    {
      ids: ['GHSA-2'],
      max_severity: '',
      experimental_analysis: { 'GHSA-2': { called: false, unimportant: false } },
    },
  ],
};

function found(facts: Facts): unknown[] {
  return facts.edges
    .filter(({ relation }) => relation === 'hasStatus')
    .map(({ from, to, qualifiers }) => {
      const ref = facts.nodes[to]?.ref ?? '';
      const thing = ref.startsWith('local:') ? ref.slice(ref.indexOf('#')) : ref;
      return [facts.nodes[from]?.names[0], thing, qualifiers];
    });
}

describe('what was found', () => {
  test('each advisory in its package, with what its group says', () => {
    const facts = reportFacts({ results: [scan([requests])] });
    const thing = 'pkg:pypi/requests@2.19.0';
    const critical = { status: 'found', severity: 'Critical', score: '9.8', source: 'osv-scanner' };
    const withdrawn = '2026-02-01T00:00:00Z';
    expect(found(facts)).toEqual([
      ['GHSA-1', thing, critical],
      ['PYSEC-1', thing, critical],
      [
        'GHSA-2',
        thing,
        { status: 'found', severity: 'Unknown', called: 'false', withdrawn, source: 'osv-scanner' },
      ],
    ]);
    expect(refEdges(facts, 'alternateOf')).toEqual([
      'name:vulnerability/GHSA-1 alternateOf name:vulnerability/CVE-1',
      'name:vulnerability/PYSEC-1 alternateOf name:vulnerability/CVE-1',
    ]);
    expect(attributesUnder(facts, 'result.')).toEqual({
      Critical: 'fail ×1',
      Unknown: 'warn ×1',
    });
    expect(attributesUnder(facts, 'summary.')).toEqual({ packages: '1', vulnerabilities: '3' });
    expect(reportNode(facts).attributes).toMatchObject({ tool: 'osv-scanner', stage: '5' });
  });

  test.each([
    ['9.0', 'Critical', 'fail'],
    ['8.9', 'High', 'fail'],
    ['4', 'Medium', 'fail'],
    ['3.9', 'Low', 'warn'],
    ['0', 'None', 'warn'],
    ['10.1', 'Moderate', 'fail'],
    ['-1', 'Moderate', 'fail'],
    ['high', 'Moderate', 'fail'],
    ['', 'Moderate', 'fail'],
  ])('a score of "%s" is %s', (score, severity, outcome) => {
    const group = { ids: ['GHSA-1', 'PYSEC-1', 'GHSA-2'], max_severity: score };
    const facts = reportFacts({ results: [scan([{ ...requests, groups: [group] }])] });
    expect(attributesUnder(facts, 'result.')).toEqual({ [severity]: `${outcome} ×1` });
  });

  test('without groups each advisory stands for itself', () => {
    const { groups: _, ...ungrouped } = requests;
    const facts = reportFacts({ results: [scan([ungrouped])] });
    expect(attributesUnder(facts, 'result.')).toEqual({
      Moderate: 'fail ×1',
      Unknown: 'warn ×2',
    });
  });

  test('a commit names no repository; two packages of one name are two', () => {
    const commit = 'b05de24a3e1a8b5fa9f9a6c10c7b5a1c63a2a0d1';
    const vulnerabilities = [advisory('OSV-1')];
    const named = {
      package: { name: 'x', version: '1', ecosystem: 'Rocky Linux' },
      vulnerabilities,
    };
    const facts = reportFacts({
      results: [scan([{ package: { commit }, vulnerabilities }, named, named])],
    });
    expect(found(facts).map((one) => (one as unknown[])[1])).toEqual([
      '#/results/0/packages/0/package',
      '#/results/0/packages/1/package',
      '#/results/0/packages/2/package',
    ]);
    const thing = facts.nodes.find(({ ref }) => ref.endsWith('packages/0/package'));
    expect(thing?.kinds).toEqual(['Code']);
    expect(thing?.names).toEqual([commit]);
  });

  test('the licences that break a rule fail', () => {
    const broken = { package: requests.package, license_violations: ['GPL-3.0', 'UNKNOWN'] };
    const facts = reportFacts({ results: [scan([broken])] });
    expect(attributesUnder(facts, 'result.')).toEqual({ license_violations: 'fail ×2' });
  });

  test('nothing found passes', () => {
    const clean = { results: [], experimental_config: { licenses: { summary: false } } };
    for (const report of [clean, { results: [scan([])] }]) {
      expect(attributesUnder(reportFacts(report), 'result.')).toEqual({
        vulnerabilities: 'pass ×0',
      });
    }
  });

  test('it is about the files that were scanned', () => {
    const facts = reportFacts({ results: [scan([requests]), scan([], '/src/package-lock.json')] });
    expect(facts.subjects.map((at) => facts.nodes[at]?.names)).toEqual([
      ['/src/go.mod'],
      ['/src/package-lock.json'],
    ]);
  });
});

test.each([
  ['no results', { results: [] }],
  ['results of something else', { results: [{ source: '/src', packages: [] }] }],
  ['a scan among other things', { results: [scan([]), {}] }],
  ['a source without a path', { results: [{ source: { type: 'lockfile' }, packages: [] }] }],
  ['packages that are no list', { results: [{ source: { path: 'a' }, packages: {} }] }],
  ['packages of something else', { results: [scan([{ name: 'requests' }])] }],
  ['an answer of the database', { results: [{ vulns: [advisory('GHSA-1')] }] }],
])('%s: no report of OSV-Scanner', (_, document) => {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  expect(detectToolReport(decode(bytes))?.format).toBeUndefined();
});
