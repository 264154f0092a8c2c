// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { placeOf, placeOfYaml, type Place } from '../tool-report/place.ts';
import { optional } from '../tool-report/optional.ts';
import { parseYaml } from '../yaml/parse.ts';
import { findMlflowExport } from './detect.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded } from '../decoded.ts';
import type {
  MlflowDataset,
  MlflowEntry,
  MlflowExport,
  MlflowFamily,
  MlflowLoggedModel,
  MlflowMetric,
  MlflowModelVersion,
  MlflowRun,
} from './model.ts';

const MODEL_URI = /^models:\/(m-[0-9a-f]{8,64})$/;

/**
 * Parses an answer of the tracking server's REST API (runs, logged models, model versions, registered models, experiments,
 * artifact lists), one record of its file store or one file of mlflow-export-import.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it holds none of these, ERR_PARSE_YAML
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
export function parseMlflow(decoded: Decoded): MlflowExport {
  switch (decoded.kind) {
    case 'json':
      return assertHolds(parseJsonExport(placeOf(decoded.json), decoded.json.value));
    case 'text':
      return assertHolds(parseRecord(placeOfYaml(parseYaml(decoded.text))));
    case 'binary':
      throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an MLflow export is text');
  }
}

function parseJsonExport(root: Place, value: JsonValue): MlflowExport {
  if (findMlflowExport(value) === undefined) return parseAnswer(root);
  const exported = root.at('mlflow');
  const found = parseAnswer(exported);
  return { ...found, runs: [...found.runs, ...exportedRunOf(exported)] };
}

function parseAnswer(root: Place): MlflowExport {
  const registered = [root.at('registered_model'), ...root.at('registered_models').items];
  const versions = [
    root.at('model_version'),
    ...root.at('model_versions').items,
    ...registered.flatMap((one) => [
      ...one.at('latest_versions').items,
      ...one.at('versions').items,
    ]),
  ];
  const aliases = registered.flatMap((one) => one.at('aliases').items);
  return {
    runs: [root.at('run'), ...root.at('runs').items].flatMap(runOf),
    loggedModels: [root.at('model'), ...root.at('models').items].flatMap(loggedModelOf),
    versions: versions.flatMap((one) => versionOf(one, aliases)),
    families: registered.flatMap(familyOf),
    datasets: [],
    ...optional('experiment', experimentOf(root.at('experiment'))),
    files: root.at('files').items.flatMap((file) => file.at('path').text ?? []),
    ...optional('root', root.at('root_uri').text),
  };
}

/** File-store records hold in one flat map what the answers nest. */
function parseRecord(root: Place): MlflowExport {
  const has = (key: string): boolean => root.at(key).exists;
  const isVersion = has('version') && has('current_stage');
  const isLoggedModel = has('model_id') && has('source_run_id');
  const isRun = !isVersion && !isLoggedModel && has('run_id');
  const isExperiment = !isLoggedModel && !isRun && has('artifact_location');
  return {
    runs: isRun ? [flatRunOf(root)].flat() : [],
    loggedModels: isLoggedModel ? flatModelOf(root) : [],
    versions: isVersion ? versionOf(root, []) : [],
    families: isVersion || isLoggedModel || isRun || has('digest') ? [] : familyOf(root),
    datasets: has('digest') && has('source_type') ? datasetOf(root, []) : [],
    ...optional('experiment', isExperiment ? experimentOf(root) : undefined),
    files: [],
  };
}

function assertHolds(found: MlflowExport): MlflowExport {
  const { runs, loggedModels, versions, families, datasets, files } = found;
  const lists = [runs, loggedModels, versions, families, datasets, files];
  const isEmpty = lists.every((list) => list.length === 0);
  if (isEmpty && found.experiment === undefined) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'no run, model, version or experiment in it');
  }
  return found;
}

function runOf(run: Place): MlflowRun[] {
  const info = run.at('info');
  const data = run.at('data');
  return flatRunOf(info).map((flat) => ({
    ...flat,
    metrics: data.at('metrics').items.flatMap(metricOf),
    params: data.at('params').items.flatMap(entryOf),
    tags: data.at('tags').items.flatMap(entryOf),
    datasets: run.at('inputs', 'dataset_inputs').items.flatMap(datasetInputOf),
    modelIds: run.at('outputs', 'model_outputs').items.flatMap((one) => {
      const id = one.at('model_id').text;
      return id === undefined ? [] : [{ key: 'model_id', value: id, pointer: one.pointer }];
    }),
    pointer: run.pointer,
  }));
}

/** mlflow-export-import writes maps, a metric with its whole history, and the inputs as a list. */
function exportedRunOf(run: Place): MlflowRun[] {
  return flatRunOf(run.at('info')).map((flat) => ({
    ...flat,
    metrics: run.at('metrics').entries.flatMap(latestOf),
    params: entriesOf(run.at('params')),
    tags: entriesOf(run.at('tags')),
    datasets: run.at('inputs').items.flatMap(datasetInputOf),
    pointer: run.pointer,
  }));
}

