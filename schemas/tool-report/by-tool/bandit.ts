// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ToolReport } from '../model.ts';

/** Bandit: security faults in Python code. @see https://bandit.readthedocs.io */
export const bandit: ToolAdapter = {
  format: 'bandit',
  detect(decoded) {
    const document = jsonObject(decoded);
    const totals = member(member(document, 'metrics'), '_totals');
    const isReport =
      member(totals, 'SEVERITY.HIGH') !== undefined &&
      arrayMember(document, 'results') !== undefined &&
      stringMember(document, 'generated_at') !== undefined;
    return isReport ? null : undefined;
  },
  parse: (decoded) => parseBandit(jsonRoot(decoded)),
};

/** The report does not name its version; the address of each explanation does. */
const DOCUMENTATION = /^https:\/\/bandit\.readthedocs\.io\/en\/([0-9][0-9a-z.]{0,20})\//;

function parseBandit(root: Place): ToolReport {
  const results = root.at('results').items;
  const totals = root.at('metrics', '_totals');
  const links = results.map((one) => DOCUMENTATION.exec(one.at('more_info').text ?? '')?.[1]);
  const severities = new Map(
    results.map((one) => [nameOf(one), one.at('issue_severity').text ?? '']),
  );
  const found = countedResults(countBy(results, nameOf), (name) =>
    outcomeOfSeverity(severities.get(name) ?? ''),
  );
  const files = root.at('metrics').entries.filter(([name]) => name !== '_totals');
  return {
    tool: 'bandit',
    ...optional(
      'toolVersion',
      links.find((version) => version !== undefined),
    ),
    ...optional('time', root.at('generated_at').text),
    stages: [6],
    about: files.map(([path, { pointer }]) => ({ kind: 'Code', pointer, names: [path] })),
    results: found.length > 0 ? found : [{ name: 'issues', outcome: 'pass', count: '0' }],
    summary: {
      issues: String(results.length),
      high: totals.at('SEVERITY.HIGH').written ?? '0',
      medium: totals.at('SEVERITY.MEDIUM').written ?? '0',
      low: totals.at('SEVERITY.LOW').written ?? '0',
      lines: totals.at('loc').written ?? '0',
    },
  };
}

function nameOf(result: Place): string {
  return `${result.at('test_id').text ?? ''} ${result.at('test_name').text ?? ''}`.trim();
}
