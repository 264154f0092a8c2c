// SPDX-License-Identifier: Apache-2.0
import { parseHfModelCard } from '../../../schemas/hf-model-card/parse.ts';
import { textOf } from './reading.ts';
import type { HfModelCard } from '../../../schemas/hf-model-card/model.ts';
import type { PlacedText } from '../../../schemas/yaml/texts.ts';
import type { FormatComparer } from '../comparer.ts';
import type { CorpusEntry } from '../entry.ts';

const texts = (placed: readonly PlacedText[]): string[] => placed.map(({ text }) => text);

/** The members of `expect`, computed from the card. A member that the card does not have is undefined. */
function factsOf(card: HfModelCard, { expect }: CorpusEntry): Readonly<Record<string, unknown>> {
  const license = expect['license'];
  return {
    has_front_matter: card.frontMatter !== 'absent',
    line_endings: card.lineEndings,
    keys: card.keys,
    license: Array.isArray(license) ? texts(card.licenses) : card.licenses[0]?.text,
    license_link: card.licenseLink,
    pipeline_tag: card.pipelineTag,
    library_name: card.libraryName,
    quantized_by: card.quantizedBy,
    base_model_relation: card.baseModelRelation,
    base_model: texts(card.baseModels),
    datasets: card.datasets.map(({ text, label }) =>
      label === undefined ? text : `{'${label}': '${text}'}`,
    ),
    language: texts(card.languages),
    tags: texts(card.tags),
    metrics: texts(card.metricNames),
    model_names: card.modelNames,
    results: rowsOf(card),
    results_count: rowsOf(card).length,
    yaml_type: card.frontMatterType,
    error_class: card.conformanceProblems[0]?.code,
  };
}

function rowsOf(card: HfModelCard): unknown[] {
  return card.results.flatMap((result) =>
    result.metrics.map((metric) => ({
      model: result.model,
      task: result.task ?? null,
      dataset: result.dataset ?? null,
      dataset_name: result.datasetName ?? null,
      split: result.split ?? null,
      metric: metric.type,
      value: asNumber(metric.value),
    })),
  );
}

/** The corpus writes numbers; ours are source text (`13.60`). */
function asNumber(value: string | undefined): unknown {
  if (value === undefined) return null;
  return Number.isNaN(Number(value)) ? value : Number(value);
}

/** Hugging Face model cards. */
export const hfModelCard: FormatComparer = {
  formats: ['hf-model-card'],
  apart: { picked_for: 'why it is in the corpus', note: 'a word to the reader of the manifest' },
  facts: (document) => factsOf(parseHfModelCard(textOf(document)), document.entry),
};
