// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { instantText, jsonRoot, scalarsOf } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportThing, ToolReport } from '../model.ts';

/** Jenkins: a build as its remote API describes it: commit, archived files by MD5 fingerprint, result. @see https://www.jenkins.io/doc/book/using/remote-access-api/ */
export const jenkins: ToolAdapter = {
  format: 'jenkins',
  detect(decoded) {
    const document = jsonObject(decoded);
    const isBuild =
      CLASS.test(stringMember(document, '_class') ?? '') &&
      typeof member(document, 'number') === 'number' &&
      arrayMember(document, 'actions') !== undefined;
    return isBuild ? null : undefined;
  },
  parse: (decoded) => parseBuild(jsonRoot(decoded)),
};

/** `WorkflowRun`, `FreeStyleBuild`, `MavenModuleSetBuild`… */
const CLASS = /^(?:org\.jenkinsci|hudson|jenkins|com\.cloudbees)\.[\w.$]{1,200}(?:Run|Build)$/;
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['SUCCESS', 'pass'],
  ['UNSTABLE', 'warn'],
  ['FAILURE', 'fail'],
  ['ABORTED', 'fail'],
]);

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
