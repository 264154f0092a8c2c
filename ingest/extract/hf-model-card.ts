// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import {
  BASE_RELATIONS,
  type BaseRelation,
  type CardResult,
  type HfModelCard,
} from '../../schemas/hf-model-card/model.ts';
import { parseHfModelCard } from '../../schemas/hf-model-card/parse.ts';
import { FactsBuilder } from './facts-builder.ts';
import { addHubRepository, addLicense, hubRecord } from './hub-reference.ts';
import { addSubject } from './subject.ts';
import type { Decoded, Detected } from '../../schemas/decoded.ts';
import type { PlacedText } from '../../schemas/yaml/texts.ts';
import type { FormatReader, ReadContext, Reading } from './extractor.ts';

/** Hugging Face model cards. Pointers are into the front matter; `/body/yaml/<n>` is a YAML block of the body. */
export const hfModelCardReader: FormatReader = {
  formats: ['hf-model-card'],
  extractor: 'hf-model-card@3',
  read: readHfModelCard,
};

function readHfModelCard(decoded: Decoded, detected: Detected, context: ReadContext): Reading {
  if (decoded.kind !== 'text') throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a card is text');
  const card = parseHfModelCard(decoded.text);
  const builder = new FactsBuilder(context.digest);
  for (const { code, pointer, message } of card.problems) builder.problem(code, pointer, message);
  const model = addModel(builder, context, card);
  addLicenses(builder, model, card);
  addBaseModels(builder, model, card);
  addMergedModels(builder, model, card.mergedModels);
  for (const dataset of card.datasets) {
    const node = addHubRepository(builder, { type: 'dataset', ...dataset });
    builder.edge(model, 'trainedOn', node, dataset.pointer);
  }
  addRevisions(builder, model, card);
  card.results.forEach((result, at) => addResult(builder, model, result, at));
  return {
    facts: builder.build({ format: detected.format, version: null, statementKind: 'model-card' }),
    conformant: card.conformanceProblems.length === 0,
    conformanceProblems: card.conformanceProblems,
  };
}

function addModel(builder: FactsBuilder, context: ReadContext, card: HfModelCard): number {
  const attributes: Record<string, string> = {};
  const licenses = card.licenses.map(({ text }) => text);
  if (licenses.length > 0) attributes['license'] = licenses.join(', ');
  if (card.licenseName !== undefined) attributes['licenseName'] = card.licenseName;
  if (card.libraryName !== undefined) attributes['library'] = card.libraryName;
  if (card.pipelineTag !== undefined) attributes['task'] = card.pipelineTag;
  if (card.quantizedBy !== undefined) attributes['quantizedBy'] = card.quantizedBy;
  return addSubject(builder, context, {
    kinds: ['Model'],
    pointer: '',
    names: card.modelNames,
    local: 'model',
    attributes,
  });
}

function addLicenses(builder: FactsBuilder, model: number, card: HfModelCard): void {
  for (const { text, pointer } of card.licenses) {
    if (text === 'other' && card.licenseName !== undefined) {
      addLicense(builder, model, card.licenseName, '/license_name');
    } else if (text !== 'other' && text !== 'unknown') addLicense(builder, model, text, pointer);
  }
}

/**
 * That the model was made from its base is the card's own word (explicit); by which way is often not written, and is then
 * stated by a second edge that is inferred.
 */
function addBaseModels(builder: FactsBuilder, model: number, card: HfModelCard): void {
  const written = findWrittenRelation(builder, card);
  const revision = card.baseModels.length === 1 ? card.baseModelRevision : undefined;
  if (card.baseModelRevision !== undefined && card.baseModels.length > 1) {
    builder.problem('ambiguous-revision', '/base_model_revision', 'one revision for several bases');
  }
  for (const base of card.baseModels) {
    const node = addHubRepository(builder, {
      type: 'model',
      ...base,
      ...(revision === undefined ? {} : { revision }),
    });
    if (written !== undefined) {
      const qualifiers = { relation: written };
      builder.edge(model, 'wasDerivedFrom', node, base.pointer, { qualifiers });
      continue;
    }
    builder.edge(model, 'wasDerivedFrom', node, base.pointer);
    const qualifiers = { relation: inferRelation(card) };
    builder.edge(model, 'wasDerivedFrom', node, base.pointer, { strength: 'inferred', qualifiers });
  }
}

function findWrittenRelation(
  builder: FactsBuilder,
  card: HfModelCard,
): BaseRelation | 'unknown' | undefined {
  const written = card.baseModelRelation;
  if (written === undefined) return undefined;
  const known = BASE_RELATIONS.find((relation) => relation === written.toLowerCase());
  if (known === undefined) {
    builder.problem('unknown-relation', '/base_model_relation', `no such relation: "${written}"`);
  }
  return known ?? 'unknown';
}

