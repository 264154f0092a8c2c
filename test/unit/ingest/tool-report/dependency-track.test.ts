// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const formatOf = (value: unknown): string | undefined =>
  detectToolReport(decode(new TextEncoder().encode(JSON.stringify(value))))?.format;
const TIME = Date.UTC(2026, 4, 1);

describe('findings as the API lists them', () => {
  const finding = {
    component: {
      name: 'flask',
      version: '2.0.0',
      purl: 'pkg:pypi/flask@2.0.0',
      project: '0b1f1a34-0000-4000-8000-000000000001',
      projectName: 'triage',
      projectVersion: '1.0',
    },
    vulnerability: { vulnId: 'CVE-2026-1', source: 'NVD', severity: 'HIGH', aliases: [] },
    analysis: { state: 'NOT_AFFECTED', isSuppressed: false },
    matrix: 'a:b:c',
  };

  test('packages, severities, what analysts say, the project', () => {
    const facts = reportFacts([
      finding,
      { ...finding, vulnerability: { ...finding.vulnerability, vulnId: 'CVE-2026-2' } },
    ]);
    expect(attributesUnder(facts, 'result.')).toEqual({ HIGH: 'fail ×2' });
    expect(reportNode(facts).attributes).toMatchObject({ tool: 'dependency-track', stage: '5' });
    expect(facts.subjects.map((id) => facts.nodes[id]?.names)).toContainEqual(['triage@1.0']);
    const refs = facts.nodes.map(({ ref }) => ref);
    expect(refs).toContain('pkg:pypi/flask@2.0.0');
    expect(refs.filter((ref) => ref.includes('CVE-2026'))).toHaveLength(2);
  });

  test('records that lack what each has are none', () => {
    expect(formatOf([finding, { ...finding, matrix: undefined }])).toBeUndefined();
    expect(formatOf([{ ...finding, component: 'flask' }])).toBeUndefined();
    expect(formatOf([{ ...finding, vulnerability: { vulnId: 'CVE-2026-1' } }])).toBeUndefined();
  });
});

describe('policies', () => {
  const violation = {
    type: 'LICENSE',
    project: { name: 'triage', version: '1.0' },
    component: { name: 'readline', version: '8' },
    policyCondition: { policy: { name: 'No copyleft', violationState: 'FAIL' } },
    timestamp: TIME,
  };

  test('a violation fails unless an analyst approved it', () => {
    const component = { name: 'other' };
    const approved = { analysisState: 'APPROVED' };
    const facts = reportFacts([violation, { ...violation, component, analysis: approved }]);
    expect(attributesUnder(facts, 'result.')).toEqual({
      'No copyleft LICENSE readline@8': 'fail',
      'No copyleft LICENSE other': 'pass',
    });
    expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-01T00:00:00.000Z' });
    expect(facts.subjects.map((id) => facts.nodes[id]?.names)).toEqual([['triage@1.0']]);
  });

  test.each([
    ['WARN', 'warn'],
    ['INFO', 'info'],
    ['OTHER', 'info'],
  ])('%s is %s', (violationState, outcome) => {
    const policyCondition = { policy: { name: 'a', violationState } };
    const results = attributesUnder(reportFacts([{ ...violation, policyCondition }]), 'result.');
    expect(results).toEqual({ 'a LICENSE readline@8': outcome });
  });

  test('without a policy it is none', () => {
    expect(formatOf([violation, { ...violation, policyCondition: {} }])).toBeUndefined();
    expect(formatOf(violation)).toBeUndefined();
  });
});

describe('metrics', () => {
  const metrics = {
    critical: 0,
    high: 2,
    low: 1,
    vulnerabilities: 3,
    findingsTotal: 3,
    findingsAudited: 0,
    inheritedRiskScore: 11.0,
    policyViolationsFail: 0,
    lastOccurrence: TIME,
  };

  test('as they are, and the last of them over time', () => {
    const earlier = { ...metrics, critical: 9, lastOccurrence: TIME - 1 };
    for (const form of [metrics, [earlier, metrics]]) {
      const facts = reportFacts(form);
      expect(attributesUnder(facts, 'result.')).toEqual({
        critical: 'pass ×0',
        high: 'fail ×2',
        low: 'warn ×1',
        policyViolationsFail: 'pass ×0',
      });
      expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-01T00:00:00.000Z' });
    }
    expect(attributesUnder(reportFacts(metrics), 'summary.')['findingsTotal']).toBe('3');
  });

  test('numbers of other names are none', () => {
    expect(formatOf({ ...metrics, findingsTotal: undefined })).toBeUndefined();
    expect(formatOf([metrics, {}])).toBeUndefined();
  });
});
