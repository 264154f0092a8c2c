// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { findJson, parseLines } from '../lines.ts';
import { optional } from '../optional.ts';
import { jsonRoot, textOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport } from '../model.ts';

/** Allstar: its log, one line a policy and repository. Lines about anything else are passed over. @see https://github.com/ossf/allstar */
export const allstar: ToolAdapter = {
  format: 'allstar',
  detect(decoded) {
    if (decoded.kind === 'json') return isResult(jsonObject(decoded)) ? null : undefined;
    if (decoded.kind !== 'text' || !decoded.text.startsWith('{')) return undefined;
    const lines = decoded.text.slice(0, HEAD).split('\n');
    return lines.some((line) => isWanted(line) && isResult(findJson(line))) ? null : undefined;
  },
  parse: (decoded) =>
    report(
      decoded.kind === 'json'
        ? [jsonRoot(decoded).under(1)]
        : parseLines(textOf(decoded), isWanted),
    ),
};

/** The log begins with what Allstar does before it looks at a policy. */
const HEAD = 256 * 1024;
const MESSAGE = 'Policy run result.';

function isWanted(line: string): boolean {
  return line.startsWith('{') && line.includes(MESSAGE);
}

function isResult(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    stringMember(value, 'message') === MESSAGE &&
    ['org', 'repo', 'area'].every((key) => stringMember(value, key) !== undefined) &&
    typeof member(value, 'result') === 'boolean'
  );
}

function report(lines: readonly Place[]): ToolReport {
  const runs = lines.filter((line) => isResult(line.value));
  const times = runs.flatMap((line) => line.at('time').written ?? []);
  return {
    tool: 'allstar',
    ...optional('time', times.at(-1)),
    stages: [1, 2, 3, 4, 5],
    about: repositoriesOf(runs),
    results: runs.map(resultOf),
    summary: { runs: String(runs.length) },
  };
}

/** A policy that is not enabled for a repository judges nothing. */
function resultOf(line: Place): ReportResult {
  const isEnabled = line.at('enabled').flag === true;
  const outcome = line.at('result').flag === true ? 'pass' : 'fail';
  const name = `${line.at('area').text ?? ''} ${repositoryOf(line)}`;
  return { name, outcome: isEnabled ? outcome : 'info' };
}

function repositoriesOf(runs: readonly Place[]): ReportThing[] {
  const first = new Map<string, Place>();
  for (const line of runs) {
    const name = repositoryOf(line);
    if (!first.has(name)) first.set(name, line);
  }
  return [...first].map(([name, { pointer }]) => ({ kind: 'Code', pointer, names: [name] }));
}

function repositoryOf(line: Place): string {
  return `${line.at('org').text ?? ''}/${line.at('repo').text ?? ''}`;
}
