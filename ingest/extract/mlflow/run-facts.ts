// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { instantFromMs } from '../../../core/instant.ts';
import { member, stringMember } from '../../../core/json.ts';
import { findGitRef } from '../git-ref.ts';
import { findJson } from '../../../schemas/tool-report/lines.ts';
import {
  artifactEntities,
  attributesOf,
  datasetEntity,
  modelRef,
  runRef,
  versionRef,
} from './identity.ts';
import type { MlflowDataset, MlflowMetric, MlflowRun } from '../../../schemas/mlflow/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** Contexts in which a dataset measures a model and does not teach it. */
const SCORE_CONTEXTS = new Set(['eval', 'evaluation', 'evaluate', 'test', 'testing', 'holdout']);
const TRAINING_CONTEXTS = new Set([
  'train',
  'training',
  'pretraining',
  'finetuning',
  'fine-tuning',
]);
/** Scores of one dataset, models times metrics. */
const MAX_SCORES = 100_000;
/** Last millisecond that a date can hold. */
const MAX_MS = 8_640_000_000_000_000;

/** States what a run read and made. What it was measured on gets an evaluation of its own and never reaches its models. */
export function stateRun(builder: FactsBuilder, run: MlflowRun): void {
  const node = builder.entity({
    kinds: ['Run'],
    pointer: run.pointer,
    names: [run.name ?? '', run.runId],
    coordinates: [runRef(run.runId)],
    attributes: runAttributes(run),
  });
  builder.subject(node);
  const models = stateProducts(builder, run, node);
  stateInputs(builder, run, node, models);
  stateSource(builder, run, node);
  stateBase(builder, run, node);
  statePrompts(builder, run, node);
}

function runAttributes(run: MlflowRun): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = { system: 'mlflow' };
  if (run.experimentId !== undefined) attributes['experiment'] = run.experimentId;
  if (run.status !== undefined) attributes['status'] = run.status;
  if (run.user !== undefined) attributes['user'] = run.user;
  const start = findTime(run.startTime);
  const end = findTime(run.endTime);
  if (start !== undefined) attributes['start'] = start;
  if (end !== undefined) attributes['end'] = end;
  const commit = run.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value;
  if (commit !== undefined) attributes['commit'] = commit;
  return {
    ...attributes,
    ...attributesOf('metric', run.metrics),
    ...attributesOf('param', run.params),
  };
}

/** Milliseconds since 1970 as an instant; undefined for anything else. */
export function findTime(ms: string | undefined): string | undefined {
  if (ms === undefined || !/^\d{1,16}$/.test(ms) || Number(ms) > MAX_MS) return undefined;
  return instantFromMs(Number(ms));
}

function stateProducts(builder: FactsBuilder, run: MlflowRun, node: number): number[] {
  const models: number[] = [];
  for (const artifact of artifactEntities(run.tags)) {
    const file = builder.entity(artifact);
    builder.edge(file, 'wasGeneratedBy', node, artifact.pointer);
    if (artifact.kinds.includes('Model')) models.push(file);
  }
  for (const { value, pointer } of run.modelIds) {
    const model = builder.nodeOf(modelRef(value), ['Model'], [run.name ?? value]);
    builder.edge(model, 'wasGeneratedBy', node, pointer);
    models.push(model);
  }
  return [...new Set(models)];
}

function stateInputs(
  builder: FactsBuilder,
  run: MlflowRun,
  node: number,
  models: readonly number[],
): void {
  const metrics = metricsByDataset(run.metrics);
  run.datasets.forEach((dataset, at) => {
    const context = dataset.context?.toLowerCase() ?? '';
    const data = builder.entity(datasetEntity(builder, dataset));
    if (SCORE_CONTEXTS.has(context)) {
      const key = datasetKey(dataset.name, dataset.mlflowDigest);
      const measured = metrics.get(key) ?? [];
      // a dataset that is listed again is not measured again
      metrics.delete(key);
      stateEvaluation(builder, run, dataset, { data, models, measured, at });
      return;
    }
    const qualifiers = { role: context === '' ? 'input' : context };
    builder.edge(node, 'used', data, dataset.pointer, { qualifiers });
    if (!TRAINING_CONTEXTS.has(context)) return;
    for (const model of models) {
      builder.edge(model, 'trainedOn', data, dataset.pointer, { strength: 'implied' });
    }
  });
}

