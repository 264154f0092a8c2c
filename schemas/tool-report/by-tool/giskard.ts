// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot, textOf } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * Giskard: a scan (detector, severity, issues), the same issues as records or as a Markdown table, and the results of a test
 * suite. None names model, data, version or time. @see https://github.com/Giskard-AI/giskard
 */
export const giskard: ToolAdapter = {
  format: 'giskard',
  detect(decoded) {
    if (decoded.kind === 'text') return decoded.text.startsWith(TABLE_HEAD) ? null : undefined;
    return formOf(decoded) === undefined ? undefined : null;
  },
  parse(decoded) {
    if (decoded.kind === 'text') return parseMarkdown(textOf(decoded));
    const root = jsonRoot(decoded);
    switch (formOf(decoded)) {
      case 'scan':
        return parseScan(root);
      case 'issues':
        return report(root.items.map(issueOf), 'issues');
      case 'suite':
      case undefined:
        return report(root.entries.map(testOf), 'tests');
    }
  },
};

type Form = 'scan' | 'issues' | 'suite';
const LEVELS = ['major', 'medium', 'minor', 'info'];

function formOf(decoded: Decoded): Form | undefined {
  const issues = jsonObjects(decoded);
  if (issues !== undefined) {
    const keys = ['slicing_fn', 'transformation_fn', 'metric', 'deviation'];
    const isIssue = (item: unknown): boolean =>
      keys.every((key) => member(item, key) !== undefined);
    return issues.every(isIssue) ? 'issues' : undefined;
  }
  const members = Object.entries(jsonObject(decoded) ?? {});
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

function issueOf(place: Place): ReportResult {
  const slice = place.at('slicing_fn').text ?? place.at('transformation_fn').text ?? '';
  return { name: `${place.at('metric').text ?? ''} ${slice}`.trim(), outcome: 'fail' };
}

function testOf([name, place]: [string, Place]): ReportResult {
  const outcome = place.at('result').text === 'Passed' ? 'pass' : 'fail';
  return { name, outcome, ...optional('score', place.at('metric_value').numeral) };
}
