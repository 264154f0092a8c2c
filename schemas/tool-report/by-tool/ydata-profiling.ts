// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { findJson } from '../lines.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/**
 * YData Profiling, and pandas-profiling before it: a profile of a table, or of several that are compared, with alerts.
 * @see https://docs.profiling.ydata.ai
 */
export const ydataProfiling: ToolAdapter = {
  format: 'ydata-profiling',
  detect(decoded) {
    const document = jsonObject(decoded);
    const packaged = member(document, 'package');
    const isReport =
      ['analysis', 'table', 'variables'].every((key) => isJsonObject(member(document, key))) &&
      ['alerts', 'messages'].some((key) => member(document, key) !== undefined);
    if (!isReport) return undefined;
    return PACKAGES.map((name) => versionIn(packaged, name)).find((one) => one !== undefined);
  },
  parse: (decoded) => parseProfile(jsonRoot(decoded)),
};

/** The names of the package, today's first. */
const PACKAGES = ['ydata_profiling', 'pandas_profiling'];

/** A comparison has a list with the version of each profile. */
function versionIn(packaged: unknown, name: string): string | undefined {
  const version = member(packaged, `${name}_version`);
  return Array.isArray(version)
    ? (version as readonly unknown[]).find((one) => typeof one === 'string')
    : stringMember(packaged, `${name}_version`);
}

function parseProfile(root: Place): ToolReport {
  const packaged = root.at('package');
  const name = PACKAGES.find((one) => packaged.at(`${one}_version`).exists) ?? '';
  const alerts = alertsOf(root.at('alerts').exists ? root.at('alerts') : root.at('messages'));
  return {
    tool: name.replace('_', '-'),
    ...optional('toolVersion', valuesOf(packaged.at(`${name}_version`))[0]),
    ...optional('time', valuesOf(root.at('analysis', 'date_end')).at(-1)),
    stages: [2],
    about: tables(root.at('analysis', 'title')),
    results:
      alerts.length > 0
        ? alerts.map((alert): ReportResult => ({ name: alert, outcome: 'warn' }))
        : [{ name: 'alerts', outcome: 'pass', count: '0' }],
    summary: {
      ...Object.fromEntries(
        root.at('table').entries.map(([key, value]) => [key, valuesOf(value).join(', ')]),
      ),
      alerts: String(alerts.length),
      ...datasetOf(packaged.at(`${name}_config`)),
    },
  };
}

/** A comparison has a list where a profile has a value. */
function valuesOf(place: Place): string[] {
  return (place.isArray ? place.items : [place]).flatMap(({ written }) => written ?? []);
}

/**
 * Of a profile, a list. Of a comparison, its lists in one string as Python prints them: `([[age] has …, [sex] is …], [[age]
 * …])`.
 */
function alertsOf(place: Place): string[] {
  if (place.isArray) return place.items.flatMap(({ text }) => text ?? []);
  const lists = (place.text ?? '').replace(/^\(\[/, '').replace(/\]\)$/, '');
  return lists.split(/\], \[(?=\[|$)/).flatMap((list, at) =>
    list
      .split(/, (?=\[)/)
      .filter((alert) => alert !== '')
      .map((alert) => `${at + 1}: ${alert}`),
  );
}

/** Titles that nobody chose name nothing. */
const DEFAULT_TITLE = /^(?:YData|Pandas) Profiling Report$/;
const MARK = /<\/?em>/g;

function tables(title: Place): ReportThing[] {
  const [, list] = /^<em>Comparing<\/em> ([\s\S]{1,4096})$/.exec(title.text ?? '') ?? [];
  const names = list === undefined ? [title.text ?? ''] : list.split(/ <em>and<\/em> |, /);
  return names
    .map((name) => name.replaceAll(MARK, '').trim())
    .filter((name) => name !== '' && !DEFAULT_TITLE.test(name))
    .map((name) => ({ kind: 'Dataset', pointer: title.pointer, names: [name] }));
}

/** What its author said of the data is in the configuration, which is JSON inside JSON. */
function datasetOf(config: Place): Record<string, string> {
  const dataset = member(findJson(config.text ?? ''), 'dataset');
  return Object.fromEntries(
    ['description', 'creator', 'author', 'copyright_holder', 'copyright_year', 'url'].flatMap(
      (key) => {
        const text = stringMember(dataset, key) ?? '';
        return text === '' ? [] : [[`dataset.${key}`, text] as const];
      },
    ),
  );
}
