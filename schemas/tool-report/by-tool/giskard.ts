// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { parseCsv } from '../csv.ts';
import { optional } from '../optional.ts';
import { Place } from '../place.ts';
import { jsonRoot, textOf } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * Giskard: a scan (detector, severity, issues), the same issues as a data frame in JSON or CSV or as a Markdown table, and the results of a test
 * suite. None names model, data, version or time. @see https://github.com/Giskard-AI/giskard
 */
export const giskard: ToolAdapter = {
  format: 'giskard',
  detect(decoded) {
    if (decoded.kind === 'text') {
      return decoded.text.startsWith(TABLE_HEAD) || CSV_HEAD.test(decoded.text) ? null : undefined;
    }
    return formOf(decoded) === undefined ? undefined : null;
  },
  parse(decoded) {
    if (decoded.kind === 'text') return parseText(textOf(decoded));
    const root = jsonRoot(decoded);
    switch (formOf(decoded)) {
      case 'scan':
        return parseScan(root);
      case 'issues':
        return report(root.items.map(issueOf), 'issues');
      case 'columns':
        return report(rowsOf(root).map(issueOf), 'issues');
      case 'suite':
      case undefined:
        return report(root.entries.map(testOf), 'tests');
    }
  },
};

type Form = 'scan' | 'issues' | 'columns' | 'suite';
/** Columns of the data frame of issues. */
const ISSUE = ['slicing_fn', 'transformation_fn', 'metric', 'deviation'];
const LEVELS = ['major', 'medium', 'minor', 'info'];

function formOf(decoded: Decoded): Form | undefined {
  const issues = jsonObjects(decoded);
  if (issues !== undefined) {
    const isIssue = (item: unknown): boolean =>
      ISSUE.every((key) => member(item, key) !== undefined);
    return issues.every(isIssue) ? 'issues' : undefined;
  }
  const document = jsonObject(decoded);
  if (ISSUE.every((column) => isJsonObject(member(document, column)))) return 'columns';
  const members = Object.entries(document ?? {});
  if (members.length === 0) return undefined;
  if (members.every(([name, value]) => name.endsWith('Detector') && isFindings(value)))
    return 'scan';
  const isTest = (value: unknown): boolean =>
    ['Passed', 'Failed'].includes(stringMember(value, 'result') ?? '') &&
    member(value, 'metric_value') !== undefined;
  return members.every(([, value]) => isTest(value)) ? 'suite' : undefined;
}

function isFindings(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).every((level) => LEVELS.includes(level));
}

function report(results: readonly ReportResult[], counted: 'issues' | 'tests'): ToolReport {
  const failed = results.filter(({ outcome }) => outcome === 'fail').length;
  const summary = { [counted]: String(results.length), failed: String(failed) };
  return { tool: 'giskard', stages: [4], about: [], results, summary };
}

/** A detector that found nothing passes; a minor issue warns. */
function parseScan(root: Place): ToolReport {
  const results = root.entries.map(([detector, findings]): ReportResult => {
    const issues = findings.entries.flatMap(([level, list]) => list.items.map(() => level));
    const isSerious = issues.some((level) => level === 'major' || level === 'medium');
    const outcome = issues.length === 0 ? 'pass' : isSerious ? 'fail' : 'warn';
    return { name: detector, outcome, count: String(issues.length) };
  });
  const issues = results.reduce((sum, { count }) => sum + Number(count ?? 0), 0);
  return { tool: 'giskard', stages: [4], about: [], results, summary: { issues: String(issues) } };
}

const TABLE_HEAD = '| Vulnerability | Level | Data slice | Metric | Transformation | Deviation |';
const MAX_ROWS = 10_000;

/** One row an issue: vulnerability, level, slice, metric. A bar inside a cell is escaped. */
function parseMarkdown(text: string): ToolReport {
  const rows = text
    .split(/\r?\n/, MAX_ROWS)
    .slice(2)
    .filter((line) => line.startsWith('| '));
  const results = rows.map((line): ReportResult => {
    const [, vulnerability = '', level = '', slice = '', metric = ''] = line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    const isSerious = level === 'major' || level === 'medium';
    const name = [vulnerability, slice, metric].filter((cell) => cell !== '' && cell !== '—');
    return { name: name.join(' '), outcome: isSerious ? 'fail' : 'warn' };
  });
  return {
    tool: 'giskard',
    stages: [4],
    about: [],
    results: results.length > 0 ? results : [{ name: 'issues', outcome: 'pass', count: '0' }],
    summary: { issues: String(results.length) },
  };
}

/** The rows of a data frame that was written column by column. */
function rowsOf(root: Place): Place[] {
  const columns = root.entries;
  return root.at('metric').keys.map((row) => {
    const cells = columns.map(([column, values]) => [column, values.at(row).value] as const);
    return new Place(Object.fromEntries(cells), root.at('metric', row).pointer);
  });
}

/** The index of a data frame stands in front where pandas was not told to leave it out. */
const CSV_HEAD = /^,?domain,slicing_fn,transformation_fn,metric,deviation,/;

function parseText(text: string): ToolReport {
  if (!CSV_HEAD.test(text)) return parseMarkdown(text);
  const rows = parseCsv(text).map((row, at) => new Place(Object.fromEntries(row), `/${at + 2}`));
  return report(rows.map(issueOf), 'issues');
}

/** What answers a prompt has neither metric nor slice; then the domain says what is wrong. */
function issueOf(place: Place): ReportResult {
  const slice = place.at('slicing_fn').text ?? place.at('transformation_fn').text;
  const words = [place.at('metric').text, slice].flatMap((one) => one ?? []);
  const name = words.length > 0 ? words.join(' ') : (place.at('domain').text ?? 'issue');
  return { name, outcome: 'fail' };
}

function testOf([name, place]: [string, Place]): ReportResult {
  const outcome = place.at('result').text === 'Passed' ? 'pass' : 'fail';
  return { name, outcome, ...optional('score', place.at('metric_value').numeral) };
}
