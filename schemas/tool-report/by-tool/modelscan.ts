// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/** ModelScan: code that runs when a model file is loaded. @see https://github.com/protectai/modelscan */
export const modelscan: ToolAdapter = {
  format: 'modelscan',
  detect(decoded) {
    const document = jsonObject(decoded);
    const version = stringMember(member(document, 'summary'), 'modelscan_version');
    return arrayMember(document, 'issues') === undefined ? undefined : version;
  },
  parse: (decoded) => parseModelscan(jsonRoot(decoded)),
};

/** A file that could not be scanned is not a clean one: it warns. */
function parseModelscan(root: Place): ToolReport {
  const summary = root.at('summary');
  const issues = countBy(root.at('issues').items, (one) => one.at('source').text ?? '');
  const scanned = summary.at('scanned', 'scanned_files').items;
  const skipped = summary.at('skipped', 'skipped_files').items;
  const errors = root.at('errors').items;
  const names = [...new Set([...scanned.flatMap(({ text }) => text ?? []), ...issues.keys()])];
  return {
    tool: 'modelscan',
    ...optional('toolVersion', summary.at('modelscan_version').text),
    ...optional('time', summary.at('timestamp').text),
    stages: [5],
    about: aboutOf(summary, scanned),
    results: [
      ...names.map((name): ReportResult => {
        const count = issues.get(name) ?? 0;
        return { name, outcome: count > 0 ? 'fail' : 'pass', count: String(count) };
      }),
      ...errors.map((one): ReportResult => ({ name: errorName(one), outcome: 'warn' })),
      ...skipped.map((one): ReportResult => ({
        name: `skipped ${one.at('source').text ?? ''}`,
        outcome: 'info',
      })),
    ],
    summary: {
      issues: summary.at('total_issues').written ?? '',
      ...Object.fromEntries(
        summary
          .at('total_issues_by_severity')
          .entries.map(([name, count]) => [name, count.written ?? '']),
      ),
      scanned: summary.at('scanned', 'total_scanned').written ?? '',
      skipped: summary.at('skipped', 'total_skipped').written ?? String(skipped.length),
      errors: String(errors.length),
    },
  };
}

/** One file scanned by its own path is that path; files of a folder are relative to it. */
function aboutOf(summary: Place, scanned: readonly Place[]): ReportThing[] {
  const input = summary.at('input_path').text ?? '';
  return scanned.flatMap((file) => {
    const name = file.text;
    if (name === undefined) return [];
    const isInput = scanned.length === 1 && input.endsWith(name);
    const path = isInput ? input : `${input}/${name}`;
    return [{ kind: 'Model', pointer: file.pointer, names: [path] }];
  });
}

function errorName(error: Place): string {
  return `error ${error.at('category').text ?? error.at('description').text ?? error.text ?? ''}`;
}
