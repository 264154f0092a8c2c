// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ToolReport } from '../model.ts';

/**
 * Evidently up to 0.6 (and `evidently.legacy` after it): the JSON of a report or of a test suite. Neither names any data.
 * @see https://docs.evidentlyai.com
 */
export const evidentlyLegacy: ToolAdapter = {
  format: 'evidently-legacy',
  detect(decoded) {
    const document = jsonObject(decoded);
    const version = stringMember(document, 'version');
    if (version === undefined) return undefined;
    return isReport(document) || isSuite(document) ? version : undefined;
  },
  parse(decoded) {
    const root = jsonRoot(decoded);
    const results = [
      ...root.at('metrics').items.flatMap(metricResults),
      ...root.at('tests').items.map(testResult),
    ];
    return reportOf(root, results);
  },
};

function isReport(document: unknown): boolean {
  const [first] = arrayMember(document, 'metrics') ?? [];
  return stringMember(first, 'metric') !== undefined && isJsonObject(member(first, 'result'));
}

function isSuite(document: unknown): boolean {
  const summary = member(document, 'summary');
  return (
    arrayMember(document, 'tests') !== undefined &&
    typeof member(summary, 'all_passed') === 'boolean' &&
    isJsonObject(member(summary, 'by_status'))
  );
}

function reportOf(root: Place, results: readonly ReportResult[]): ToolReport {
  const metrics = root.at('metrics').items;
  const tests = root.at('tests').items;
  const isDrift = metrics.some((one) => (one.at('metric').text ?? '').includes('Drift'));
  return {
    tool: 'evidently',
    ...optional('toolVersion', root.at('version').text),
    ...optional('time', root.at('timestamp').text),
    stages: isDrift ? [7, 9] : [2, 9],
    about: [],
    results,
    summary: {
      metrics: String(metrics.length),
      tests: String(tests.length),
      testsFailed: String(results.filter(({ outcome }) => outcome === 'fail').length),
    },
  };
}

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['SUCCESS', 'pass'],
  ['WARNING', 'warn'],
  ['FAIL', 'fail'],
  ['ERROR', 'fail'],
]);

function testResult(test: Place): ReportResult {
  const status = test.at('status').text ?? '';
  const description = test.at('name').text ?? '';
  const column = test.at('parameters', 'column_name').text;
  const name = column === undefined ? description : `${description} (${column})`;
  return { name: `test ${name}`, outcome: OUTCOMES.get(status) ?? 'info' };
}

/** Members that say whether drift was found. */
const FOUND_DRIFT = new Set(['dataset_drift', 'drift_detected']);

/** Numbers of the metric itself and of the data looked at; those of columns only where they say that a column drifts. */
function metricResults(metric: Place): ReportResult[] {
  const result = metric.at('result');
  const column = result.at('column_name').text;
  const kind = metric.at('metric').text ?? '';
  const name = column === undefined ? kind : `${kind} ${column}`;
  return [
    ...numbersOf(result, name),
    ...numbersOf(result.at('current'), `${name} current`),
    ...numbersOf(result.at('reference'), `${name} reference`),
    ...result
      .at('drift_by_columns')
      .entries.flatMap(([key, one]) => driftOf('drift_detected', one, `${name} ${key}`)),
  ];
}

function numbersOf(place: Place, name: string): ReportResult[] {
  return place.entries.flatMap(([key, one]): ReportResult[] => {
    if (FOUND_DRIFT.has(key)) return driftOf(key, place, name);
    const { numeral } = one;
    return numeral === undefined
      ? []
      : [{ name: `${name} ${key}`, outcome: 'info', score: numeral }];
  });
}

/** Drift is a warning: the data changed, which is not yet a fault. */
function driftOf(key: string, place: Place, name: string): ReportResult[] {
  const found = place.at(key).value;
  if (typeof found !== 'boolean') return [];
  return [{ name: `${name} ${key}`, outcome: found ? 'warn' : 'pass' }];
}
