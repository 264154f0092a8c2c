// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { parseCsv } from '../csv.ts';
import { jsonRoot, textOf } from '../read.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/** TextAttack: a summary whose names end in a colon, a table with one row an attack, and a log that ends in the summary. None names anything. @see https://github.com/QData/TextAttack */
export const textattack: ToolAdapter = {
  format: 'textattack',
  detect(decoded) {
    if (decoded.kind === 'text') {
      const isKnown = isTable(decoded.text) || isLog(decoded.text);
      return isKnown ? null : undefined;
    }
    const results = member(jsonObject(decoded), 'Attack Results');
    const isSummary = isJsonObject(results) && Object.hasOwn(results, `${SUCCESSES}:`);
    return isSummary ? null : undefined;
  },
  parse(decoded) {
    if (decoded.kind === 'text') {
      const text = textOf(decoded);
      return isLog(text) ? parseLog(text) : parseTable(text);
    }
    return report(
      jsonRoot(decoded)
        .at('Attack Results')
        .entries.flatMap(([name, { written }]) => summaryResult(name.replace(/:$/, ''), written)),
    );
  },
};

const SUCCESSES = 'Number of successful attacks';
/** Columns of the table; their order is not the same with every version of what writes it. */
const COLUMNS = ['original_text', 'perturbed_text', 'result_type'] as const;

function report(results: readonly ReportResult[]): ToolReport {
  const summary = Object.fromEntries(
    results.map(({ name, score, count }) => [name, score ?? count ?? '']),
  );
  return { tool: 'textattack', stages: [8], about: [], results, summary };
}

/** An attack that succeeds is a fault of the model. */
function summaryResult(name: string, written: string | undefined): ReportResult[] {
  if (written === undefined) return [];
  if (name !== SUCCESSES) return [{ name, outcome: 'info', score: written }];
  return [{ name, outcome: Number(written) > 0 ? 'fail' : 'pass', count: written }];
}

/** The attacks themselves hold prompts and are not kept; what was counted stands at the end. */
const LOG_TAIL = 4096;
const RULE = /^-{8,64} Result 1 -{8,64}\r?\n/;
const LOG_LINE = /^([A-Z][\w .%]{1,60}): (\d{1,12}(?:\.\d{1,12})?)%?$/;

function isTable(text: string): boolean {
  const [header = ''] = text.slice(0, 512).split(/\r?\n/, 1);
  const names = header.split(',').map((name) => name.replaceAll('"', ''));
  return COLUMNS.every((name) => names.includes(name));
}

function isLog(text: string): boolean {
  return RULE.test(text.slice(0, 256)) && text.slice(-LOG_TAIL).includes(`\n${SUCCESSES}: `);
}

function parseLog(text: string): ToolReport {
  const tail = text.slice(-LOG_TAIL);
  const lines = tail.slice(tail.lastIndexOf(`\n${SUCCESSES}: `) + 1).split(/\r?\n/);
  return report(
    lines.flatMap((line) => {
      const [, name, written] = LOG_LINE.exec(line) ?? [];
      return name === undefined ? [] : summaryResult(name, written);
    }),
  );
}

function parseTable(text: string): ToolReport {
  const types = parseCsv(text).map((row) => row.get('result_type') ?? '');
  const count = (type: string): string => String(types.filter((one) => one === type).length);
  return report([
    { name: 'attacks', outcome: 'info', count: String(types.length) },
    {
      name: SUCCESSES,
      outcome: types.includes('Successful') ? 'fail' : 'pass',
      count: count('Successful'),
    },
    { name: 'Number of failed attacks', outcome: 'info', count: count('Failed') },
    { name: 'Number of skipped attacks', outcome: 'info', count: count('Skipped') },
  ]);
}
