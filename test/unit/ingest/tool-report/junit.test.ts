// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';

const cases =
  '<testcase classname="train" name="fits" time="0.1"/>' +
  '<testcase classname="train" name="predicts"><failure message="no">secret</failure></testcase>' +
  '<testcase name="saves"><error/></testcase>' +
  '<testcase name="loads"><skipped/></testcase>';
const suite = `<testsuite name="pytest" tests="4" failures="1" timestamp="2026-05-01T09:00:00">${cases}</testsuite>`;
const expected = {
  failed: 'fail ×2',
  'train.fits': 'pass',
  'train.predicts': 'fail',
  saves: 'fail',
  loads: 'info',
};

test.each([
  ['one suite', suite],
  ['several', `<?xml version="1.0"?>\n<testsuites>${suite}</testsuites>`],
  [
    'a suite in a suite',
    `<testsuite name="all" tests="4" timestamp="2026-05-01T09:00:00">${suite}</testsuite>`,
  ],
])('%s: how each test ended, and nothing of what it printed', (_, text) => {
  const facts = reportFacts(text);
  expect(attributesUnder(facts, 'result.')).toEqual(expected);
  expect(attributesUnder(facts, 'summary.')).toEqual({
    tests: '4',
    passed: '1',
    failed: '2',
    skipped: '1',
  });
  expect(reportNode(facts).attributes).toMatchObject({
    tool: 'junit',
    stage: '6',
    time: '2026-05-01T09:00:00',
  });
  expect(JSON.stringify(facts)).not.toContain('secret');
});

test('no tests are no pass, and what is counted need not be listed', () => {
  const resultsOf = (text: string): unknown => attributesUnder(reportFacts(text), 'result.');
  expect(resultsOf('<testsuites/>')).toEqual({ failed: 'info ×0' });
  expect(resultsOf('<testsuite tests="3" failures="1" errors="1"/>')).toEqual({
    failed: 'fail ×2',
  });
  expect(resultsOf('<testsuite tests="3" failures="all"/>')).toEqual({ failed: 'info ×0' });
});

test.each([
  ['a suite without a count', '<testsuite name="a"><testcase/></testsuite>'],
  ['a suite of something else', '<testsuite tests="1"><suite/></testsuite>'],
  ['suites of something else', '<testsuites><suite/></testsuites>'],
  ['a namespace', `<testsuites xmlns="urn:x">${suite}</testsuites>`],
])('%s: not JUnit', (_, text) => {
  expect(detectToolReport(decode(new TextEncoder().encode(text)))).toBeUndefined();
});
