// SPDX-License-Identifier: Apache-2.0
import { arrayMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ToolReport } from '../model.ts';

/** NB Defense: secrets, personal data and vulnerable packages in notebooks. Its report has neither version nor time. @see https://nbdefense.ai */
export const nbdefense: ToolAdapter = {
  format: 'nbdefense',
  detect(decoded) {
    const document = jsonObject(decoded);
    const lists = ['root_issues', 'notebooks', 'notebook_issues', 'plugins'];
    return lists.every((key) => arrayMember(document, key) !== undefined) ? null : undefined;
  },
  parse: (decoded) => parseNbdefense(jsonRoot(decoded)),
};

function parseNbdefense(root: Place): ToolReport {
  const inNotebooks = root.at('notebook_issues').items.flatMap((one) => one.at('issues').items);
  const issues = [...root.at('root_issues').items, ...inNotebooks];
  const severities = new Map(issues.map((one) => [nameOf(one), one.at('severity').text ?? '']));
  const found = countedResults(countBy(issues, nameOf), (name) =>
    outcomeOfSeverity(severities.get(name) ?? ''),
  );
  const notebooks = root.at('notebooks').items;
  return {
    tool: 'nbdefense',
    stages: [3],
    about: notebooks.flatMap(({ text, pointer }) =>
      text === undefined ? [] : [{ kind: 'Code', pointer, names: [text] }],
    ),
    results: found.length > 0 ? found : [{ name: 'issues', outcome: 'pass', count: '0' }],
    summary: { notebooks: String(notebooks.length), issues: String(issues.length) },
  };
}

/** Kind of secret, never the secret. */
function nameOf(issue: Place): string {
  return `${issue.at('code').text ?? ''} ${issue.at('details', 'description').text ?? ''}`.trim();
}
