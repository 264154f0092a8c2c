// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseJson } from '../../../../core/json.ts';
import { decode } from '../../../../schemas/decoded.ts';
import {
  detectHfDatasetCard,
  detectHfDatasetInfos,
} from '../../../../schemas/hf-dataset-card/detect.ts';
import { parseHfDatasetInfos } from '../../../../schemas/hf-dataset-card/parse-infos.ts';
import { parseHfDatasetCard } from '../../../../schemas/hf-dataset-card/parse.ts';
import { Comparison, corpusOf } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { DatasetInfo } from '../../../../schemas/hf-dataset-card/model.ts';
import type { PlacedText } from '../../../../schemas/yaml/texts.ts';

const texts = (placed: readonly PlacedText[]): string[] => placed.map(({ text }) => text);

describeShared('dataset cards of the corpus', () => {
  test('every fact', () => {
    const comparison = new Comparison();
    for (const entry of corpusOf('hf-dataset-card')) {
      const bytes = readShared('corpus', entry.path);
      const card = parseHfDatasetCard(new TextDecoder().decode(bytes));
      const license = entry.expect['license'];
      const facts: Readonly<Record<string, unknown>> = {
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
      for (const [name, expected] of Object.entries(entry.expect)) {
        comparison.check(`${entry.path} ${name}`, facts[name], expected);
      }
      comparison.check(`${entry.path} valid`, card.conformanceProblems.length === 0, entry.valid);
      const format = detectHfDatasetCard(decode(bytes))?.format;
      comparison.check(`${entry.path} detected`, format, entry.format);
    }
    comparison.report('hf-dataset-card');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(200);
  });
});

describeShared('dataset infos of the corpus', () => {
  const lines = (info: DatasetInfo): string[] =>
    info.downloads
      .map(({ url, checksum, sizeBytes }) => `${url}|sha256:${checksum ?? ''}|${sizeBytes ?? ''}`)
      .sort();

  test('every fact', () => {
    const comparison = new Comparison();
    for (const { path, expect: expected, format } of corpusOf('hf-dataset-infos')) {
      const bytes = readShared('corpus', path);
      const infos = parseHfDatasetInfos(parseJson(bytes).value);
      comparison.check(`${path} detected`, detectHfDatasetInfos(decode(bytes))?.format, format);
      comparison.check(`${path} configs`, infos.length, expected['configs_count']);
      const names = infos.map(({ config }) => config).sort();
      comparison.check(`${path} names`, names.slice(0, 20), expected['configs']);
      const all = infos.flatMap(({ downloads }) =>
        downloads.map(({ url, checksum }) => `${url}|${checksum ?? ''}`),
      );
      comparison.checkList(`${path} all`, [...new Set(all)].sort(), expected['all_checksums']);
      for (const [config, facts] of Object.entries(expected['facts'] as object)) {
        const info = infos.find((each) => each.config === config);
        const want = facts as Readonly<Record<string, unknown>>;
        comparison.checkList(
          `${path} ${config}`,
          info === undefined ? [] : lines(info),
          want['download_checksums'],
        );
        comparison.check(
          `${path} ${config} splits`,
          Object.fromEntries(info?.splits ?? []),
          want['splits'],
        );
        comparison.check(`${path} ${config} version`, info?.version, want['version']);
      }
    }
    comparison.report('hf-dataset-infos');
    expect(comparison.wrong).toEqual([]);
    expect(comparison.compared).toBeGreaterThan(100);
  });
});
