// SPDX-License-Identifier: Apache-2.0
import { parseHfDatasetInfos } from '../../../schemas/hf-dataset-card/parse-infos.ts';
import { parseHfDatasetCard } from '../../../schemas/hf-dataset-card/parse.ts';
import { jsonOf, textOf } from './reading.ts';
import type { DatasetInfo } from '../../../schemas/hf-dataset-card/model.ts';
import type { PlacedText } from '../../../schemas/yaml/texts.ts';
import type { FormatComparer } from '../comparer.ts';

const texts = (placed: readonly PlacedText[]): string[] => placed.map(({ text }) => text);

/** Hugging Face dataset cards. */
export const hfDatasetCard: FormatComparer = {
  formats: ['hf-dataset-card'],
  facts(document) {
    const card = parseHfDatasetCard(textOf(document));
    const license = document.entry.expect['license'];
    return {
      has_front_matter: card.frontMatter !== 'absent',
      line_endings: card.lineEndings,
      keys: card.keys,
      license: Array.isArray(license) ? texts(card.licenses) : card.licenses[0]?.text,
      // the corpus keeps the first forty
      language: texts(card.languages).slice(0, 40),
      tags: texts(card.tags),
      task_categories: texts(card.taskCategories),
      pretty_name: card.prettyName,
      source_datasets: texts(card.sourceTexts),
      configs: card.configNames,
    };
  },
};

/** Hugging Face `dataset_infos.json`. */
export const hfDatasetInfos: FormatComparer = {
  formats: ['hf-dataset-infos'],
  groups: ['facts'],
  facts(document) {
    const infos = parseHfDatasetInfos(jsonOf(document));
    const names = infos.map(({ config }) => config).sort();
    return {
      configs_count: infos.length,
      // the corpus keeps the first twenty
      configs: names.slice(0, 20),
      facts: Object.fromEntries(infos.map((info) => [info.config, factsOf(info)])),
      all_checksums: new Set(
        infos.flatMap(({ downloads }) =>
          downloads.map(({ url, checksum }) => `${url}|${checksum ?? ''}`),
        ),
      ),
    };
  },
};

function factsOf({ downloads, splits, version }: DatasetInfo): Readonly<Record<string, unknown>> {
  return {
    download_checksums: new Set(
      downloads.map(
        ({ url, checksum, sizeBytes }) => `${url}|sha256:${checksum ?? ''}|${sizeBytes ?? ''}`,
      ),
    ),
    splits: Object.fromEntries(splits),
    version,
  };
}
