// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { parseCsv } from '../csv.ts';
import { findFirstLine, findJson, parseLines } from '../lines.ts';
import { instantText, jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import { Place } from '../place.ts';
import type { Decoded } from '../../decoded.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../model.ts';

/**
 * Deequ: constraints and metrics of a table, in the forms that its Scala and Python APIs write: check results and metrics (a
 * JSON list, or the rows of a data frame as JSON Lines or CSV), a metrics repository, column profiles, suggested constraints.
 * None names its version; only a repository can name the data, in its tags. @see https://github.com/awslabs/deequ
 */
export const deequ: ToolAdapter = {
  format: 'deequ',
  detect: (decoded) => (formOf(decoded) === undefined ? undefined : null),
  parse(decoded) {
    switch (formOf(decoded)) {
      case 'checks':
        return parseChecks(rowsOf(decoded));
      case 'metrics':
        return parseMetrics(rowsOf(decoded));
      case 'repository':
        return parseRepository(jsonRoot(decoded));
      case 'profiles':
        return report(jsonRoot(decoded).at('columns').items.map(columnOf), []);
      case 'suggestions':
        return report(jsonRoot(decoded).at('constraint_suggestions').items.map(suggestionOf), []);
      case 'printed profiles':
      case undefined:
        return report(jsonRoot(decoded).entries.map(profileOf), []);
    }
  },
};

type Form = 'checks' | 'metrics' | 'repository' | 'profiles' | 'suggestions' | 'printed profiles';
const PROFILE = /^(?:Numeric|String|Standard)Profiles? for column: /;
const ENTITIES = ['Dataset', 'Column', 'Mutlicolumn', 'Multicolumn'];
const CHECK = ['check_status', 'constraint_status', 'constraint'];
const METRIC = ['entity', 'instance', 'name', 'value'];

function formOf(decoded: Decoded): Form | undefined {
  if (decoded.kind === 'text') return formOfRows([findFirstRow(decoded.text)]);
  const items = jsonObjects(decoded);
  if (items !== undefined) {
    if (items.every((item) => hasAll(item, ['resultKey', 'analyzerContext']))) return 'repository';
    return formOfRows(items);
  }
  const document = jsonObject(decoded);
  if (hasEach(member(document, 'constraint_suggestions'), SUGGESTION)) return 'suggestions';
  if (hasEach(member(document, 'columns'), COLUMN)) return 'profiles';
  const columns = Object.values(document ?? {});
  const isProfile = (column: unknown): boolean =>
    typeof column === 'string' && PROFILE.test(column);
  if (columns.length > 0 && columns.every(isProfile)) return 'printed profiles';
  return formOfRows([document]);
}

function formOfRows(rows: readonly unknown[]): 'checks' | 'metrics' | undefined {
  if (rows.every((row) => hasAll(row, CHECK))) return 'checks';
  const isMetric = (row: unknown): boolean =>
    hasAll(row, METRIC) && ENTITIES.includes(stringMember(row, 'entity') ?? '');
  return rows.every(isMetric) ? 'metrics' : undefined;
}

const SUGGESTION = ['constraint_name', 'column_name', 'suggesting_rule', 'code_for_constraint'];
const COLUMN = ['column', 'dataType', 'isDataTypeInferred', 'completeness'];

function hasAll(value: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => member(value, key) !== undefined);
}

function hasEach(list: unknown, keys: readonly string[]): boolean {
  return Array.isArray(list) && list.length > 0 && list.every((item) => hasAll(item, keys));
}

/** Rows of JSON Lines or CSV are told by the first of them. */
function findFirstRow(text: string): unknown {
  const line = findFirstLine(text);
  if (line !== undefined) return findJson(line);
  return CSV_HEADER.test(text) ? parseCsv(text.slice(0, MAX_FIRST_ROWS)).map(rowOf)[0] : undefined;
}

/** The index of a data frame stands in front where pandas was not told to leave it out. */
const CSV_HEADER = /^,?(?:check,check_level,check_status,|entity,instance,name,value)/;
const MAX_FIRST_ROWS = 64 * 1024;

function rowOf(row: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries(row);
}

function rowsOf(decoded: Decoded): Place[] {
  if (decoded.kind !== 'text') {
    const root = jsonRoot(decoded);
    return root.isArray ? root.items : [root];
  }
  if (decoded.text.startsWith('{')) return parseLines(decoded.text, () => true);
  return parseCsv(decoded.text).map((row, at) => new Place(rowOf(row), `/${at + 2}`));
}

