// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../model.ts';

/**
 * Evidently: drift and quality metrics with tests, as a report or as a snapshot of its workspace. Only the snapshot keeps what
 * its user says of the data: members of the metadata that end in `sha256`. @see https://docs.evidentlyai.com
 */
export const evidently: ToolAdapter = {
  format: 'evidently',
  detect(decoded) {
    const document = jsonObject(decoded);
    const [first] = arrayMember(document, 'metrics') ?? [];
    const type = stringMember(member(first, 'config'), 'type') ?? '';
    const isReport = type.startsWith('evidently:metric_v2:');
    const isSnapshot =
      isJsonObject(member(document, 'metric_results')) &&
      arrayMember(document, 'top_level_metrics') !== undefined;
    return isReport || isSnapshot ? null : undefined;
  },
  parse(decoded) {
    const root = jsonRoot(decoded);
    return root.at('metric_results').isObject ? parseSnapshot(root) : parseReport(root);
  },
};

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['SUCCESS', 'pass'],
  ['FAIL', 'fail'],
  ['ERROR', 'fail'],
  ['WARNING', 'warn'],
]);

/** Stages: drift is watched in continuous training and monitoring, a summary describes data. */
function parseReport(root: Place): ToolReport {
  const metrics = root.at('metrics').items;
  const tests = root.at('tests').items;
  const isDrift = metrics.some((one) => (one.at('metric_name').text ?? '').includes('Drift'));
  const results = [...metrics.flatMap((one) => metricOf(one)), ...tests.map(testOf)];
  const failed = results.filter(({ outcome }) => outcome === 'fail').length;
  return {
    tool: 'evidently',
    ...optional('time', root.at('timestamp').text),
    stages: isDrift ? [7, 9] : [2, 9],
    about: [],
    results,
    summary: {
      metrics: String(metrics.length),
      tests: String(tests.length),
      testsFailed: String(failed),
    },
  };
}

function metricOf(metric: Place): ReportResult[] {
  const name = metric.at('metric_name').text ?? metric.at('id').text ?? '';
  const value = metric.at('value');
  if (value.numeral !== undefined) return [{ name, outcome: 'info', score: value.numeral }];
  return value.entries.flatMap(([key, one]) => {
    const { numeral } = one;
    return numeral === undefined
      ? []
      : [{ name: `${name} ${key}`, outcome: 'info', score: numeral }];
  });
}

function testOf(test: Place): ReportResult {
  const column = test.at('metric_config', 'params', 'column').text;
  const name = test.at('name').text ?? test.at('id').text ?? '';
  const status = test.at('status').text ?? '';
  return {
    name:
      column === undefined || name.includes(column) ? `test ${name}` : `test ${name} (${column})`,
    outcome: OUTCOMES.get(status) ?? 'info',
  };
}

function parseSnapshot(root: Place): ToolReport {
  const results = root.at('metric_results').entries.flatMap(([, one]) => snapshotResults(one));
  const about = root.at('metadata').entries.flatMap(namedThing);
  return {
    tool: 'evidently',
    ...optional('time', root.at('timestamp').text),
    stages: [7, 9],
    about,
    results,
    summary: { ...optional('name', root.at('name').text) },
  };
}

/** A result is a value, or counts and shares side by side, and has its tests inside. */
function snapshotResults(result: Place): ReportResult[] {
  const name = result.at('display_name').text ?? '';
  const values = ['value', 'count', 'share'].flatMap((key): ReportResult[] => {
    const place = result.at(key);
    const score = place.numeral ?? place.at('value').numeral;
    if (score === undefined) return [];
    return [{ name: key === 'value' ? name : `${name} ${key}`, outcome: 'info', score }];
  });
  const tests = result.at('tests').items.map(testOf);
  return [...values, ...tests];
}

/** `reference_sha256`, `current_sha256`: data named by its digest. */
function namedThing([key, place]: [string, Place]): ReportThing[] {
  const hex = place.text;
  if (!/sha256$/i.test(key) || hex === undefined) return [];
  const name = key.replace(/[_.-]?sha256$/i, '');
  const digests = [{ algorithm: 'sha256', hex: hex.replace(/^sha256:/, '') }];
  return [{ kind: 'Dataset', pointer: place.pointer, names: name === '' ? [] : [name], digests }];
}
