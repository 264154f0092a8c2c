// SPDX-License-Identifier: Apache-2.0
import { clip } from '../../../core/text.ts';
import type { Outcome, ReportResult, Stage } from '../../../schemas/tool-report/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** Results and totals that are kept as attributes; what is more is counted. */
const MAX_RESULTS = 500;
const MAX_TEXT = 512;
const WORST_FIRST: readonly Outcome[] = ['fail', 'warn', 'pass', 'info'];

/** The part of a report that every report has: a tool's, or a statement's about its subjects. */
export interface ReportWords {
  readonly tool?: string;
  readonly toolVersion?: string | undefined;
  readonly time?: string | undefined;
  readonly stages: readonly Stage[];
  readonly results: readonly ReportResult[];
  readonly summary?: Readonly<Record<string, string>>;
}

/** Says so where not all results are listed. */
export function listMoreResults(builder: FactsBuilder, results: readonly ReportResult[]): void {
  if (results.length <= MAX_RESULTS) return;
  const message = `${results.length} results, the first ${MAX_RESULTS} are listed`;
  builder.problem('more-results', '', message);
}

/** What a report says of itself and what came of it, as attributes of its node. */
export function reportAttributes(report: ReportWords): Readonly<Record<string, string>> {
  // every name that a report could choose has a word of ours in front
  const attributes: Record<string, string> = {};
  if (report.tool !== undefined) attributes['tool'] = report.tool;
  if (report.toolVersion !== undefined) attributes['toolVersion'] = report.toolVersion;
  if (report.time !== undefined) attributes['time'] = report.time;
  if (report.stages.length > 0) attributes['stage'] = report.stages.join(',');
  const counts = { fail: 0, warn: 0, pass: 0, info: 0 };
  for (const { outcome } of report.results) counts[outcome]++;
  // one failure fails the report; nothing that was judged leaves it an information
  attributes['outcome'] = WORST_FIRST.find((outcome) => counts[outcome] > 0) ?? 'info';
  attributes['count.fail'] = String(counts.fail);
  attributes['count.warn'] = String(counts.warn);
  attributes['count.pass'] = String(counts.pass);
  attributes['count.info'] = String(counts.info);
  if (report.summary !== undefined) addSummary(attributes, report.summary);
  for (const result of report.results.slice(0, MAX_RESULTS)) {
    attributes[freeKey(attributes, `result.${result.name}`)] = resultText(result);
  }
  return attributes;
}

function addSummary(
  attributes: Record<string, string>,
  summary: Readonly<Record<string, string>>,
): void {
  for (const name of Object.keys(summary).slice(0, MAX_RESULTS)) {
    const text = summary[name] ?? '';
    if (text !== '') attributes[clip(`summary.${name}`, MAX_TEXT)] = clip(text, MAX_TEXT);
  }
}

function resultText({ outcome, score, count }: ReportResult): string {
  let text: string = outcome;
  if (score !== undefined) text += ` ${clip(score, MAX_TEXT)}`;
  if (count !== undefined) text += ` ×${clip(count, MAX_TEXT)}`;
  return text;
}

/** Results of one name are told apart by their number. */
function freeKey(attributes: Readonly<Record<string, string>>, name: string): string {
  const key = clip(name, MAX_TEXT);
  let free = key;
  for (let number = 2; Object.hasOwn(attributes, free); number++) free = `${key} #${number}`;
  return free;
}
