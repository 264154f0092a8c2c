// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { parseYaml, type YamlDocument } from '../yaml/parse.ts';
import { findText, listTexts, type PlacedText } from '../yaml/texts.ts';
import { parseFrontMatter, splitCard, type FrontMatter } from './front-matter.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { CardDataset, CardMetric, CardProblem, CardResult, HfModelCard } from './model.ts';

/** YAML blocks of the body that are read; a merge has one. */
const BODY_BLOCKS = 8;

/**
 * Parses a model card.
 * @throws {PedigreeError} ERR_PARSE_YAML and the other codes of parseYaml, where the front matter is no YAML
 * @see https://github.com/huggingface/hub-docs/blob/main/modelcard.md
 */
export function parseHfModelCard(text: string): HfModelCard {
  const card = splitCard(text);
  const frontMatter = parseFrontMatter(card);
  const problems: CardProblem[] = [];
  const mergedModels = readMergedModels(card.body, problems);
  const common = { lineEndings: card.lineEndings, mergedModels, problems };
  if (frontMatter.kind !== 'map') return emptyCard(frontMatter, common);
  return readCard(frontMatter, common);
}

type Common = Pick<HfModelCard, 'lineEndings' | 'mergedModels'> & {
  readonly problems: CardProblem[];
};

function emptyCard(
  frontMatter: Exclude<FrontMatter, { kind: 'map' }>,
  common: Common,
): HfModelCard {
  const conformanceProblems: CardProblem[] = [];
  if (frontMatter.kind === 'not-a-map') {
    conformanceProblems.push({
      code: 'front-matter-not-a-map',
      pointer: '',
      message: `front matter is a ${frontMatter.type}, not a map`,
    });
  }
  if (frontMatter.kind === 'template') {
    conformanceProblems.push({
      code: 'card-template',
      pointer: '',
      message: 'front matter is a template that was not filled in',
    });
  }
  return {
    ...common,
    frontMatter: frontMatter.kind,
    ...(frontMatter.kind === 'not-a-map' ? { frontMatterType: frontMatter.type } : {}),
    keys: [],
    licenses: [],
    languages: [],
    tags: [],
    metricNames: [],
    baseModels: [],
    datasets: [],
    modelNames: [],
    results: [],
    problems: [...common.problems, ...conformanceProblems],
    conformanceProblems,
  };
}

function readCard(
  { document, repairs }: Extract<FrontMatter, { kind: 'map' }>,
  common: Common,
): HfModelCard {
  const map = document.value;
  const conformanceProblems: CardProblem[] = [...repairs];
  const index = readModelIndex(document, conformanceProblems);
  const text = (key: string): string | undefined => findText(document, '', key);
  const list = (key: string): readonly PlacedText[] => listTexts(document, map, '', key);
  return {
    ...common,
    frontMatter: 'map',
    keys: isJsonObject(map) ? Object.keys(map).sort() : [],
    licenses: list('license'),
    ...optional('licenseName', text('license_name')),
    ...optional('licenseLink', text('license_link')),
    ...optional('pipelineTag', text('pipeline_tag')),
    ...optional('libraryName', text('library_name')),
    ...optional('quantizedBy', text('quantized_by')),
    languages: list('language'),
    tags: list('tags'),
    metricNames: list('metrics'),
    baseModels: list('base_model'),
    ...optional('baseModelRelation', text('base_model_relation')),
    ...optional('baseModelRevision', text('base_model_revision')),
    datasets: readDatasets(document, common.problems),
    modelNames: index.names,
    results: index.results,
    ...optional('newVersion', list('new_version')[0]),
    ...optional('duplicatedFrom', list('duplicated_from')[0]),
    problems: [...common.problems, ...conformanceProblems],
    conformanceProblems,
  };
}

function readDatasets(document: YamlDocument, problems: CardProblem[]): CardDataset[] {
  const entries = arrayMember(document.value, 'datasets');
  if (entries === undefined) return [...listTexts(document, document.value, '', 'datasets')];
  return entries.flatMap((entry, at) => {
    const pointer = pointerJoin('/datasets', at);
    const text = document.textAt(pointer);
    if (text !== undefined) return text === '' ? [] : [{ text, pointer }];
    const [label, ...others] = isJsonObject(entry) ? Object.keys(entry) : [];
    const address = label === undefined ? undefined : findText(document, pointer, label);
    if (label !== undefined && address !== undefined && others.length === 0) {
      return [{ text: address, label, pointer }];
    }
    problems.push({ code: 'dataset-entry', pointer, message: 'a dataset that is no text' });
    return [];
  });
}

/** A member that is there only where it has a value (exactOptionalPropertyTypes). */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

interface ModelIndex {
  readonly names: readonly string[];
  readonly results: readonly CardResult[];
}

