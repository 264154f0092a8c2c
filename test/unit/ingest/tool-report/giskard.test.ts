// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { attributesUnder, reportFacts } from './read.ts';

const issues = [
  {
    domain: 'Performance',
    slicing_fn: '`age` < 30',
    transformation_fn: null,
    metric: 'Recall',
    deviation: '-10% than global',
    description: 'worse for the young',
  },
  {
    domain: 'Leaks what it was told',
    slicing_fn: null,
    transformation_fn: null,
    metric: null,
    deviation: null,
    description: 'says "a, b"',
  },
];
const columns = Object.fromEntries(
  Object.keys(issues[0] ?? {}).map((column) => [
    column,
    Object.fromEntries(issues.map((issue, row) => [row, Reflect.get(issue, column) as unknown])),
  ]),
);
const csv = [
  ',domain,slicing_fn,transformation_fn,metric,deviation,description',
  '0,Performance,`age` < 30,,Recall,-10% than global,worse for the young',
  '1,Leaks what it was told,,,,,"says ""a, b"""',
].join('\n');

test.each<[string, object | string]>([
  ['records', issues],
  ['columns', columns],
  ['a table', csv],
  ['a table without its index', csv.replaceAll(/^(?:\d|(?=,)),/gm, '').replace(/^,/, '')],
])('issues of a scan as %s', (_, form) => {
  const facts = reportFacts(form);
  expect(attributesUnder(facts, 'result.')).toEqual({
    'Recall `age` < 30': 'fail',
    'Leaks what it was told': 'fail',
  });
  expect(attributesUnder(facts, 'summary.')).toEqual({ issues: '2', failed: '2' });
});

test('columns of something else are none', () => {
  expect(() => reportFacts({ ...columns, metric: ['Recall'] })).toThrow('not detected');
  expect(() => reportFacts({ metric: { '0': 'Recall' } })).toThrow('not detected');
});
