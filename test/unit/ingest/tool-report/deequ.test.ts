// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport, findLinesReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const check = {
  check: 'age is sane',
  check_level: 'Error',
  check_status: 'Error',
  constraint: 'MinimumConstraint(Minimum(age,None))',
  constraint_status: 'Failure',
  constraint_message: 'Value: -1.0 does not meet the constraint requirement!',
};
const metric = { entity: 'Column', instance: 'age', name: 'Mean', value: 41.5 };
const lines = (...rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const csv = (...rows: readonly object[]): string =>
  [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map((one) => `"${one}"`))]
    .map((row) => row.join(','))
    .join('\n');

test('checks as a list, one row, rows of a data frame, a table with its index', () => {
  const second = { ...check, check_level: 'Warning', constraint: 'SizeConstraint(Size(None))' };
  const expected = {
    'MinimumConstraint(Minimum(age,None))': 'fail -1.0',
    'SizeConstraint(Size(None))': 'warn -1.0',
  };
  const indexed = csv(check, second).replaceAll(/^/gm, ',');
  for (const form of [[check, second], lines(check, second), csv(check, second), indexed]) {
    const facts = reportFacts(form);
    expect(attributesUnder(facts, 'result.')).toEqual(expected);
    expect(attributesUnder(facts, 'summary.')).toEqual({ checkStatus: 'Error' });
  }
  expect(reportNode(reportFacts(check)).attributes).toMatchObject({ outcome: 'fail', stage: '2' });
});

test('metrics as a list, rows and a table; out of a repository they say the time of their data', () => {
  for (const form of [[metric], lines(metric, metric), csv(metric)]) {
    const results = attributesUnder(reportFacts(form), 'result.');
    expect(results['Mean(age)']).toBe('info 41.5');
  }
  const dated = [metric, { ...metric, name: 'Minimum' }].map((row, at) => ({
    ...row,
    dataset_date: Date.UTC(2026, at, 1),
    region: 'eu',
  }));
  const facts = reportFacts(dated);
  expect(reportNode(facts).attributes).toMatchObject({ time: '2026-02-01T00:00:00.000Z' });
});

test('a repository: filters, values by key, distributions by how many bins they have', () => {
  const entryOf = (analyzer: object, value: object): object => ({ analyzer, metric: value });
  const metricMap = [
    entryOf({ analyzerName: 'Mean', where: 'age > 1' }, { ...metric, metricName: 'DoubleMetric' }),
    entryOf(
      { analyzerName: 'ApproxQuantiles', column: 'age' },
      { ...metric, name: 'ApproxQuantiles', value: { '0.5': 40, '0.9': 70.25 } },
    ),
    entryOf(
      { analyzerName: 'Histogram', column: 'sex' },
      { metricName: 'HistogramMetric', column: 'sex', numberOfBins: 3, value: { numberOfBins: 3 } },
    ),
  ];
  const resultKey = { dataSetDate: Date.UTC(2026, 4, 1), tags: { name: 'visits' } };
  const facts = reportFacts([{ resultKey, analyzerContext: { metricMap } }]);
  expect(attributesUnder(facts, 'result.')).toEqual({
    'visits Mean(age) where age > 1': 'info 41.5',
    'visits ApproxQuantiles(age) 0.5': 'info 40',
    'visits ApproxQuantiles(age) 0.9': 'info 70.25',
    'visits Histogram(sex)': 'info ×3',
  });
  expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-01T00:00:00.000Z' });
});

test('column profiles as the JVM writes them', () => {
  const column = { dataType: 'Integral', isDataTypeInferred: 'true', completeness: 0.5 };
  const facts = reportFacts({ columns: [{ column: 'age', ...column }] });
  expect(attributesUnder(facts, 'result.')).toEqual({ 'completeness(age)': 'info 0.5' });
});

test('suggested constraints judge nothing, unless they were tried', () => {
  const suggestion = {
    constraint_name: 'CompletenessConstraint(Completeness(age,None))',
    column_name: 'age',
    current_value: 'Completeness: 1.0',
    suggesting_rule: 'CompleteIfCompleteRule()',
    code_for_constraint: '.isComplete("age")',
  };
  const name = suggestion.constraint_name;
  const resultsOf = (more: object): unknown =>
    attributesUnder(
      reportFacts({ constraint_suggestions: [{ ...suggestion, ...more }] }),
      'result.',
    );
  expect(resultsOf({})).toEqual({ [name]: 'info' });
  expect(resultsOf({ constraint_result_on_test_set: 'Success' })).toEqual({ [name]: 'pass' });
  expect(resultsOf({ constraint_result_on_test_set: 'Failure' })).toEqual({ [name]: 'fail' });
  expect(resultsOf({ constraint_result_on_test_set: 'Unknown' })).toEqual({ [name]: 'info' });
});

test.each([
  ['a row of another entity', lines({ ...metric, entity: 'Person' }, metric)],
  ['a list with another entity', JSON.stringify([metric, { ...metric, entity: 'Person' }])],
  ['a table of other columns', 'entity,name,instance,value\nColumn,a,b,1\n'],
  ['a head without rows', 'entity,instance,name,value\n'],
  ['no suggestions', '{"constraint_suggestions": []}'],
  ['columns of a schema', '{"columns": [{"column": "age", "dataType": "int"}]}'],
])('%s: not Deequ', (_, text) => {
  const bytes = new TextEncoder().encode(text);
  expect(findLinesReport(bytes)).toBeUndefined();
  if (!text.includes('}\n{')) expect(detectToolReport(decode(bytes))).toBeUndefined();
});