/** The value that MLflow shows for a metric: that of the highest step, of one step the last one in time. */
function latestOf([key, history]: readonly [string, Place]): MlflowMetric[] {
  const order = (one: Place): readonly [number, number] => [
    one.at('step').number ?? 0,
    one.at('timestamp').number ?? 0,
  ];
  const [first, ...more] = history.items;
  if (first === undefined) return [];
  const latest = more.reduce((best, one) => {
    const [step, time] = order(one);
    const [bestStep, bestTime] = order(best);
    return step > bestStep || (step === bestStep && time >= bestTime) ? one : best;
  }, first);
  const value = latest.at('value').written;
  return value === undefined ? [] : [{ key, value, pointer: latest.pointer }];
}

function flatRunOf(info: Place): MlflowRun[] {
  const runId = info.at('run_id').text ?? info.at('run_uuid').text;
  if (runId === undefined) return [];
  return [
    {
      runId,
      ...optional('name', info.at('run_name').text),
      ...optional('experimentId', info.at('experiment_id').written),
      ...optional('status', info.at('status').written),
      ...optional('user', info.at('user_id').text),
      ...optional('startTime', info.at('start_time').written),
      ...optional('endTime', info.at('end_time').written),
      metrics: [],
      params: [],
      tags: [],
      datasets: [],
      modelIds: [],
      pointer: info.pointer,
    },
  ];
}

function loggedModelOf(model: Place): MlflowLoggedModel[] {
  const data = model.at('data');
  const info = model.at('info');
  return flatModelOf(info).map((flat) => ({
    ...flat,
    metrics: data.at('metrics').items.flatMap(metricOf),
    params: data.at('params').items.flatMap(entryOf),
    tags: info.at('tags').items.flatMap(entryOf),
    pointer: model.pointer,
  }));
}

function flatModelOf(info: Place): MlflowLoggedModel[] {
  const modelId = info.at('model_id').text;
  if (modelId === undefined) return [];
  return [
    {
      modelId,
      ...optional('name', info.at('name').text),
      ...optional('runId', info.at('source_run_id').text),
      ...optional('status', info.at('status').written),
      metrics: [],
      params: [],
      tags: [],
      pointer: info.pointer,
    },
  ];
}

function versionOf(place: Place, aliases: readonly Place[]): MlflowModelVersion[] {
  const name = place.at('name').written;
  const version = place.at('version').written;
  if (name === undefined || version === undefined) return [];
  const source = place.at('source').text;
  const modelId = place.at('model_id').text ?? MODEL_URI.exec(source ?? '')?.[1];
  const own = place.at('aliases').items.flatMap((one) => one.text ?? one.at('alias').text ?? []);
  const listed = aliases
    .filter((one) => one.at('version').written === version)
    .flatMap((one) => one.at('alias').text ?? []);
  return [
    {
      name,
      version,
      ...optional('runId', place.at('run_id').text),
      ...optional('modelId', modelId),
      ...optional('source', source),
      ...optional('status', place.at('status').written),
      ...optional('stage', place.at('current_stage').text),
      ...optional('createdMs', place.at('creation_timestamp').written),
      aliases: [...new Set([...own, ...listed])],
      tags: entriesOf(place.at('tags')),
      pointer: place.pointer,
    },
  ];
}

/** Aliases are a list of pairs in answers and a map in the file store. */
function familyOf(place: Place): MlflowFamily[] {
  const name = place.at('name').written;
  if (name === undefined || !place.at('creation_timestamp').exists) return [];
  const listed = place
    .at('aliases')
    .items.map((one) => [one.at('alias').text, one.at('version')] as const);
  const aliases = [...listed, ...place.at('aliases').entries].flatMap(([alias, version]) => {
    const value = version.written;
    if (alias === undefined || value === undefined) return [];
    return [{ key: alias, value, pointer: version.pointer }];
  });
  const tags = entriesOf(place.at('tags'));
  return [{ name, aliases, tags, pointer: place.pointer }];
}

function datasetInputOf(input: Place): MlflowDataset[] {
  return datasetOf(input.at('dataset'), input.at('tags').items.flatMap(entryOf));
}

function datasetOf(dataset: Place, tags: readonly MlflowEntry[]): MlflowDataset[] {
  const name = dataset.at('name').written;
  if (name === undefined) return [];
  const context = tags.find(({ key }) => key === 'mlflow.data.context')?.value;
  return [
    {
      name,
      ...optional('mlflowDigest', dataset.at('digest').written),
      ...optional('source', dataset.at('source').text),
      ...optional('context', context),
      tags,
      pointer: dataset.pointer,
    },
  ];
}

function experimentOf(place: Place): MlflowExport['experiment'] {
  const id = place.at('experiment_id').written;
  if (id === undefined) return undefined;
  return { id, ...optional('name', place.at('name').written), pointer: place.pointer };
}

function metricOf(place: Place): MlflowMetric[] {
  return entryOf(place).map((entry) => ({
    ...entry,
    ...optional('datasetName', place.at('dataset_name').text),
    ...optional('datasetDigest', place.at('dataset_digest').text),
    ...optional('modelId', place.at('model_id').text),
  }));
}

/** Tags and parameters: a list of pairs in answers, a map in exports. */
function entriesOf(place: Place): MlflowEntry[] {
  const mapped = place.entries.flatMap(([key, one]) => {
    const value = one.written ?? '';
    return [{ key, value, pointer: one.pointer }];
  });
  return [...place.items.flatMap(entryOf), ...mapped];
}

function entryOf(place: Place): MlflowEntry[] {
  const key = place.at('key').text;
  if (key === undefined) return [];
  return [{ key, value: place.at('value').written ?? '', pointer: place.pointer }];
}
