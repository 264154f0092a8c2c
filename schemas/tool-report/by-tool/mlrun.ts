// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { kindOfStoreUri } from '../mlrun-object.ts';
import { optional } from '../optional.ts';
import { jsonOrYamlRoot, scalarsOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ReportThing, ThingKind, ToolReport } from '../model.ts';

/**
 * MLRun: a run, JSON or YAML, alone or as its service answers for one (`data`) or several (`runs`): its state, its results,
 * the artefacts it stored. @see https://docs.mlrun.org
 */
export const mlrun: ToolAdapter = {
  format: 'mlrun',
  detect(decoded) {
    if (decoded.kind === 'text') return isYamlRun(decoded.text) ? null : undefined;
    const document = jsonObject(decoded);
    const runs = arrayMember(document, 'runs') ?? jsonObjects(decoded);
    const isRuns =
      runs === undefined ? isRun(runIn(document)) : runs.length > 0 && runs.every(isRun);
    return isRuns ? null : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    const [first = root, ...more] = root.isArray ? root.items : root.at('runs').items;
    if (more.length > 0) return parseRuns([first, ...more]);
    return parseRun(first.at('data').isObject ? first.at('data') : first);
  },
};

function runIn(document: unknown): unknown {
  return member(document, 'data') ?? document;
}

function isRun(value: unknown): boolean {
  const status = member(value, 'status');
  const metadata = member(value, 'metadata');
  return (
    ['uid', 'project', 'name'].every((key) => stringMember(metadata, key) !== undefined) &&
    stringMember(status, 'state') !== undefined &&
    isJsonObject(member(value, 'spec')) &&
    ['results', 'artifact_uris', 'artifacts', 'start_time'].some(
      (key) => member(status, key) !== undefined,
    ) &&
    member(value, 'apiVersion') === undefined
  );
}

/** A run is three maps at the margin, with its id, project and state inside. */
function isYamlRun(text: string): boolean {
  if (text.length > 4 * 1024 * 1024 || /^apiVersion:/m.test(text)) return false;
  const isThree = ['spec', 'status', 'metadata'].every((key) => text.includes(`${key}:\n`));
  return (
    isThree &&
    /^(?:spec|status|metadata):$/m.test(text) &&
    /^ {1,8}uid: [0-9a-f]{32}$/m.test(text) &&
    /^ {1,8}state: [a-z]{1,32}$/m.test(text) &&
    /^ {1,8}project: \S/m.test(text)
  );
}

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['completed', 'pass'],
  ['error', 'fail'],
  ['aborted', 'fail'],
]);

function parseRun(root: Place): ToolReport {
  const metadata = root.at('metadata');
  const status = root.at('status');
  return {
    tool: 'mlrun',
    ...optional('toolVersion', metadata.at('labels', 'mlrun/client_version').text),
    ...optional('time', timeOf(root)),
    stages: [4],
    about: aboutOf(root),
    results: resultsOf(root),
    summary: {
      state: stateOf(root),
      run: metadata.at('uid').text ?? '',
      project: metadata.at('project').text ?? '',
      name: metadata.at('name').text ?? '',
      ...optional('function', root.at('spec', 'function').text),
      ...optional('error', status.at('error').text),
      ...prefixed('parameter', root.at('spec', 'parameters')),
      ...prefixed('input', root.at('spec', 'inputs')),
    },
  };
}

/** Runs are told apart by name and, as the runs of one function are called alike, by id. */
function parseRuns(runs: readonly Place[]): ToolReport {
  const results = runs.flatMap((run) => {
    const { name = '', uid = '' } = scalarsOf(run.at('metadata'));
    return resultsOf(run).map((one) => ({ ...one, name: `${name} ${uid} ${one.name}` }));
  });
  const times = runs.flatMap((run) => timeOf(run) ?? []).sort();
  return {
    tool: 'mlrun',
    ...optional('time', times.at(-1)),
    stages: [4],
    about: runs.flatMap(aboutOf),
    results,
    summary: { runs: String(runs.length) },
  };
}

function stateOf(run: Place): string {
  return run.at('status', 'state').text ?? '';
}

function timeOf(run: Place): string | undefined {
  const status = run.at('status');
  return status.at('last_update').text ?? status.at('start_time').text;
}

function resultsOf(run: Place): ReportResult[] {
  const state = stateOf(run);
  const results = run
    .at('status', 'results')
    .entries.flatMap(([name, { numeral }]): ReportResult[] =>
      numeral === undefined ? [] : [{ name, outcome: 'info', score: numeral }],
    );
  return [{ name: `state ${state}`, outcome: OUTCOMES.get(state) ?? 'info' }, ...results];
}

function prefixed(prefix: string, place: Place): Record<string, string> {
  return Object.fromEntries(
    Object.entries(scalarsOf(place)).map(([key, value]) => [`${prefix}.${key}`, value]),
  );
}

function aboutOf(run: Place): ReportThing[] {
  const status = run.at('status');
  const stored = storedThings(status);
  return [
    ...(stored.length > 0 ? stored : status.at('artifacts').items.flatMap(writtenThing)),
    ...labelledThings(run.at('metadata', 'labels')),
  ];
}

/** `store://models/project/key#iteration@tree`: a name in one MLRun service. */
function storedThings(status: Place): ReportThing[] {
  return status.at('artifact_uris').entries.flatMap(([key, place]): ReportThing[] => {
    const uri = place.text;
    if (uri === undefined) return [];
    const kind = kindOfStoreUri(uri);
    return [{ kind, pointer: place.pointer, names: [key, uri], sharedNames: [['mlrun', uri]] }];
  });
}

const KINDS: ReadonlyMap<string, ThingKind> = new Map([
  ['model', 'Model'],
  ['dataset', 'Dataset'],
]);

/** The artefact itself; releases before 1.0 write it flat. The hash is a SHA-1: a name. */
function writtenThing(artifact: Place): ReportThing[] {
  const metadata = artifact.at('metadata').isObject ? artifact.at('metadata') : artifact;
  const spec = artifact.at('spec').isObject ? artifact.at('spec') : artifact;
  const names = [metadata.at('key').text, spec.at('target_path').text].flatMap((one) => one ?? []);
  const hex = metadata.at('hash').text;
  if (names.length === 0) return [];
  const kind = KINDS.get(artifact.at('kind').text ?? '') ?? 'File';
  const digests = hex === undefined ? [] : [{ algorithm: 'sha1', hex }];
  return [{ kind, pointer: artifact.pointer, names, digests }];
}

/** Labels `<thing>_sha256`, set by the project: MLRun has no member for a digest of its inputs. */
function labelledThings(labels: Place): ReportThing[] {
  return labels.entries.flatMap(([key, place]): ReportThing[] => {
    const match = /^(model|dataset)_sha256$/.exec(key);
    const hex = place.text;
    if (match === null || hex === undefined) return [];
    const kind = match[1] === 'model' ? 'Model' : 'Dataset';
    return [{ kind, pointer: place.pointer, names: [], digests: [{ algorithm: 'sha256', hex }] }];
  });
}
