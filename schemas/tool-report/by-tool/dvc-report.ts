// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { isJsonObject, member } from '../../../core/json.ts';
import { kindsOfFileName } from '../../file-kind.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, Stage, ToolReport } from '../model.ts';

/**
 * DVC: what its commands print with `--json`: metrics and parameters, how they changed, and which files are not what the
 * lock says. An empty answer (`{}`: nothing changed) is any empty object and is not taken. @see https://dvc.org/doc/command-reference
 */
export const dvcReport: ToolAdapter = {
  format: 'dvc-report',
  detect: (decoded) => (formOf(jsonObject(decoded)) === undefined ? undefined : null),
  parse(decoded) {
    const root = jsonRoot(decoded);
    const form = formOf(root.value);
    if (form === undefined) {
      throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not what DVC prints');
    }
    return FORMS[form](root);
  },
};

const FORMS = {
  metrics: parseMetrics,
  change: parseChange,
  status: parseStatus,
  data: parseDataStatus,
  diff: parseDiff,
} as const;
type Form = keyof typeof FORMS;

/** Metrics and parameters are of experiments; files are of data engineering. */
const STAGES: Readonly<Record<Form, readonly Stage[]>> = {
  metrics: [3],
  change: [3],
  status: [2],
  data: [2],
  diff: [2],
};

const DATA_KEYS = ['committed', 'uncommitted', 'not_in_cache', 'not_in_remote', 'unchanged'];
const DIFF_KEYS = ['added', 'deleted', 'modified', 'not in cache'];

function formOf(document: unknown): Form | undefined {
  if (!isJsonObject(document)) return undefined;
  const values = Object.values(document);
  if (values.length === 0) return undefined;
  const has = (keys: readonly string[]): boolean =>
    keys.every((key) => Array.isArray(member(document, key)));
  if (has(DIFF_KEYS)) return 'diff';
  if (values.every(isStageStatus)) return 'status';
  if (values.every(isRevision)) return 'metrics';
  if (values.every(isChanges)) return 'change';
  const isData = Object.keys(document).every((key) =>
    [...DATA_KEYS, 'git', 'untracked'].includes(key),
  );
  return isData && DATA_KEYS.some((key) => member(document, key) !== undefined)
    ? 'data'
    : undefined;
}

/** `{"changed deps": {…}}`, `{"changed outs": {…}}`, `changed command`, `always changed`. */
function isStageStatus(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return (value as unknown[]).every((one) => {
    if (typeof one === 'string') return one === 'always changed' || one.startsWith('changed ');
    const keys = isJsonObject(one) ? Object.keys(one) : [];
    return keys.length > 0 && keys.every((key) => key.startsWith('changed '));
  });
}

/** A revision: `{data: {path: {data: {…}}}}`. */
function isRevision(value: unknown): boolean {
  const files = member(value, 'data');
  const found = isJsonObject(files) ? Object.values(files) : [];
  return (
    found.length > 0 &&
    found.every((file) => isJsonObject(member(file, 'data')) || isJsonObject(member(file, 'error')))
  );
}

/** A file: `{name: {old, new, diff}}`. */
function isChanges(value: unknown): boolean {
  const found = isJsonObject(value) ? Object.values(value) : [];
  return (
    found.length > 0 &&
    found.every(
      (one) =>
        isJsonObject(one) &&
        ['old', 'new'].some((key) => Object.hasOwn(one, key)) &&
        Object.keys(one).every((key) => ['old', 'new', 'diff'].includes(key)),
    )
  );
}

function report(
  paths: readonly (readonly [path: string, pointer: string])[],
  results: readonly ReportResult[],
  form: Form,
): ToolReport {
  const about = new Map(paths.map(([path, pointer]) => [path, fileThing(path, pointer)]));
  return {
    tool: 'dvc',
    stages: STAGES[form],
    about: [...about.values()],
    results,
    summary: { form, results: String(results.length) },
  };
}

function fileThing(path: string, pointer: string): ReportThing {
  return { kind: kindsOfFileName(path)[0] ?? 'File', pointer, names: [path] };
}

function parseMetrics(root: Place): ToolReport {
  const files = root.entries.flatMap(([revision, place]) =>
    place.at('data').entries.map(([path, file]) => ({ revision, path, file })),
  );
  const results = files.flatMap(({ revision, path, file }) =>
    leavesOf(file.at('data')).flatMap(([name, { numeral }]): ReportResult[] => {
      const label = [revision, path, name].filter((part) => part !== '').join(' ');
      return numeral === undefined ? [] : [{ name: label, outcome: 'info', score: numeral }];
    }),
  );
  return report(
    files.map(({ path, file }) => [path, file.pointer]),
    results,
    'metrics',
  );
}

/** Metrics may lie in objects inside objects. */
function leavesOf(place: Place, prefix = '', depth = 0): [string, Place][] {
  if (depth > 8) return [];
  return place.entries.flatMap(([key, value]): [string, Place][] =>
    value.isObject ? leavesOf(value, `${prefix}${key}.`, depth + 1) : [[`${prefix}${key}`, value]],
  );
}

function parseChange(root: Place): ToolReport {
  const results = root.entries.flatMap(([path, file]) =>
    file.entries.map(([name, change]): ReportResult => {
      const { written: old = 'none' } = change.at('old');
      const { written: now = 'none' } = change.at('new');
      return {
        name: `${path} ${name}: ${old} → ${now}`,
        outcome: 'info',
        ...optional('score', change.at('diff').numeral),
      };
    }),
  );
  return report(
    root.entries.map(([path, { pointer }]) => [path, pointer]),
    results,
    'change',
  );
}

/** A stage that would run again: its lock no longer says what it was made from. */
function parseStatus(root: Place): ToolReport {
  const changes = root.entries.flatMap(([stage, place]) =>
    place.items.flatMap((one) =>
      one.text === undefined
        ? one.entries.flatMap(([what, files]) =>
            files.entries.map(([path, file]) => ({ stage, what, path, pointer: file.pointer })),
          )
        : [{ stage, what: one.text, path: '', pointer: one.pointer }],
    ),
  );
  return report(
    changes.flatMap(({ path, pointer }) => (path === '' ? [] : [[path, pointer] as const])),
    changes.map(({ stage, what, path }) => ({
      name: [stage, what, path].filter((part) => part !== '').join(' '),
      outcome: 'warn',
    })),
    'status',
  );
}

function parseDataStatus(root: Place): ToolReport {
  const listed = root.entries
    .filter(([state]) => state !== 'git' && state !== 'unchanged')
    .flatMap(([state, place]) =>
      place.isArray
        ? place.items.map((one) => ({ what: state, path: one }))
        : place.entries.flatMap(([change, paths]) =>
            paths.items.map((path) => ({ what: `${state} ${change}`, path })),
          ),
    );
  return changedPaths(listed, 'data');
}

function parseDiff(root: Place): ToolReport {
  const listed = DIFF_KEYS.flatMap((what) =>
    root.at(what).items.map((one) => ({ what, path: one.at('path') })),
  );
  return changedPaths(listed, 'diff');
}

function changedPaths(
  listed: readonly { readonly what: string; readonly path: Place }[],
  form: Form,
): ToolReport {
  const found = listed.flatMap(({ what, path }) =>
    path.text === undefined ? [] : [{ what, path: path.text, pointer: path.pointer }],
  );
  return report(
    found.map(({ path, pointer }) => [path, pointer]),
    found.map(({ what, path }) => ({ name: `${what} ${path}`, outcome: 'warn' })),
    form,
  );
}