/** Metrics count for a dataset only where they name it: a run's list does not say which of them was measured on what. */
function stateEvaluation(
  builder: FactsBuilder,
  run: MlflowRun,
  dataset: MlflowDataset,
  { data, models, measured, at }: EvaluatedDataset,
): void {
  if (measured.length * models.length > MAX_SCORES) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_SCORES} scores on one dataset`);
  }
  const label = `${run.name ?? run.runId} on ${dataset.name}`;
  const evaluation = builder.localNode(`evaluation/${run.runId}/${at}`, ['Evaluation'], [label]);
  builder.edge(evaluation, 'testedOn', data, dataset.pointer);
  for (const model of models) builder.edge(evaluation, 'evaluates', model, dataset.pointer);
  for (const { key, value, pointer } of measured) {
    for (const model of models) {
      const score = { about: evaluation, model, dataset: data, metric: key, value, pointer };
      builder.claim({ type: 'evaluation', ...score });
    }
  }
}

interface EvaluatedDataset {
  readonly data: number;
  readonly models: readonly number[];
  readonly measured: readonly MlflowMetric[];
  readonly at: number;
}

/** Metrics by the dataset that they name. */
function metricsByDataset(metrics: readonly MlflowMetric[]): Map<string, MlflowMetric[]> {
  const found = new Map<string, MlflowMetric[]>();
  for (const metric of metrics) {
    if (metric.datasetName === undefined) continue;
    const key = datasetKey(metric.datasetName, metric.datasetDigest);
    const known = found.get(key) ?? [];
    known.push(metric);
    found.set(key, known);
  }
  return found;
}

function datasetKey(name: string, digest: string | undefined): string {
  return JSON.stringify([name, digest ?? null]);
}

function stateSource(builder: FactsBuilder, run: MlflowRun, node: number): void {
  const tag = (name: string): string => run.tags.find(({ key }) => key === name)?.value ?? '';
  const commit = findGitRef(tag('mlflow.source.git.repoURL'), tag('mlflow.source.git.commit'));
  if (commit === undefined) return;
  const code = builder.nodeOf(commit, ['Code'], [tag('mlflow.source.name')]);
  builder.edge(node, 'used', code, `${run.pointer}/data/tags`, { qualifiers: { role: 'code' } });
}

/** `mlflow.linkedPrompts`: JSON of the versions of the prompt registry that the run used. */
function statePrompts(builder: FactsBuilder, run: MlflowRun, node: number): void {
  const tag = run.tags.find(({ key }) => key === 'mlflow.linkedPrompts');
  if (tag === undefined) return;
  for (const { name, version } of linkedPrompts(tag.value)) {
    const prompt = builder.entity({
      kinds: ['Prompt'],
      pointer: tag.pointer,
      names: [`${name}/${version}`],
      nameRefs: [versionRef(name, version)],
      local: `prompt/${name}/${version}`,
    });
    builder.edge(node, 'used', prompt, tag.pointer, { qualifiers: { role: 'prompt' } });
  }
}

const MAX_PROMPTS = 1000;

function linkedPrompts(text: string): { name: string; version: string }[] {
  const value = findJson(text);
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).slice(0, MAX_PROMPTS).flatMap((one) => {
    const name = stringMember(one, 'name');
    const version = member(one, 'version');
    const isVersion = typeof version === 'string' || typeof version === 'number';
    return name === undefined || !isVersion ? [] : [{ name, version: String(version) }];
  });
}

/** `base_model_sha256`: the model that the run began with, put into a tag by the project. */
function stateBase(builder: FactsBuilder, run: MlflowRun, node: number): void {
  const base = run.tags.find(({ key }) => key === 'base_model_sha256');
  if (base === undefined) return;
  const name = run.tags.find(({ key }) => key === 'base_model')?.value ?? '';
  const model = builder.entity({
    kinds: ['Model'],
    pointer: base.pointer,
    names: [name],
    digests: [{ algorithm: 'sha256', hex: base.value }],
    local: `base/${base.value}`,
  });
  builder.edge(node, 'used', model, base.pointer, { qualifiers: { role: 'base-model' } });
}
