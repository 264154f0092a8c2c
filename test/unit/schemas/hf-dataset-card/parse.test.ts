// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectHfDatasetInfos } from '../../../../schemas/hf-dataset-card/detect.ts';
import { parseHfDatasetInfos } from '../../../../schemas/hf-dataset-card/parse-infos.ts';
import { parseHfDatasetCard } from '../../../../schemas/hf-dataset-card/parse.ts';

describe('source_datasets', () => {
  test.each([
    ['original', 'original', undefined],
    ['extended|squad', 'dataset', 'squad'],
    ['extended|a/b', 'dataset', 'a/b'],
    ['a/b', 'dataset', 'a/b'],
    ['extended|other-nist', 'elsewhere', 'nist'],
    ['other-nist', 'elsewhere', 'nist'],
    ['extended', 'unstated', 'extended'],
    ['extended|', 'unstated', 'extended|'],
    ['unknown', 'unstated', 'unknown'],
  ])('%s', (text, kind, source) => {
    const [found] = parseHfDatasetCard(`---\nsource_datasets: ["${text}"]\n---\n`).sources;
    expect(found?.kind).toBe(kind);
    expect(found !== undefined && 'text' in found ? found.text : undefined).toBe(source);
  });

  test.each([
    ['', 'absent', []],
    ['---\n[]\n---\n', 'not-a-map', ['front-matter-not-a-map']],
    ['---\n{{ card_data }}\n---\n', 'template', ['card-template']],
  ])('%j has none', (text, frontMatter, faults) => {
    const card = parseHfDatasetCard(text);
    expect([card.frontMatter, card.sources]).toEqual([frontMatter, []]);
    expect(card.conformanceProblems.map(({ code }) => code)).toEqual(faults);
  });
});

describe('dataset infos', () => {
  const isInfos = (text: string): boolean =>
    detectHfDatasetInfos(decode(new TextEncoder().encode(text))) !== undefined;

  test.each([
    ['{"default": {"download_checksums": {}}}', true],
    ['{"default": {"features": {}, "splits": {}}}', true],
    ['{"default": {"features": {}}}', false],
    ['{"a": {"download_checksums": {}}, "b": 1}', false],
    ['{}', false],
    ['[]', false],
    ['features: x', false],
  ])('%s', (text, expected) => {
    expect(isInfos(text)).toBe(expected);
  });

  test('a version as text, as parts, missing', () => {
    const infos = parseHfDatasetInfos({
      a: { version: '1.2' },
      b: { version: { major: 1, minor: 0, patch: 2 } },
      c: { version: { version_str: '2.0.0', major: 9 } },
      d: { version: null },
      e: 'x',
    });
    expect(infos.map(({ version }) => version)).toEqual([
      '1.2',
      '1.0.2',
      '2.0.0',
      undefined,
      undefined,
    ]);
  });

  test.each([[[]], ['x'], [null]])('%j is refused', (value) => {
    expect(() => parseHfDatasetInfos(value)).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DOCUMENT' }),
    );
  });
});
