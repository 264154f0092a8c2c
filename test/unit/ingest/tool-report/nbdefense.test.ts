// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { attributesUnder, outcomes, reportFacts, reportNode } from './read.ts';

const report = (more: object): object => ({
  root: '.',
  root_issues: [],
  plugins: [],
  notebooks: ['train.ipynb'],
  notebook_issues: [],
  ...more,
});
const results = (more: object): unknown => attributesUnder(reportFacts(report(more)), 'result.');

test('a vulnerable package is a package and a vulnerability', () => {
  const found = { VulnerabilityID: 'CVE-2026-1', PkgName: 'Py_Yaml', InstalledVersion: '5.3' };
  const issue = {
    code: 'VULNERABLE_DEPENDENCY_DEP_FILE',
    severity: 'HIGH',
    details: { file_path: 'requirements.txt', results: found },
  };
  const facts = reportFacts(report({ root_issues: [issue] }));
  expect(attributesUnder(facts, 'result.')).toEqual({
    'VULNERABLE_DEPENDENCY_DEP_FILE CVE-2026-1 Py_Yaml@5.3': 'fail ×1',
  });
  const refs = facts.nodes.map(({ ref }) => ref);
  expect(refs).toContain('pkg:pypi/py-yaml@5.3');
  expect(refs.some((ref) => ref.includes('CVE-2026-1'))).toBe(true);
});

test('an import is vulnerable by its id, a licence by its name', () => {
  const root_issues = [
    {
      code: 'VULNERABLE_DEPENDENCY_IMPORT',
      severity: 'LOW',
      details: { description: 'CVE found', summary_field: { CVE_ID: 'CVE-2026-2' } },
    },
    {
      code: 'UNAPPROVED_LICENSE_DEP_FILE',
      severity: 'MEDIUM',
      details: { package_name: 'gpl-lib', package_version: '1', unapproved_license: 'GPL-3.0' },
    },
  ];
  expect(results({ root_issues })).toEqual({
    'VULNERABLE_DEPENDENCY_IMPORT CVE found CVE-2026-2': 'warn ×1',
    'UNAPPROVED_LICENSE_DEP_FILE gpl-lib@1 GPL-3.0': 'fail ×1',
  });
});

test('issues that are added up are counted one by one', () => {
  const one = { code: 'PII_FOUND', severity: 'MEDIUM', details: null };
  const notebook_issues = [{ path: 'train.ipynb', issues: [{ ...one, issues: [one, one] }] }];
  expect(results({ notebook_issues })).toEqual({ PII_FOUND: 'fail ×2' });
});

test('a plug-in that failed is no pass', () => {
  const errors = [{ error_type: 'SCAN', plugin_name: 'Secrets Plugin', message: 'x' }];
  expect(results({ errors })).toEqual({ 'error SCAN Secrets Plugin': 'warn' });
  expect(outcomes(reportFacts(report({ errors })))).toMatchObject({ pass: 0, warn: 1 });
  expect(results({})).toEqual({ issues: 'pass ×0' });
});

test('results of Scorecard for several repositories in one list', () => {
  const one = (name: string, score: number): object => ({
    date: '2026-05-01',
    repo: { name: `github.com/example/${name}`, commit: 'a'.repeat(40) },
    scorecard: { version: 'v5.0.0', commit: 'b'.repeat(40) },
    score,
    checks: [{ name: 'License', score: 10 }],
  });
  const facts = reportFacts([one('a', 7), one('b', 3)]);
  expect(attributesUnder(facts, 'result.')).toEqual({
    'github.com/example/a License': 'pass 10',
    'github.com/example/b License': 'pass 10',
  });
  expect(reportNode(facts).attributes).toMatchObject({ tool: 'scorecard', toolVersion: 'v5.0.0' });
  expect(facts.subjects).toHaveLength(2);
  expect(() => reportFacts([one('a', 7), {}])).toThrow('not detected');
});
