// SPDX-License-Identifier: Apache-2.0
import { jsonOrYamlRoot, pathThing } from '../read.ts';
import { findMlrunObject, kindOfStoreUri } from '../mlrun-object.ts';
import { optional } from '../optional.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { Place } from '../place.ts';
import type { ReportThing, Stage, ToolReport } from '../model.ts';

/**
 * MLRun: a function (its code, image, and the models that it serves) or a project (its functions, artefacts and source), JSON
 * or YAML. Neither is the result of anything. @see https://docs.mlrun.org/en/stable/runtimes/functions.html
 */
export const mlrunFunction: ToolAdapter = {
  format: 'mlrun-function',
  detect(decoded) {
    const found = findMlrunObject(decoded);
    if (found?.hasMetadata('name') !== true) return undefined;
    const isKnown =
      (KINDS.has(found.kind) && found.hasSpec(FUNCTION)) ||
      (found.kind === 'project' && found.hasSpec(PROJECT));
    return isKnown ? null : undefined;
  },
  parse(decoded) {
    const root = jsonOrYamlRoot(decoded);
    return root.at('kind').text === 'project' ? parseProject(root) : parseFunction(root);
  },
};

const KINDS = new Set([
  'remote',
  'nuclio',
  'dask',
  'job',
  'spark',
  'remote-spark',
  'mpijob',
  'serving',
  'local',
  'handler',
  'databricks',
  'application',
]);
const FUNCTION = ['build', 'entry_points', 'default_handler', 'function_kind', 'base_spec'];
const PROJECT = ['functions', 'workflows', 'artifacts', 'desired_state'];
const SERVING = new Set(['serving', 'application']);

function parseFunction(root: Place): ToolReport {
  const [metadata, spec] = [root.at('metadata'), root.at('spec')];
  const kind = root.at('kind').text ?? '';
  const stage: Stage = SERVING.has(kind) ? 8 : 4;
  const name = metadata.at('name').text ?? '';
  const models = spec.at('graph', 'routes').entries.flatMap(([, route]) => modelOf(route));
  return {
    tool: 'mlrun',
    ...optional('time', metadata.at('updated').text),
    stages: [stage],
    about: [
      { kind: 'Code', pointer: metadata.pointer, names: [name, ...filesOf(spec)] },
      ...pathThing('Image', spec.at('image')),
      ...models,
    ],
    results: [{ name: `function ${name}`, outcome: 'info' }],
    summary: {
      kind,
      ...optional('project', metadata.at('project').text),
      ...optional('hash', metadata.at('hash').text),
      ...optional('handler', spec.at('default_handler').text),
    },
  };
}

function filesOf(spec: Place): string[] {
  const places = [spec.at('build', 'source'), spec.at('filename'), spec.at('command')];
  return places.flatMap(({ text }) => text ?? []);
}

function modelOf(route: Place): ReportThing[] {
  const place = route.at('class_args', 'model_path');
  const uri = place.text;
  if (uri === undefined) return [];
  const isStored = uri.startsWith('store://');
  return [
    {
      kind: isStored ? kindOfStoreUri(uri) : 'Model',
      pointer: place.pointer,
      names: [uri],
      sharedNames: isStored ? [['mlrun', uri]] : [],
    },
  ];
}

function parseProject(root: Place): ToolReport {
  const [metadata, spec] = [root.at('metadata'), root.at('spec')];
  const name = metadata.at('name').text ?? '';
  const source = spec.at('origin_url').text ?? spec.at('source').text;
  const counted = ['functions', 'workflows', 'artifacts'];
  return {
    tool: 'mlrun',
    ...optional('time', metadata.at('created').text),
    stages: [4],
    about: [
      {
        kind: 'Code',
        pointer: metadata.pointer,
        names: [name, source].flatMap((one) => one ?? []),
      },
    ],
    results: counted.map((key) => ({
      name: key,
      outcome: 'info',
      count: String(spec.at(key).items.length),
    })),
    summary: { project: name, ...optional('source', source) },
  };
}