function report(
  results: readonly ReportResult[],
  about: readonly ReportThing[],
  summary: Readonly<Record<string, string>> = {},
): ToolReport {
  return { tool: 'deequ', stages: [2], about, results, summary };
}

function parseChecks(rows: readonly Place[]): ToolReport {
  const statuses = new Set(rows.map((one) => one.at('check_status').text ?? ''));
  const worst = ['Error', 'Warning', 'Success'].find((status) => statuses.has(status));
  return report(rows.map(checkOf), [], { ...optional('checkStatus', worst) });
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

/** Metrics that came from a repository say the time of their data. */
function parseMetrics(rows: readonly Place[]): ToolReport {
  return {
    ...report(rows.map(metricOf), []),
    ...optional('time', latestOf(rows.map((row) => row.at('dataset_date')))),
  };
}

/** Of milliseconds since 1970. */
function latestOf(times: readonly Place[]): string | undefined {
  const known = times.flatMap(({ written }) => (written === undefined ? [] : Number(written)));
  return known.length === 0
    ? undefined
    : instantText(known.reduce((latest, time) => Math.max(latest, time)));
}

function metricOf(place: Place): ReportResult {
  const name = `${place.at('name').text ?? ''}(${place.at('instance').text ?? ''})`;
  return { name, outcome: 'info', ...optional('score', place.at('value').written) };
}

function parseRepository(root: Place): ToolReport {
  const results = root.items.flatMap((entry, at) => {
    const label = entry.at('resultKey', 'tags', 'name').text ?? String(at);
    return entry
      .at('analyzerContext', 'metricMap')
      .items.flatMap((one) => keptMetrics(one))
      .map((result) => ({ ...result, name: `${label} ${result.name}` }));
  });
  const about = root.items.flatMap((entry) => {
    const tag = entry.at('resultKey', 'tags', 'dataset');
    return tag.text === undefined
      ? []
      : [{ kind: 'Dataset' as const, pointer: tag.pointer, names: [tag.text] }];
  });
  return {
    ...report(results, about, { entries: String(root.items.length) }),
    ...optional('time', latestOf(root.items.map((entry) => entry.at('resultKey', 'dataSetDate')))),
  };
}

/** A metric of a repository has one value, one for each key, or a distribution. The filter of its rows belongs to its name. */
function keptMetrics(one: Place): ReportResult[] {
  const metric = one.at('metric');
  const where = one.at('analyzer', 'where').text;
  const filter = where === undefined ? '' : ` where ${where}`;
  const column = metric.at('column').text;
  if (column !== undefined) {
    const name = `${one.at('analyzer', 'analyzerName').text ?? ''}(${column})${filter}`;
    return [{ name, outcome: 'info', ...optional('count', metric.at('numberOfBins').numeral) }];
  }
  const { name, ...rest } = metricOf(metric);
  const values = metric.at('value');
  if (!values.isObject) return [{ name: `${name}${filter}`, ...rest }];
  return values.entries.map(([key, value]) => ({
    name: `${name} ${key}${filter}`,
    outcome: 'info',
    ...optional('score', value.written),
  }));
}

const completenessOf = (column: string, score: string | undefined): ReportResult => ({
  name: `completeness(${column})`,
  outcome: 'info',
  ...optional('score', score),
});

function columnOf(place: Place): ReportResult {
  return completenessOf(place.at('column').text ?? '', place.at('completeness').written);
}

/** A profile is printed as a title and a JSON object; what it holds is taken as numbers by name. */
function profileOf([column, place]: [string, Place]): ReportResult {
  const text = place.text ?? '';
  const completeness = /"completeness": ([0-9.eE+-]{1,40})/.exec(text.slice(0, 4096))?.[1];
  return completenessOf(column, completeness);
}

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['Success', 'pass'],
  ['Failure', 'fail'],
]);

/** A suggestion judges nothing, unless it was tried on data that was held back. */
function suggestionOf(place: Place): ReportResult {
  const tried = place.at('constraint_result_on_test_set').text ?? '';
  return { name: place.at('constraint_name').text ?? '', outcome: OUTCOMES.get(tried) ?? 'info' };
}
