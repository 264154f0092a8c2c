// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const profile = {
  analysis: { title: 'Visits', date_start: '2026-05-01 09:00:00', date_end: '2026-05-01 09:00:07' },
  table: { n: 12, p_cells_missing: 0.5, types: { Numeric: 1 } },
  variables: { age: { n: 12 } },
  alerts: ['[age] has 3 (25.0%) zeros'],
  package: { ydata_profiling_version: '4.6.1' },
};

test('the data is named by its title and described by the configuration', () => {
  const config = JSON.stringify({ dataset: { url: 'https://example.org/a.csv', creator: '' } });
  const facts = reportFacts({
    ...profile,
    package: { ydata_profiling_version: '4.6.1', ydata_profiling_config: config },
  });
  expect(reportNode(facts).attributes).toMatchObject({
    tool: 'ydata-profiling',
    toolVersion: '4.6.1',
    time: '2026-05-01 09:00:07',
  });
  expect(attributesUnder(facts, 'summary.')).toEqual({
    n: '12',
    p_cells_missing: '0.5',
    alerts: '1',
    'dataset.url': 'https://example.org/a.csv',
  });
  expect(facts.subjects.map((id) => facts.nodes[id]?.names)).toEqual([['Visits']]);
});

test('a title that nobody chose names no data', () => {
  for (const title of ['YData Profiling Report', 'Pandas Profiling Report']) {
    const facts = reportFacts({ ...profile, analysis: { ...profile.analysis, title } });
    expect(facts.subjects).toEqual([0]);
  }
});

test('pandas-profiling is the same tool by its earlier name, and its alerts were messages', () => {
  const { alerts, ...rest } = profile;
  const facts = reportFacts({
    ...rest,
    messages: alerts,
    package: { pandas_profiling_version: '2.9.0', pandas_profiling_config: 'no: json' },
  });
  expect(reportNode(facts).attributes).toMatchObject({
    tool: 'pandas-profiling',
    toolVersion: '2.9.0',
    outcome: 'warn',
  });
});

test('a comparison: two tables, two of each number, alerts as Python prints lists', () => {
  const facts = reportFacts({
    ...profile,
    analysis: {
      title: '<em>Comparing</em> Before <em>and</em> After',
      date_end: ['2026-05-01 09:00:07', '2026-05-01 09:00:09'],
    },
    table: { n: [12, 14] },
    alerts:
      '([[age] has 3 (25.0%) zeros, [sex] is odd, check if it is, [ward] is new], [[age] is odd])',
    package: { ydata_profiling_version: ['4.6.1', '4.6.1'] },
  });
  expect(attributesUnder(facts, 'result.')).toEqual({
    '1: [age] has 3 (25.0%) zeros': 'warn',
    '1: [sex] is odd, check if it is': 'warn',
    '1: [ward] is new': 'warn',
    '2: [age] is odd': 'warn',
  });
  expect(attributesUnder(facts, 'summary.')).toEqual({ n: '12, 14', alerts: '4' });
  expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-01 09:00:09' });
  expect(facts.subjects.map((id) => facts.nodes[id]?.names[0])).toEqual(['Before', 'After']);
});

test.each([
  ['([], [])', {}],
  ['([[a] x], [])', { '1: [a] x': 'warn' }],
  ['([], [[a] x])', { '2: [a] x': 'warn' }],
])('alerts of a comparison in %s', (alerts, expected) => {
  const results = attributesUnder(reportFacts({ ...profile, alerts }), 'result.');
  expect(results).toEqual(Object.keys(expected).length > 0 ? expected : { alerts: 'pass ×0' });
});

test.each([
  ['no version', { ...profile, package: {} }],
  ['a version that is no text', { ...profile, package: { ydata_profiling_version: 4 } }],
  ['no alerts', { ...profile, alerts: undefined }],
  ['no table', { ...profile, table: [] }],
])('%s: not a profile', (_, value) => {
  expect(detectToolReport(decode(new TextEncoder().encode(JSON.stringify(value))))).toBeUndefined();
});
