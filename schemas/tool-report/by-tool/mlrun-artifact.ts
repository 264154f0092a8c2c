// SPDX-License-Identifier: Apache-2.0
import { jsonOrYamlRoot } from '../read.ts';
import { findMlrunObject } from '../mlrun-object.ts';
import { optional } from '../optional.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ThingKind, ToolReport } from '../model.ts';

/**
 * MLRun: an artefact, JSON or YAML (`model_spec.yaml` beside a model): what it is, where it lies, which run made it, and a
 * model's metrics. @see https://docs.mlrun.org/en/stable/store/artifacts.html
 */
export const mlrunArtifact: ToolAdapter = {
  format: 'mlrun-artifact',
  detect(decoded) {
    const found = findMlrunObject(decoded);
    const isArtifact =
      found !== undefined &&
      STORES.has(found.kind) &&
      found.hasMetadata('key') &&
      found.hasSpec(['target_path', 'db_key', 'producer', 'model_file', 'inline']);
    return isArtifact ? null : undefined;
  },
  parse: (decoded) => parseArtifact(jsonOrYamlRoot(decoded)),
};

/** The store that each kind of artefact goes to, and what it is for us. */
const STORES: ReadonlyMap<string, readonly [store: string, kind: ThingKind]> = new Map([
  ['artifact', ['artifacts', 'File']],
  ['dir', ['artifacts', 'File']],
  ['file', ['artifacts', 'File']],
  ['link', ['artifacts', 'File']],
  ['plot', ['artifacts', 'File']],
  ['plotly', ['artifacts', 'File']],
  ['chart', ['artifacts', 'File']],
  ['bokeh', ['artifacts', 'File']],
  ['table', ['artifacts', 'File']],
  ['document', ['documents', 'File']],
  ['dataset', ['datasets', 'Dataset']],
  ['model', ['models', 'Model']],
  ['llm-prompt', ['llm-prompts', 'Prompt']],
]);
const SAID = ['framework', 'algorithm', 'format', 'size', 'length', 'license'];

function parseArtifact(root: Place): ToolReport {
  const [metadata, spec] = [root.at('metadata'), root.at('spec')];
  const metrics = spec
    .at('metrics')
    .entries.flatMap(([name, { numeral }]): ReportResult[] =>
      numeral === undefined ? [] : [{ name, outcome: 'info', score: numeral }],
    );
  const state = root.at('status', 'state').text;
  return {
    tool: 'mlrun',
    ...optional('time', metadata.at('updated').text ?? metadata.at('created').text),
    stages: [4],
    about: [thingOf(root)],
    results: [{ name: `state ${state ?? 'unknown'}`, outcome: 'info' }, ...metrics],
    summary: {
      ...optional('project', metadata.at('project').text),
      ...optional('key', metadata.at('key').text),
      ...optional('tag', metadata.at('tag').text),
      ...optional('producer', spec.at('producer', 'uri').text ?? spec.at('producer', 'name').text),
      ...Object.fromEntries(
        SAID.flatMap((key) => {
          const { written } = spec.at(key);
          return written === undefined ? [] : [[key, written] as const];
        }),
      ),
    },
  };
}

/** The hash is a SHA-1 of the file, for a model of its model file: a name. */
function thingOf(root: Place): ReportThing {
  const [metadata, spec] = [root.at('metadata'), root.at('spec')];
  const [, kind] = STORES.get(root.at('kind').text ?? '') ?? ['', 'File'];
  const uri = storeUri(root);
  const names = [metadata.at('key').text, spec.at('target_path').text, uri];
  const hex = metadata.at('hash').text;
  return {
    kind,
    pointer: root.pointer,
    names: names.flatMap((name) => name ?? []),
    digests: hex === undefined ? [] : [{ algorithm: 'sha1', hex }],
    ...(uri !== undefined && { sharedNames: [['mlrun', uri]] }),
  };
}

/** The name that runs call it by; undefined where it was in no run. */
function storeUri(root: Place): string | undefined {
  const [store] = STORES.get(root.at('kind').text ?? '') ?? [];
  const project = root.at('metadata', 'project').text;
  const key = root.at('spec', 'db_key').text;
  const tree = root.at('metadata', 'tree').text;
  if ([store, project, key, tree].includes(undefined)) return undefined;
  const iteration = root.at('metadata', 'iter').written ?? '0';
  return `store://${store}/${project}/${key}#${iteration}@${tree}`;
}
