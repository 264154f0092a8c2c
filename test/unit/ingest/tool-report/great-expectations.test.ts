// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, outcomes, reportFacts, reportNode } from './read.ts';
import type { Detected } from '../../../../schemas/decoded.ts';

const NOT_NULL = {
  expectation_type: 'expect_column_values_to_not_be_null',
  kwargs: { column: 'a' },
};
const validation = (success: boolean, meta: object): object => ({
  success,
  results: [{ success, expectation_config: NOT_NULL, result: { unexpected_count: 2 } }],
  meta,
});
const detected = (document: object): Detected | undefined =>
  detectToolReport(decode(new TextEncoder().encode(JSON.stringify(document))));

test('a checkpoint of the old versions holds the results of all its validations', () => {
  const old = { 'great_expectations.__version__': '0.11.8', batch_kwargs: { path: '/data/a.csv' } };
  const document = {
    run_id: { run_name: 'nightly', run_time: '2026-01-02T03:04:05Z' },
    run_results: {
      'ValidationResultIdentifier::a': { validation_result: validation(true, old) },
      'ValidationResultIdentifier::b': {
        validation_result: validation(false, { ...old, batch_kwargs: { table: 'b' } }),
        actions_results: { store: { success: true } },
      },
    },
    success: false,
  };
  expect(detected(document)).toEqual({ format: 'great-expectations', version: '0.11.8' });
  const facts = reportFacts(document);
  expect(outcomes(facts)).toEqual({ fail: 1, warn: 0, pass: 1, info: 0 });
  expect(attributesUnder(facts, 'summary.')).toEqual({ success: 'false' });
  expect(reportNode(facts).attributes).toMatchObject({
    tool: 'great-expectations',
    toolVersion: '0.11.8',
    time: '2026-01-02T03:04:05Z',
  });
  expect(facts.subjects.map((at) => facts.nodes[at]?.names)).toEqual([['/data/a.csv'], ['b']]);
});

test.each([
  ['', { active_batch_definition: { data_asset_name: 'taxi' }, batch_spec: {} }],
  [', as early versions wrote it', { data_asset_name: 'taxi', batch_kwargs: { ge_batch_id: '1' } }],
])('data that is named by the project alone%s', (_, meta) => {
  const facts = reportFacts(validation(true, meta));
  expect(facts.subjects.map((at) => facts.nodes[at]?.names)).toEqual([['taxi']]);
});

test.each([
  ['a suite that asks nothing', { name: 's', expectations: [] }],
  ['a validation of it', { success: true, results: [], statistics: {} }],
])('%s passes nothing', (_, document) => {
  const facts = reportFacts({ ...document, meta: { great_expectations_version: '1.2.0' } });
  expect(outcomes(facts)).toEqual({ fail: 0, warn: 0, pass: 0, info: 0 });
  expect(reportNode(facts).attributes).toMatchObject({ outcome: 'info', toolVersion: '1.2.0' });
});

test.each([
  ['nothing asked by another tool', { expectations: [], meta: { version: '1.2.0' } }],
  ['the version of the tool alone', { meta: { great_expectations_version: '1.2.0' } }],
  ['other results of runs', { run_results: { a: { result: validation(true, {}) } } }],
  [
    'results of runs that are a list',
    { run_results: [{ validation_result: validation(true, {}) }] },
  ],
  [
    'a run that was not looked at',
    { run_results: { a: { validation_result: { success: true } } } },
  ],
  ['a test of the tool itself', { expectation_type: 'expect_x', datasets: [] }],
])('%s: no report', (_, document) => {
  expect(detected(document)?.format).not.toBe('great-expectations');
});
