// SPDX-License-Identifier: Apache-2.0
import { stringMember } from '../../../core/json.ts';
import { jsonObjects, type ToolAdapter } from '../adapter.ts';
import { parseCsv } from '../csv.ts';
import { jsonRoot, scalarsOf, textOf } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/**
 * TF Privacy: how well attacks find out who was in the training data, as the summary that its tests print, or as the rows of
 * their data frame in CSV or JSON. How well is too well is for a policy to say.
 * @see https://github.com/tensorflow/privacy/tree/master/tensorflow_privacy/privacy/privacy_tests
 */
export const tfPrivacyAttacks: ToolAdapter = {
  format: 'tf-privacy-attacks',
  detect: (decoded) => (formOf(decoded) === undefined ? undefined : null),
  parse(decoded) {
    switch (formOf(decoded)) {
      case 'summary':
        return report(linesOf(textOf(decoded)));
      case 'table':
        return report(parseCsv(textOf(decoded)).flatMap((row) => rowOf(Object.fromEntries(row))));
      case 'records':
      case undefined:
        return report(jsonRoot(decoded).items.flatMap((row) => rowOf(scalarsOf(row))));
    }
  },
};

const SUMMARY = 'Best-performing attacks over all slices\n';
/** The index of a data frame stands in front where pandas was not told to leave it out. */
const TABLE = /^,?slice feature,slice value,/;
const COLUMNS = ['slice feature', 'slice value', 'attack type'];

function formOf(decoded: Decoded): 'summary' | 'table' | 'records' | undefined {
  if (decoded.kind === 'text') {
    if (decoded.text.startsWith(SUMMARY)) return 'summary';
    return TABLE.test(decoded.text) ? 'table' : undefined;
  }
  const rows = jsonObjects(decoded);
  const isRow = (row: unknown): boolean =>
    COLUMNS.every((column) => stringMember(row, column) !== undefined);
  return rows?.every(isRow) === true ? 'records' : undefined;
}

function report(results: readonly ReportResult[]): ToolReport {
  const summary = { results: String(results.length) };
  return { tool: 'tf-privacy', stages: [7], about: [], results, summary };
}

/** Columns that say what was attacked and how much data there was; all others are metrics. */
const LABELS = new Set([...COLUMNS, 'train size', 'test size', '']);

function rowOf(row: Readonly<Record<string, string>>): ReportResult[] {
  const slice = [row['slice feature'], row['slice value']].filter((part) => (part ?? '') !== '');
  const attack = `${row['attack type'] ?? ''} on ${slice.join(' ')}`;
  return Object.entries(row).flatMap(([column, score]): ReportResult[] =>
    LABELS.has(column) || score === ''
      ? []
      : [{ name: `${attack}: ${column}`, outcome: 'info', score }],
  );
}

const MAX_LINES = 10_000;
const HEADING = /^Best-performing attacks over slice: "([^\n]{0,400})"$/;
const LINE =
  /^ {2}(\S{1,100}) \(with \d{1,15} training and \d{1,15} test examples\) achieved (?:an?|top-\d{1,9}) (AUC|advantage|positive predictive value|epsilon lower bounds) of (-?[\d.e+-]{1,40}(?:, -?[\d.e+-]{1,40}){0,100})(?: on slice (\S[^\n]{0,400}))?$/;

/** Lines below a heading are about its slice; above them each line names its own. */
function linesOf(text: string): ReportResult[] {
  let slice = '';
  return text.split(/\r?\n/, MAX_LINES).flatMap((line): ReportResult[] => {
    slice = HEADING.exec(line)?.[1] ?? slice;
    const [, attack, metric, score, own] = LINE.exec(line) ?? [];
    if (attack === undefined || score === undefined) return [];
    return [{ name: `${attack} on ${own ?? slice}: ${metric}`, outcome: 'info', score }];
  });
}
