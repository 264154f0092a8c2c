// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { parseCsv } from '../csv.ts';
import { jsonRoot, textOf } from '../read.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/** TextAttack: a summary whose names end in a colon, and a table with one row an attack. Neither names anything. @see https://github.com/QData/TextAttack */
export const textattack: ToolAdapter = {
  format: 'textattack',
  detect(decoded) {
    if (decoded.kind === 'text') return TABLE.test(decoded.text.slice(0, 512)) ? null : undefined;
    const results = member(jsonObject(decoded), 'Attack Results');
    const isSummary = isJsonObject(results) && Object.hasOwn(results, `${SUCCESSES}:`);
    return isSummary ? null : undefined;
  },
  parse(decoded) {
    return decoded.kind === 'text'
      ? parseTable(textOf(decoded))
      : report(
          jsonRoot(decoded)
            .at('Attack Results')
            .entries.flatMap(([name, { written }]) =>
              summaryResult(name.replace(/:$/, ''), written),
            ),
        );
  },
};

const SUCCESSES = 'Number of successful attacks';
const TABLE = /^"?original_text"?,"?perturbed_text"?,/;

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
