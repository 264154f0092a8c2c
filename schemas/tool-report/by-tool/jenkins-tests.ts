// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ToolReport } from '../model.ts';

/**
 * Jenkins: the test report of a build (`testReport/api/json`), of one job or of several that belong together.
 * @see https://plugins.jenkins.io/junit/
 */
export const jenkinsTests: ToolAdapter = {
  format: 'jenkins-tests',
  detect(decoded) {
    const document = jsonObject(decoded);
    const isReport =
      ['failCount', 'skipCount'].every((key) => typeof member(document, key) === 'number') &&
      ['suites', 'childReports'].some((key) => arrayMember(document, key) !== undefined);
    return isReport ? null : undefined;
  },
  parse: (decoded) => parseTests(jsonRoot(decoded)),
};

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['PASSED', 'pass'],
  ['FIXED', 'pass'],
  ['FAILED', 'fail'],
  ['REGRESSION', 'fail'],
]);

function parseTests(root: Place): ToolReport {
  const children = root.at('childReports').items.map((one) => one.at('result'));
  const suites = [root, ...children].flatMap((one) => one.at('suites').items);
  const count = (key: string): string => root.at(key).written ?? '';
  const failed = count('failCount');
  return {
    tool: 'jenkins',
    ...optional('time', suites.flatMap((one) => one.at('timestamp').text ?? [])[0]),
    stages: [6],
    about: [],
    results: [
      { name: 'failed', outcome: failed === '0' ? 'pass' : 'fail', count: failed },
      { name: 'skipped', outcome: 'info', count: count('skipCount') },
      ...suites.flatMap((suite) => suite.at('cases').items.map(testOf)),
    ],
    summary: {
      failed,
      skipped: count('skipCount'),
      passed: count('passCount'),
      total: count('totalCount'),
      duration: count('duration'),
    },
  };
}

/** A skipped test judges nothing. */
function testOf(test: Place): ReportResult {
  const name = [test.at('className').text, test.at('name').text].flatMap((one) => one ?? []);
  const outcome = OUTCOMES.get(test.at('status').text ?? '') ?? 'info';
  return { name: name.join('.'), outcome };
}
