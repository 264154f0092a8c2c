// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectHfModelCard } from '../../../../schemas/hf-model-card/detect.ts';
import { parseHfModelCard } from '../../../../schemas/hf-model-card/parse.ts';
import { Comparison, corpusOf, type CorpusEntry } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { HfModelCard } from '../../../../schemas/hf-model-card/model.ts';
import type { PlacedText } from '../../../../schemas/yaml/texts.ts';

const texts = (placed: readonly PlacedText[]): string[] => placed.map(({ text }) => text);

/** The members of `expect`, computed from the card. A member that the card does not have is undefined. */
function factsOf(card: HfModelCard, entry: CorpusEntry): Readonly<Record<string, unknown>> {
  const license = entry.expect['license'];
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

/** Notes for people, not facts of the document. */
const NOTES = new Set(['picked_for', 'note']);
/** A list of more than 40 values is folded by the corpus; its length still compares. */
const isFolded = (value: unknown): value is { count: number } =>
  typeof value === 'object' && value !== null && 'sha256' in value && 'count' in value;

describeShared('model cards of the corpus', () => {
  const entries = corpusOf('hf-model-card');

  test('every fact', () => {
    const comparison = new Comparison();
    for (const entry of entries) {
      const card = parseHfModelCard(new TextDecoder().decode(readShared('corpus', entry.path)));
      const facts = factsOf(card, entry);
      for (const [name, expected] of Object.entries(entry.expect)) {
        if (NOTES.has(name)) continue;
        const found = facts[name];
        const label = `${entry.path} ${name}`;
        if (isFolded(expected))
          comparison.check(label, (found as unknown[]).length, expected.count);
        else comparison.check(label, found, expected);
      }
      comparison.check(`${entry.path} valid`, card.conformanceProblems.length === 0, entry.valid);
    }
    comparison.report('hf-model-card');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(500);
  });

  test('every card that has something to recognise is recognised', () => {
    // one has no front matter, the other a list instead of it, and neither is headed as a card
    const unmarked = ['sample_no_metadata.md', 'sample_invalid_card_data.md'];
    const missed = entries
      .filter(({ path }) => detectHfModelCard(decode(readShared('corpus', path))) === undefined)
      .map(({ path }) => path.split('/').at(-1));
    expect(missed.sort()).toEqual(unmarked.sort());
  });
});
