// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonOrYamlRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../model.ts';

/** MLRun: a run object, JSON or YAML: its state, its results, the artefacts it stored. @see https://docs.mlrun.org */
export const mlrun: ToolAdapter = {
  format: 'mlrun',
  detect(decoded) {
    if (decoded.kind === 'text') return isYamlRun(decoded.text) ? null : undefined;
    const document = jsonObject(decoded);
    const status = member(document, 'status');
    const metadata = member(document, 'metadata');
    const isRun =
      ['uid', 'project', 'name'].every((key) => stringMember(metadata, key) !== undefined) &&
      stringMember(status, 'state') !== undefined &&
      isJsonObject(member(document, 'spec')) &&
      ['results', 'artifact_uris', 'artifacts', 'start_time'].some(
        (key) => member(status, key) !== undefined,
      ) &&
      member(document, 'apiVersion') === undefined;
    return isRun ? null : undefined;
  },
  parse: (decoded) => parseRun(jsonOrYamlRoot(decoded)),
};

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
  const state = status.at('state').text ?? '';
  const results = status
    .at('results')
    .entries.flatMap(([name, { numeral }]): ReportResult[] =>
      numeral === undefined ? [] : [{ name, outcome: 'info', score: numeral }],
    );
  return {
    tool: 'mlrun',
    ...optional('toolVersion', metadata.at('labels', 'mlrun/client_version').text),
    ...optional('time', status.at('last_update').text ?? status.at('start_time').text),
    stages: [4],
    about: [...storedThings(status), ...labelledThings(metadata.at('labels'))],
    results: [{ name: `state ${state}`, outcome: OUTCOMES.get(state) ?? 'info' }, ...results],
    summary: {
      state,
      run: metadata.at('uid').text ?? '',
      project: metadata.at('project').text ?? '',
      name: metadata.at('name').text ?? '',
    },
  };
}

/** `store://models/project/key#iteration@tree`: a name in one MLRun service. */
function storedThings(status: Place): ReportThing[] {
  return status.at('artifact_uris').entries.flatMap(([key, place]): ReportThing[] => {
    const uri = place.text;
    if (uri === undefined) return [];
    const kind = uri.startsWith('store://models/')
      ? 'Model'
      : uri.startsWith('store://datasets/')
        ? 'Dataset'
        : 'File';
    return [{ kind, pointer: place.pointer, names: [key, uri], sharedNames: [['mlrun', uri]] }];
  });
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
