// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { croissantReader } from '../../../../ingest/extract/croissant.ts';
import { detectCroissant } from '../../../../schemas/croissant/detect.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const HEX = sha256('rows').slice(7);

function factsOf(members: Record<string, unknown>, subject?: string): Facts {
  const document = {
    '@context': {
      '@vocab': 'https://schema.org/',
      cr: 'http://mlcommons.org/croissant/',
      prov: 'http://www.w3.org/ns/prov#',
    },
    '@type': 'Dataset',
    name: 'd',
    distribution: [],
    ...members,
  };
  const { facts } = readWith(detectCroissant, croissantReader, JSON.stringify(document), {
    ...(subject === undefined ? {} : { subject }),
  });
  assertSound(facts);
  return facts;
}

const file = (members: Record<string, unknown>): Record<string, unknown> => ({
  '@type': 'cr:FileObject',
  ...members,
});

describe('files', () => {
  test('a digest is the file; md5 a name; an address without a digest a name', () => {
    const facts = factsOf({
      distribution: [
        file({ '@id': 'a', sha256: HEX }),
        file({ '@id': 'b', 'cr:md5': '9a475053fed0c26ee95cd4525e50074c' }),
        file({ '@id': 'c', contentUrl: 'https://example.org/c.csv' }),
        file({ '@id': 'd', contentUrl: 'd.csv' }),
      ],
    });
    expect(refEdges(facts)).toEqual([
      '##FileObject/b namedAs md5:9a475053fed0c26ee95cd4525e50074c',
      '##FileObject/c namedAs name:uri/https://example.org/c.csv',
      '##dataset contains ##FileObject/b',
      '##dataset contains ##FileObject/c',
      '##dataset contains ##FileObject/d',
      `##dataset contains sha256:${HEX}`,
    ]);
  });

  test.each([
    'https://github.com/mlcommons/croissant/issues/80',
    'foo',
    '',
    HEX.slice(1),
    `${HEX}0`,
    '0'.repeat(64),
    'g'.repeat(64),
  ])('%j is no digest', (placeholder) => {
    const facts = factsOf({ distribution: [file({ '@id': 'a', sha256: placeholder })] });
    expect(facts.nodes.some(({ ref }) => ref.startsWith('sha256:'))).toBe(false);
    expect(codesOf(facts)).toEqual(placeholder === '' ? [] : ['placeholder-digest']);
  });

  test('an archive contains what is taken out of it', () => {
    const facts = factsOf({
      distribution: [
        file({ '@id': 'zip', sha256: HEX }),
        { '@type': 'cr:FileSet', '@id': 'set', containedIn: [{ '@id': 'zip' }, { '@id': 'gone' }] },
        file({ '@id': 'inner', containedIn: { 'cr:fileSet': { '@id': 'set' } } }),
      ],
    });
    expect(refEdges(facts, 'contains')).toEqual([
      '##FileSet/set contains ##FileObject/inner',
      '##dataset contains ##FileObject/inner',
      '##dataset contains ##FileSet/set',
      `##dataset contains sha256:${HEX}`,
      `sha256:${HEX} contains ##FileSet/set`,
    ]);
    expect(codesOf(facts)).toEqual(['dangling-ref']);
  });

  test('a file under a wrong type still names its digest', () => {
    const facts = factsOf({ distribution: [{ '@type': 'X', '@id': 'a', sha256: HEX }] });
    expect(refEdges(facts)).toEqual([`##dataset contains sha256:${HEX}`]);
  });
});

describe('derivation', () => {
  test('from entities, addresses and texts', () => {
    const facts = factsOf({
      'prov:wasDerivedFrom': [
        { '@id': 'squad1', 'prov:locatedAt': 'https://huggingface.co/datasets/rajpurkar/squad' },
        'https://example.org/raw',
        'some older data',
      ],
      isBasedOn: { '@type': 'Dataset', name: 'base', url: 'https://example.org/base' },
    });
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      '##dataset wasDerivedFrom #dataset/https://huggingface.co/datasets/rajpurkar/squad',
      '##dataset wasDerivedFrom #entity/https://example.org/base',
      '##dataset wasDerivedFrom #entity/https://example.org/raw',
      '##dataset wasDerivedFrom #entity/some older data',
    ]);
    expect(refEdges(facts, 'namedAs').map((edge) => edge.split(' ').at(-1))).toEqual([
      'name:huggingface/dataset/rajpurkar/squad',
      'name:uri/https://example.org/base',
      'name:uri/https://example.org/raw',
    ]);
  });

  test('activities, what they used and who did them', () => {
    const facts = factsOf({
      'prov:wasGeneratedBy': {
        '@id': 'cleaning',
        'prov:used': { '@id': 'raw', 'prov:atLocation': 'https://example.org/raw' },
        'prov:wasAssociatedWith': [{ '@id': 'a', name: 'Ada' }, { '@id': 'b' }],
      },
    });
    expect(refEdges(facts).filter((edge) => !edge.includes('namedAs'))).toEqual([
      '##dataset wasGeneratedBy #activity/prov:wasGeneratedBy',
      '#activity/prov:wasGeneratedBy used #entity/https://example.org/raw',
      '#activity/prov:wasGeneratedBy wasAssociatedWith #agent/Ada',
      '#activity/prov:wasGeneratedBy wasAssociatedWith #agent/b',
    ]);
  });
});

