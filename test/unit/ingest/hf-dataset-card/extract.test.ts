// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import {
  hfDatasetCardReader,
  hfDatasetInfosReader,
} from '../../../../ingest/extract/hf-dataset-card.ts';
import {
  detectHfDatasetCard,
  detectHfDatasetInfos,
} from '../../../../schemas/hf-dataset-card/detect.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

function cardFacts(sources: string, subject?: string): Facts {
  const text = `---\ntask_categories: [x]\nlicense: cc0-1.0\nsource_datasets: ${sources}\n---\n`;
  const { facts } = readWith(detectHfDatasetCard, hfDatasetCardReader, text, {
    ...(subject === undefined ? {} : { subject }),
  });
  assertSound(facts);
  return facts;
}

describe('dataset card', () => {
  test('extended names what it was made from', () => {
    expect(refEdges(cardFacts('["extended|squad", "extended|other-nist"]'))).toEqual([
      '#dataset hasLicense name:license/cc0-1.0',
      '#dataset wasDerivedFrom #dataset/squad',
      '#dataset wasDerivedFrom #source/nist',
      '#dataset/squad namedAs name:huggingface/dataset/squad',
    ]);
  });

  test('original alone begins the history; with others it does not', () => {
    expect(cardFacts('[original]').claims).toEqual([
      { type: 'completeness', about: 0, covers: 'primary-source', pointer: '/source_datasets/0' },
    ]);
    expect(cardFacts('[original, "extended|squad"]').claims).toEqual([]);
    expect(cardFacts('[]').claims).toEqual([]);
  });

  test('what names nothing is a problem', () => {
    const facts = cardFacts('[unknown, extended]');
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([]);
    expect(codesOf(facts)).toEqual(['source-not-named']);
  });

  test('a given subject is the dataset', () => {
    const digest = sha256('data');
    expect(refEdges(cardFacts('[squad]', digest), 'wasDerivedFrom')).toEqual([
      `${digest} wasDerivedFrom #dataset/squad`,
    ]);
  });
});

describe('dataset infos', () => {
  const facts = (infos: unknown): Facts =>
    readWith(detectHfDatasetInfos, hfDatasetInfosReader, JSON.stringify(infos)).facts;
  const hex = sha256('file').slice(7);

  test('files by digest; a placeholder and a null are no digests', () => {
    const read = facts({
      default: {
        download_checksums: {
          'https://x/a': { checksum: hex, num_bytes: 1 },
          'https://x/b': { checksum: 'not-a-digest' },
          'https://x/c': { checksum: null },
        },
      },
    });
    assertSound(read);
    expect(refEdges(read)).toEqual([
      '#config/default wasDerivedFrom #download/https://x/b',
      '#config/default wasDerivedFrom #download/https://x/c',
      `#config/default wasDerivedFrom sha256:${hex}`,
      '#dataset contains #config/default',
    ]);
    expect(codesOf(read)).toEqual(['placeholder-digest']);
  });

  test('a configuration called __proto__ is one like any other', () => {
    const text = '{"__proto__": {"download_checksums": {"constructor": {"checksum": null}}}}';
    const read = readWith(detectHfDatasetInfos, hfDatasetInfosReader, text).facts;
    expect(refEdges(read, 'contains')).toEqual(['#dataset contains #config/__proto__']);
  });
});

describeShared('real dataset cards and infos', () => {
  test('all of them yield sound facts', () => {
    let digests = 0;
    for (const { path } of corpusOf('hf-dataset-card')) {
      assertSound(
        readWith(detectHfDatasetCard, hfDatasetCardReader, readShared('corpus', path)).facts,
      );
    }
    for (const { path } of corpusOf('hf-dataset-infos')) {
      const { facts } = readWith(
        detectHfDatasetInfos,
        hfDatasetInfosReader,
        readShared('corpus', path),
      );
      assertSound(facts);
      digests += facts.nodes.filter(({ ref }) => ref.startsWith('sha256:')).length;
    }
    expect(digests).toBeGreaterThan(100);
  });

  test('wdbc-split of the story', () => {
    const bytes = readShared('samples', 'model-card', 'wdbc-split.dataset.README.md');
    const { facts } = readWith(detectHfDatasetCard, hfDatasetCardReader, bytes);
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      '#dataset wasDerivedFrom #dataset/example-org/wdbc-raw',
    ]);
  });
});