/** @see https://github.com/huggingface/hub-docs/blob/main/modelcard.md (model-index) */
function readModelIndex(document: YamlDocument, problems: CardProblem[]): ModelIndex {
  const names: string[] = [];
  const results: CardResult[] = [];
  const root = '/model-index';
  const index = member(document.value, 'model-index');
  if (index !== undefined && index !== null && !Array.isArray(index)) {
    problems.push({ code: 'model-index', pointer: root, message: 'model-index is not a list' });
  }
  for (const [at, model] of (arrayMember(document.value, 'model-index') ?? []).entries()) {
    const pointer = pointerJoin(root, at);
    requireMembers(model, ['name', 'results'], pointer, problems);
    const name = findText(document, pointer, 'name');
    if (name !== undefined) names.push(name);
    for (const [position, result] of (arrayMember(model, 'results') ?? []).entries()) {
      const place = pointerJoin(pointer, 'results', position);
      results.push(readResult(document, result, place, name ?? '', problems));
    }
  }
  return { names, results };
}

/** A member that is written is there, and may be empty. */
function requireMembers(
  from: JsonValue | undefined,
  keys: readonly string[],
  pointer: string,
  problems: CardProblem[],
): void {
  for (const key of keys) {
    if (member(from, key) === undefined)
      problems.push({ code: 'model-index', pointer, message: `no member "${key}"` });
  }
}

function readResult(
  document: YamlDocument,
  result: JsonValue,
  pointer: string,
  model: string,
  problems: CardProblem[],
): CardResult {
  const datasetAt = pointerJoin(pointer, 'dataset');
  requireMembers(result, ['metrics'], pointer, problems);
  requireMembers(member(result, 'task'), ['type'], pointerJoin(pointer, 'task'), problems);
  requireMembers(member(result, 'dataset'), ['type', 'name'], datasetAt, problems);
  if (member(member(result, 'source'), 'name') !== undefined)
    requireMembers(member(result, 'source'), ['url'], pointerJoin(pointer, 'source'), problems);
  return {
    model,
    ...optional('task', findText(document, pointerJoin(pointer, 'task'), 'type')),
    ...optional('dataset', findText(document, datasetAt, 'type')),
    ...optional('datasetName', findText(document, datasetAt, 'name')),
    ...optional('config', findText(document, datasetAt, 'config')),
    ...optional('split', findText(document, datasetAt, 'split')),
    ...optional('revision', findText(document, datasetAt, 'revision')),
    metrics: readMetrics(document, result, pointer, problems),
    pointer,
  };
}

function readMetrics(
  document: YamlDocument,
  result: JsonValue,
  pointer: string,
  problems: CardProblem[],
): CardMetric[] {
  const metrics: CardMetric[] = [];
  for (const [at, metric] of (arrayMember(result, 'metrics') ?? []).entries()) {
    const place = pointerJoin(pointer, 'metrics', at);
    requireMembers(metric, ['type', 'value'], place, problems);
    const type = findText(document, place, 'type');
    if (type === undefined) continue;
    metrics.push({
      type,
      ...optional('value', findText(document, place, 'value')),
      pointer: place,
    });
  }
  return metrics;
}

/** The models named by a mergekit configuration in a fenced YAML block of the body. */
function readMergedModels(body: string, problems: CardProblem[]): PlacedText[] {
  const models: PlacedText[] = [];
  for (const [at, block] of yamlBlocks(body).entries()) {
    if (!/^[ \t]*(?:-[ \t]*)?(?:merge_method|slices|models|base_model)[ \t]*:/m.test(block))
      continue;
    const root = `/body/yaml/${at}`;
    try {
      collectMergedModels(parseYaml(block), root, models);
    } catch (error) {
      if (!isPedigreeError(error)) throw error;
      problems.push({ code: 'body-yaml', pointer: root, message: error.message });
    }
  }
  return models;
}

/** The contents of fenced blocks marked as YAML, in order. */
function yamlBlocks(body: string): string[] {
  const blocks: string[] = [];
  let open: string[] | undefined;
  for (const line of body.split(/\r\n|\r|\n/)) {
    if (open === undefined) {
      if (/^```[ \t]*ya?ml[ \t]*$/i.test(line)) open = [];
    } else if (line.startsWith('```')) {
      blocks.push(open.join('\n'));
      open = undefined;
      if (blocks.length === BODY_BLOCKS) break;
    } else open.push(line);
  }
  return blocks;
}

/** @see https://github.com/arcee-ai/mergekit/blob/main/README.md (merge configuration) */
function collectMergedModels(document: YamlDocument, root: string, models: PlacedText[]): void {
  if (member(document.value, 'merge_method') === undefined) return;
  const add = (pointer: string): void => {
    const text = document.textAt(pointer);
    if (text !== undefined) models.push({ text, pointer: `${root}${pointer}` });
  };
  add('/base_model');
  for (const at of indexes(document.value, 'models')) add(pointerJoin('/models', at, 'model'));
  for (const [at, slice] of (arrayMember(document.value, 'slices') ?? []).entries()) {
    for (const source of indexes(slice, 'sources')) {
      add(pointerJoin('/slices', at, 'sources', source, 'model'));
    }
  }
}

function indexes(value: JsonValue | undefined, key: string): number[] {
  return (arrayMember(value, key) ?? []).map((_, at) => at);
}