/**
 * The relation that the Hub itself would show.
 * @see https://huggingface.co/docs/hub/model-cards#specifying-a-base-model
 */
function inferRelation(card: HfModelCard): BaseRelation {
  const tags = new Set(card.tags.map(({ text }) => text.toLowerCase()));
  const hints = [card.libraryName?.toLowerCase() ?? '', ...tags];
  const has = (...words: string[]): boolean => words.some((word) => hints.includes(word));
  if (
    card.quantizedBy !== undefined ||
    has('gguf', 'gptq', 'awq', 'exl2', 'quantized', 'imatrix')
  ) {
    return 'quantized';
  }
  if (has('peft', 'lora', 'adapter', 'adapter-transformers', 'adapters')) return 'adapter';
  return card.baseModels.length > 1 || has('merge', 'mergekit') ? 'merge' : 'finetune';
}

/** A mergekit `model` may name an adapter on top (`base+adapter`) and a revision (`id@revision`). */
function addMergedModels(
  builder: FactsBuilder,
  model: number,
  merged: readonly PlacedText[],
): void {
  for (const { text, pointer } of merged) {
    for (const part of text.split('+')) {
      const [id = '', revision] = part.split('@');
      const node = addHubRepository(builder, {
        type: 'model',
        text: id,
        pointer,
        ...(revision === undefined ? {} : { revision }),
      });
      builder.edge(model, 'wasDerivedFrom', node, pointer, { qualifiers: { relation: 'merge' } });
    }
  }
}

function addRevisions(builder: FactsBuilder, model: number, card: HfModelCard): void {
  if (card.newVersion !== undefined) {
    const newer = addHubRepository(builder, { type: 'model', ...card.newVersion });
    builder.edge(newer, 'wasRevisionOf', model, card.newVersion.pointer);
  }
  if (card.duplicatedFrom !== undefined) {
    const origin = addHubRepository(builder, { type: 'model', ...card.duplicatedFrom });
    const qualifiers = { relation: 'duplicate' };
    builder.edge(model, 'wasDerivedFrom', origin, card.duplicatedFrom.pointer, { qualifiers });
  }
}

function addResult(builder: FactsBuilder, model: number, result: CardResult, at: number): void {
  const { pointer } = result;
  if (result.metrics.length === 0) return;
  const label = [result.model, result.datasetName ?? result.dataset ?? ''].join(' on ');
  const evaluation = builder.localNode(`evaluation/${at}`, ['Evaluation'], [label]);
  builder.edge(evaluation, 'evaluates', model, pointer);
  const dataset = addResultDataset(builder, result);
  if (dataset === undefined) {
    builder.problem(
      'no-dataset',
      pointer,
      'a result that names no dataset: its scores are left out',
    );
    return;
  }
  const qualifiers: Record<string, string> = {};
  if (result.config !== undefined) qualifiers['config'] = result.config;
  if (result.split !== undefined) qualifiers['split'] = result.split;
  builder.edge(evaluation, 'testedOn', dataset, `${pointer}/dataset`, { qualifiers });
  for (const metric of result.metrics) {
    if (metric.value === undefined) {
      builder.problem('metric-value', metric.pointer, `${metric.type} has no single value`);
      continue;
    }
    if (!Number.isFinite(Number(metric.value))) {
      builder.problem(
        'metric-value',
        metric.pointer,
        `${metric.type} is no number: "${metric.value}"`,
      );
    }
    builder.claim({
      type: 'evaluation',
      about: evaluation,
      model,
      dataset,
      metric: metric.type,
      value: metric.value,
      pointer: metric.pointer,
    });
  }
}

/** `dataset.type` is the id; a card that writes only a title still names a dataset, of this document alone. */
function addResultDataset(builder: FactsBuilder, result: CardResult): number | undefined {
  const pointer = `${result.pointer}/dataset`;
  const title = result.datasetName === undefined ? [] : [result.datasetName];
  if (result.dataset === undefined) {
    if (result.datasetName === undefined) return undefined;
    return builder.localNode(`dataset-title/${result.datasetName}`, ['Dataset'], title);
  }
  const record = hubRecord(builder, {
    type: 'dataset',
    text: result.dataset,
    pointer,
    ...(result.revision === undefined ? {} : { revision: result.revision }),
  });
  return builder.entity({ ...record, names: [...(record.names ?? []), ...title] });
}
