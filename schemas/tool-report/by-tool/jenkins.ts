// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { instantText, jsonRoot, scalarsOf } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../model.ts';

/**
 * Jenkins: a build as its remote API describes it (commit, archived files by MD5 fingerprint, tests, result), or a job with how
 * it has been doing. @see https://www.jenkins.io/doc/book/using/remote-access-api/
 */
export const jenkins: ToolAdapter = {
  format: 'jenkins',
  detect: (decoded) => (formOf(decoded) === undefined ? undefined : null),
  parse(decoded) {
    const root = jsonRoot(decoded);
    return formOf(decoded) === 'job' ? parseJob(root) : parseBuild(root);
  },
};

/** `WorkflowRun`, `FreeStyleBuild`, `MavenModuleSetBuild`… */
const CLASS = /^(?:org\.jenkinsci|hudson|jenkins|com\.cloudbees)\.[\w.$]{1,200}(?:Run|Build)$/;
/** What every build has, whichever plug-in its class is from; releases before 2.0 name no class. */
const BUILD = ['result', 'building', 'fullDisplayName', 'timestamp', 'duration', 'url'];
/** What every job that can be built has. */
const JOB = ['name', 'url', 'color', 'nextBuildNumber', 'lastBuild', 'lastCompletedBuild'];
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['SUCCESS', 'pass'],
  ['UNSTABLE', 'warn'],
  ['FAILURE', 'fail'],
  ['ABORTED', 'fail'],
]);

function formOf(decoded: Decoded): 'build' | 'job' | undefined {
  const document = jsonObject(decoded);
  const has = (keys: readonly string[]): boolean =>
    keys.every((key) => member(document, key) !== undefined);
  if (arrayMember(document, 'actions') === undefined) return undefined;
  const isBuild = CLASS.test(stringMember(document, '_class') ?? '') || has(BUILD);
  if (isBuild && typeof member(document, 'number') === 'number') return 'build';
  return has(JOB) ? 'job' : undefined;
}

function parseBuild(root: Place): ToolReport {
  const result = root.at('result').text ?? 'RUNNING';
  const actions = root.at('actions').items;
  const revisions = actions.filter((one) => one.at('lastBuiltRevision').isObject);
  return {
    tool: 'jenkins',
    ...optional('time', instantText(root.at('timestamp').number)),
    stages: [6],
    about: [...revisions.flatMap(revisionThing), ...fileThings(root)],
    results: [
      { name: `build ${root.at('number').written ?? ''}`, outcome: OUTCOMES.get(result) ?? 'info' },
      ...actions.flatMap(testsOf),
    ],
    summary: {
      result,
      ...optional('url', root.at('url').text),
      ...optional('name', root.at('fullDisplayName').text),
      ...optional('duration', root.at('duration').written),
      ...optional('commit', revisions[0]?.at('lastBuiltRevision', 'SHA1').text),
      ...parametersOf(actions),
    },
  };
}

/** A test plug-in adds its totals: how many there were, and how many of them failed or were skipped. */
function testsOf(action: Place): ReportResult[] {
  const total = action.at('totalCount').number;
  const failed = action.at('failCount').number;
  if (total === undefined || failed === undefined) return [];
  const skipped = action.at('skipCount').number ?? 0;
  const name = action.at('urlName').text ?? 'tests';
  return [
    { name: `${name} failed`, outcome: failed > 0 ? 'fail' : 'pass', count: String(failed) },
    { name: `${name} skipped`, outcome: 'info', count: String(skipped) },
    { name: `${name} total`, outcome: 'info', count: String(total) },
  ];
}

function revisionThing(action: Place): ReportThing[] {
  const commit = action.at('lastBuiltRevision', 'SHA1').text;
  if (commit === undefined) return [];
  const urls = action.at('remoteUrls').items.flatMap(({ text }) => text ?? []);
  const commits = urls.map((repository) => ({ repository, commit }));
  return [{ kind: 'Code', pointer: action.pointer, names: [...urls, commit], commits }];
}

/** A fingerprint is an MD5: a name, never an identity. */
function fileThings(root: Place): ReportThing[] {
  const hashes = new Map(
    root.at('fingerprint').items.map((one) => [one.at('fileName').text, one.at('hash').text]),
  );
  const archived = root.at('artifacts').items.flatMap((one) => one.at('relativePath').text ?? []);
  const paths = new Set([...archived, ...[...hashes.keys()].flatMap((name) => name ?? [])]);
  return [...paths].map((path) => {
    const hex = hashes.get(path);
    const digests = hex === undefined ? [] : [{ algorithm: 'md5', hex }];
    return { kind: 'File', pointer: '/fingerprint', names: [path], digests };
  });
}

function parametersOf(actions: readonly Place[]): Record<string, string> {
  const parameters = actions.flatMap((one) => one.at('parameters').items);
  return Object.fromEntries(
    parameters.flatMap((one) => {
      const { name, value } = scalarsOf(one);
      return name === undefined || value === undefined ? [] : [[`parameter.${name}`, value]];
    }),
  );
}

/** The ball in front of a job; `_anime` while it is being built again. */
const OUTCOME_OF_COLOR: ReadonlyMap<string, Outcome> = new Map([
  ['blue', 'pass'],
  ['yellow', 'warn'],
  ['red', 'fail'],
  ['aborted', 'fail'],
]);
const LAST_BUILDS = ['lastBuild', 'lastSuccessfulBuild', 'lastUnstableBuild', 'lastFailedBuild'];

function parseJob(root: Place): ToolReport {
  const name = root.at('fullName').text ?? root.at('name').text ?? '';
  const color = root.at('color').text?.replace(/_anime$/, '') ?? '';
  const health = root.at('healthReport').items.map((one): ReportResult => ({
    name: one.at('description').text ?? 'health',
    outcome: 'info',
    ...optional('score', one.at('score').numeral),
  }));
  return {
    tool: 'jenkins',
    stages: [6],
    about: [],
    results: [{ name: `job ${name}`, outcome: OUTCOME_OF_COLOR.get(color) ?? 'info' }, ...health],
    summary: {
      name,
      color,
      ...optional('url', root.at('url').text),
      ...Object.fromEntries(
        LAST_BUILDS.flatMap((key) => {
          const number = root.at(key, 'number').written;
          return number === undefined ? [] : [[key, number] as const];
        }),
      ),
    },
  };
}