describe('identity', () => {
  test('a home page joins nothing; an address on the Hub is a name', () => {
    expect(refEdges(factsOf({ url: 'https://example.org/project' }))).toEqual([]);
    expect(refEdges(factsOf({ url: 'https://huggingface.co/datasets/a/b' }))).toEqual([
      '##dataset namedAs name:huggingface/dataset/a/b',
    ]);
  });

  test('a given subject is the dataset, if there is one', () => {
    const subject = sha256('data');
    const facts = factsOf({ distribution: [file({ '@id': 'a', sha256: HEX })] }, subject);
    expect(refEdges(facts)).toEqual([`${subject} contains sha256:${HEX}`]);
    const two = [0, 1].map(() => ({
      '@context': { '@vocab': 'https://schema.org/', cr: 'http://mlcommons.org/croissant/' },
      '@type': 'Dataset',
      distribution: [],
    }));
    const read = readWith(detectCroissant, croissantReader, JSON.stringify(two), { subject }).facts;
    expect(read.nodes.map(({ ref }) => ref.startsWith('local:'))).toEqual([true, true]);
    expect(read.subjects).toEqual([0, 1]);
  });

  test('conformance is asked for', () => {
    const text = JSON.stringify({
      '@context': { '@vocab': 'https://schema.org/', cr: 'http://mlcommons.org/croissant/' },
      '@type': 'Dataset',
      distribution: [],
    });
    expect(readWith(detectCroissant, croissantReader, text).conformant).toBeNull();
    const strict = readWith(detectCroissant, croissantReader, text, { strict: true });
    expect([strict.conformant, strict.conformanceProblems.map(({ code }) => code)]).toEqual([
      false,
      ['mandatory'],
    ]);
  });
});

describeShared('real Croissant documents', () => {
  test('all of them yield sound facts; placeholders never become digests', () => {
    let digests = 0;
    for (const { path, valid } of corpusOf('croissant')) {
      const bytes = readShared('corpus', path);
      const { facts, conformant } = readWith(detectCroissant, croissantReader, bytes, {
        strict: true,
      });
      assertSound(facts);
      expect([path, conformant]).toEqual([path, valid]);
      digests += facts.nodes.filter(({ ref }) => /^sha256:[0-9a-f]{64}$/.test(ref)).length;
      expect(facts.nodes.filter(({ ref }) => ref.includes('issues/80'))).toEqual([]);
    }
    expect(digests).toBeGreaterThan(30);
  });

  test('squad_v2 from squad', () => {
    const entry = corpusOf('croissant').find(({ path }) => path.includes('huggingface-squad_v2'));
    const { facts } = readWith(
      detectCroissant,
      croissantReader,
      readShared('corpus', entry?.path ?? ''),
    );
    const names = facts.edges
      .filter(({ relation }) => relation === 'namedAs')
      .map(({ to }) => facts.nodes[to]?.ref);
    expect(names).toContain('name:huggingface/dataset/rajpurkar/squad_v2');
    expect(names).toContain('name:huggingface/dataset/rajpurkar/squad');
    expect(refEdges(facts, 'wasDerivedFrom')).toHaveLength(1);
    expect(refEdges(facts, 'used')).toHaveLength(1);
  });

  test('the split of the story: train and test by digest', () => {
    const bytes = readShared('samples', 'croissant', 'wdbc-split.croissant.json');
    const { facts, conformant } = readWith(detectCroissant, croissantReader, bytes, {
      strict: true,
    });
    expect(conformant).toBe(true);
    expect(refEdges(facts, 'contains')).toEqual([
      '##dataset contains sha256:0346c6123f11b3a4e0d25e53f43796b6c26e78446e14ccdac9b58681f4d6e9b6',
      '##dataset contains sha256:166b0ddb73c9d3d692def5f97c4b4c3c1f5f7117d54acf78ce02b1cd49b347fb',
    ]);
  });

  test('two documents of the story with one home page stay apart', () => {
    const names = ['wdbc-raw', 'wdbc-split'].map((name) => {
      const bytes = readShared('samples', 'croissant', `${name}.croissant.json`);
      const { facts } = readWith(detectCroissant, croissantReader, bytes);
      return facts.nodes.filter(({ ref }) => !ref.startsWith('local:')).map(({ ref }) => ref);
    });
    expect(
      names[0]?.filter((ref) => names[1]?.includes(ref) && ref.startsWith('name:uri')),
    ).toEqual([]);
  });
});
