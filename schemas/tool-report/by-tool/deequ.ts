// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { instantText, jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/**
 * Deequ: constraints and metrics of a table, in the four forms that its Scala and Python APIs write: check results, metrics,
 * a metrics repository, column profiles. None names its version; only a repository can name the data, in its tags.
 * @see https://github.com/awslabs/deequ
 */
export const deequ: ToolAdapter = {
  format: 'deequ',
  detect: (decoded) => (formOf(decoded) === undefined ? undefined : null),
  parse(decoded) {
    const root = jsonRoot(decoded);
    switch (formOf(decoded)) {
      case 'checks':
        return report(root.items.map(checkOf), [], checkSummary(root));
      case 'metrics':
        return report(root.items.map(metricOf), []);
      case 'repository':
        return parseRepository(root);
      case 'profiles':
      case undefined:
        return report(root.entries.map(profileOf), []);
    }
  },
};

type Form = 'checks' | 'metrics' | 'repository' | 'profiles';
const PROFILE = /^(?:Numeric|String|Standard)Profiles? for column: /;
const ENTITIES = ['Dataset', 'Column', 'Mutlicolumn', 'Multicolumn'];

function formOf(decoded: Decoded): Form | undefined {
  const items = jsonObjects(decoded);
  if (items !== undefined) {
    const every = (...keys: string[]): boolean =>
      items.every((item) => keys.every((key) => member(item, key) !== undefined));
    if (every('check_status', 'constraint_status', 'constraint')) return 'checks';
    if (every('resultKey', 'analyzerContext')) return 'repository';
    const isMetric = (item: unknown): boolean =>
      ENTITIES.includes(stringMember(item, 'entity') ?? '');
    return every('entity', 'instance', 'name', 'value') && items.every(isMetric)
      ? 'metrics'
      : undefined;
  }
  const columns = Object.values(jsonObject(decoded) ?? {});
  const isProfile = (column: unknown): boolean =>
    typeof column === 'string' && PROFILE.test(column);
  return columns.length > 0 && columns.every(isProfile) ? 'profiles' : undefined;
}

function report(
  results: readonly ReportResult[],
  about: readonly ReportThing[],
  summary: Readonly<Record<string, string>> = {},
): ToolReport {
  return { tool: 'deequ', stages: [2], about, results, summary };
}

function checkSummary(root: Place): Record<string, string> {
  const statuses = new Set(root.items.map((one) => one.at('check_status').text ?? ''));
  const worst = ['Error', 'Warning', 'Success'].find((status) => statuses.has(status));
  return worst === undefined ? {} : { checkStatus: worst };
}

/** `Value: 0.98 does not meet the constraint requirement!` */
const VALUE = /^Value: (-?[0-9][0-9.eE+-]{0,40}) /;

function checkOf(place: Place): ReportResult {
  const status = place.at('constraint_status').text;
  const [, value] = VALUE.exec(place.at('constraint_message').text ?? '') ?? [];
  const name = place.at('constraint').text ?? '';
  const isWarning = place.at('check_level').text === 'Warning';
  const failed = isWarning ? 'warn' : 'fail';
  return { name, outcome: status === 'Success' ? 'pass' : failed, ...optional('score', value) };
}

function metricOf(place: Place): ReportResult {
  const name = `${place.at('name').text ?? ''}(${place.at('instance').text ?? ''})`;
  return { name, outcome: 'info', ...optional('score', place.at('value').written) };
}

function parseRepository(root: Place): ToolReport {
  const results = root.items.flatMap((entry, at) =>
    entry.at('analyzerContext', 'metricMap').items.map((one) => {
      const { name, ...rest } = metricOf(one.at('metric'));
      return {
        ...rest,
        name: `${entry.at('resultKey', 'tags', 'name').text ?? String(at)} ${name}`,
      };
    }),
  );
  const about = root.items.flatMap((entry) => {
    const tag = entry.at('resultKey', 'tags', 'dataset');
    return tag.text === undefined
      ? []
      : [{ kind: 'Dataset' as const, pointer: tag.pointer, names: [tag.text] }];
  });
  const times = root.items.map((entry) => entry.at('resultKey', 'dataSetDate').number);
  const latest = times.reduce((a, b) => Math.max(a ?? -Infinity, b ?? -Infinity), undefined);
  const time = instantText(latest);
  return {
    ...report(results, about, { entries: String(root.items.length) }),
    ...optional('time', time),
  };
}

/** A profile is printed as a title and a JSON object; what it holds is taken as numbers by name. */
function profileOf([column, place]: [string, Place]): ReportResult {
  const text = place.text ?? '';
  const completeness = /"completeness": ([0-9.eE+-]{1,40})/.exec(text.slice(0, 4096))?.[1];
  return { name: `completeness(${column})`, outcome: 'info', ...optional('score', completeness) };
}
