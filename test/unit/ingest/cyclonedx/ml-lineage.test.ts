// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  bomWith,
  edgesOf,
  factsOf,
  hexOf,
  label,
  problemCodes,
} from '../../../support/cyclonedx-reading.ts';
import type { EdgeFact, Facts } from '../../../../graph/domain/facts.ts';

function model(name: string, more: object = {}): Record<string, unknown> {
  return {
    type: 'machine-learning-model',
    name,
    'bom-ref': name,
    purl: `pkg:huggingface/org/${name}@1`,
    ...more,
  };
}

function dataset(name: string, more: object = {}): Record<string, unknown> {
  return {
    type: 'data',
    name,
    'bom-ref': name,
    hashes: [{ alg: 'SHA-256', content: hexOf(name) }],
    ...more,
  };
}

function staged(name: string, ...stages: string[]): Record<string, unknown> {
  return dataset(name, {
    properties: stages.map((value) => ({ name: 'cdx:ai-ml:dataset:stage', value })),
  });
}

function trainedWith(...datasets: object[]): object {
  return { modelCard: { modelParameters: { datasets } } };
}

function measuredWith(...performanceMetrics: object[]): object {
  return { modelCard: { quantitativeAnalysis: { performanceMetrics } } };
}

function edges(facts: Facts, relation: string): EdgeFact[] {
  return facts.edges.filter((edge) => edge.relation === relation);
}

describe('trainedOn, in the encodings that BOMs really use', () => {
  test('(a) datasets described in place are known by name and URL, never by more', () => {
    const use = { type: 'dataset', name: 'Corpus', contents: { url: 'https://example.org/c' } };
    const facts = factsOf(bomWith({ components: [model('m', trainedWith(use))] }));
    expect(edgesOf(facts, 'trainedOn')).toEqual(['m trainedOn Corpus']);
    const [edge] = edges(facts, 'trainedOn');
    const node = facts.nodes[edge?.to ?? -1];
    expect(node?.ref).toMatch(/^local:/);
    expect(node?.kinds).toEqual(['Dataset']);
    const shared = edges(facts, 'namedAs').filter(({ from }) => from === edge?.to);
    expect(shared.map(({ to }) => facts.nodes[to]?.ref).sort()).toEqual([
      'name:cdx/Corpus',
      'name:uri/https://example.org/c',
    ]);
  });

  test.each([
    ['https://huggingface.co/datasets/org/set', ['name:huggingface/dataset/org/set']],
    ['https://huggingface.co/datasets/squad/', ['name:huggingface/dataset/squad']],
    ['https://huggingface.co/datasets/org/set/blob/main/a.csv', []],
    ['https://huggingface.co/org/model', []],
    ['https://evil.example/huggingface.co/datasets/org/set', []],
  ])('(a) %s is called %j by dataset cards', (url, names) => {
    const use = { type: 'dataset', contents: { url } };
    const facts = factsOf(bomWith({ components: [model('m', trainedWith(use))] }));
    const refs = facts.nodes.map(({ ref }) => ref);
    expect(refs.filter((ref) => ref.startsWith('name:huggingface/'))).toEqual(names);
  });

  test('(b) datasets by reference are the data components themselves', () => {
    const facts = factsOf(
      bomWith({ components: [model('m', trainedWith({ ref: 'd' })), dataset('d')] }),
    );
    const [edge] = edges(facts, 'trainedOn');
    expect(edge?.strength).toBe('explicit');
    expect(facts.nodes[edge?.to ?? -1]?.ref).toBe(`sha256:${hexOf('d')}`);
  });

  test('(b) a reference to a data entry means its component', () => {
    const entry = { 'bom-ref': 'entry', type: 'dataset', name: 'inner' };
    const facts = factsOf(
      bomWith({
        components: [model('m', trainedWith({ ref: 'entry' })), dataset('d', { data: [entry] })],
      }),
    );
    expect(edgesOf(facts, 'trainedOn')).toEqual(['m trainedOn d']);
    expect(problemCodes(facts)).toEqual(['no-subject']);
  });

  test('(b) a reference to nothing stays visible as data that nobody knows', () => {
    const facts = factsOf(bomWith({ components: [model('m', trainedWith({ ref: 'gone' }))] }));
    expect(edgesOf(facts, 'trainedOn')).toEqual(['m trainedOn gone']);
    expect(problemCodes(facts)).toEqual(['dangling-ref', 'no-subject']);
  });

  test('(c) a stage without an edge belongs to the only model', () => {
    const facts = factsOf(bomWith({ components: [model('m'), staged('d', 'Pre-Training')] }));
    expect(edges(facts, 'trainedOn')).toMatchObject([
      { strength: 'implied', qualifiers: { stage: 'pre-training', role: 'pretrain' } },
    ]);
    expect(edgesOf(facts, 'contains', 'trainedOn')).toEqual([
      'm trainedOn d',
      'urn:uuid:11111111-2222-4333-8444-555555555555 contains m',
    ]);
  });

  test('(c) to the described model before any other', () => {
    const facts = factsOf(
      bomWith({
        metadata: { component: model('main') },
        components: [model('quantised'), staged('d', 'fine-tuning', 'alignment')],
      }),
    );
    expect(edgesOf(facts, 'trainedOn')).toEqual(['main trainedOn d', 'main trainedOn d']);
    expect(
      edges(facts, 'trainedOn')
        .map(({ qualifiers }) => qualifiers['role'])
        .sort(),
    ).toEqual(['align', 'finetune']);
  });

  test('(c) to the model that it is nested in before the described one', () => {
    const facts = factsOf(
      bomWith({
        metadata: { component: model('main') },
        components: [model('other', { components: [staged('d', 'training')] })],
      }),
    );
    expect(edgesOf(facts, 'trainedOn')).toEqual(['other trainedOn d']);
    expect(edges(facts, 'trainedOn')[0]?.qualifiers).toEqual({ stage: 'training' });
  });

  test('(c) to each of several equal ones as a possibility, and it stays a part', () => {
    const facts = factsOf(
      bomWith({ components: [model('a'), model('b'), staged('d', 'pre-training')] }),
    );
    expect(edges(facts, 'trainedOn').map(({ strength }) => strength)).toEqual([
      'inferred',
      'inferred',
    ]);
    expect(edgesOf(facts, 'contains')).toHaveLength(3);
  });

  test.each([
    ['no model', []],
    ['a catalogue of models', Array.from({ length: 17 }, (_, at) => model(`m${at}`))],
  ])('(c) with %s it is listed and belongs to none', (_name, models) => {
    const facts = factsOf(bomWith({ components: [...models, staged('d', 'pre-training')] }));
    expect(edges(facts, 'trainedOn')).toEqual([]);
    expect(problemCodes(facts)).toContain('stage-without-model');
  });

  test.each(['testing', 'Evaluation', 'benchmark'])(
    'stage %s judges and does not train',
    (stage) => {
      const facts = factsOf(bomWith({ components: [model('m'), staged('d', stage)] }));
      expect(edges(facts, 'trainedOn')).toEqual([]);
      expect(edgesOf(facts, 'testedOn')).toEqual(['m testedOn d']);
      expect(edgesOf(facts, 'contains').filter((edge) => edge.endsWith(' d'))).toEqual([]);
    },
  );

  test('a referenced dataset keeps the stage that its component names', () => {
    const facts = factsOf(
      bomWith({ components: [model('m', trainedWith({ ref: 'd' })), staged('d', 'test')] }),
    );
    expect(edgesOf(facts, 'trainedOn', 'testedOn')).toEqual(['m testedOn d']);
    expect(edges(facts, 'testedOn')[0]?.strength).toBe('explicit');
  });

  test('data beside a model with neither stage nor reference is a part, not training data', () => {
    const facts = factsOf(
      bomWith({ metadata: { component: model('m') }, components: [dataset('d')] }),
    );
    expect(edgesOf(facts, 'contains', 'trainedOn')).toEqual(['m contains d']);
  });
});

describe('performance metrics', () => {
  test('a slice that names data of the BOM makes an evaluation with both ends', () => {
    const metric = { type: 'accuracy', value: '0.90', slice: 'd' };
    const facts = factsOf(
      bomWith({ components: [model('m', measuredWith(metric)), dataset('d')] }),
    );
    expect(edgesOf(facts, 'evaluates', 'testedOn')).toEqual([
      'accuracy 0.90 evaluates m',
      'accuracy 0.90 testedOn d',
    ]);
    expect(edges(facts, 'testedOn')[0]?.qualifiers).toEqual({ metric: 'accuracy', value: '0.90' });
    const claim = facts.claims.find(({ type }) => type === 'evaluation');
    expect(claim).toMatchObject({ metric: 'accuracy', value: '0.90' });
    expect(
      claim?.type === 'evaluation' && [label(facts, claim.model), label(facts, claim.dataset)],
    ).toEqual(['m', 'd']);
  });

  test('test data is accounted for by the evaluation, so it is no part of the product', () => {
    const facts = factsOf(
      bomWith({
        metadata: { component: { type: 'application', name: 'app', 'bom-ref': 'app' } },
        components: [
          model('m', measuredWith({ type: 'f1', value: '1', slice: 'd' })),
          dataset('d'),
        ],
      }),
    );
    expect(edgesOf(facts, 'contains')).toEqual(['app contains m']);
    expect(problemCodes(facts)).toEqual([]);
  });

  test.each([
    ['no slice', { type: 'MMLU', value: '58.2' }],
    ['a slice that names nothing here', { type: 'GLUE', value: '0.87', slice: 'cola' }],
  ])('with %s the evaluation has a model and a value, and claims nothing', (_name, metric) => {
    const facts = factsOf(
      bomWith({ components: [model('m', measuredWith(metric)), dataset('d')] }),
    );
    expect(edgesOf(facts, 'testedOn')).toEqual([]);
    expect(edgesOf(facts, 'evaluates')).toEqual([`${metric.type} ${metric.value} evaluates m`]);
    expect(facts.claims.some(({ type }) => type === 'evaluation')).toBe(false);
    const node = facts.nodes.find(({ kinds }) => kinds.includes('Evaluation'));
    expect(node?.attributes).toMatchObject({ metric: metric.type, value: metric.value });
  });

  test('a slice that two datasets bear is listed and decides nothing', () => {
    const facts = factsOf(
      bomWith({
        components: [
          model('m', measuredWith({ type: 'f1', value: '1', slice: 'same' })),
          dataset('a', { name: 'same' }),
          dataset('b', { name: 'same' }),
        ],
      }),
    );
    expect(edgesOf(facts, 'testedOn')).toEqual([]);
    expect(problemCodes(facts)).toContain('ambiguous-slice');
  });

  test('a metric without a value is no score', () => {
    const facts = factsOf(
      bomWith({ components: [model('m', measuredWith({ type: 'f1', slice: 'd' })), dataset('d')] }),
    );
    expect(edgesOf(facts, 'testedOn')).toHaveLength(1);
    expect(facts.claims.some(({ type }) => type === 'evaluation')).toBe(false);
  });
});

describe('pedigree', () => {
  const related = (name: string): object => ({
    type: 'machine-learning-model',
    name,
    purl: `pkg:huggingface/org/${name}@1`,
  });

  test('ancestors are what it was made from; descendants and variants were made from it', () => {
    const pedigree = {
      ancestors: [related('base')],
      descendants: [related('fork')],
      variants: [related('kin')],
    };
    const facts = factsOf(bomWith({ components: [model('m', { pedigree })] }));
    expect(edgesOf(facts, 'wasDerivedFrom')).toEqual([
      'fork wasDerivedFrom m',
      'kin wasDerivedFrom m',
      'm wasDerivedFrom base',
    ]);
    const marks = edges(facts, 'wasDerivedFrom').map(({ strength, qualifiers }) => [
      qualifiers['basis'],
      strength,
    ]);
    expect(marks).toEqual([
      ['ancestor', 'explicit'],
      ['descendant', 'explicit'],
      ['variant', 'inferred'],
    ]);
  });

  test('the ancestor of an ancestor is followed, and none of them is a part', () => {
    const base = { ...related('base'), pedigree: { ancestors: [related('first')] } };
    const facts = factsOf(
      bomWith({ components: [model('m', { pedigree: { ancestors: [base] } })] }),
    );
    expect(edgesOf(facts, 'wasDerivedFrom')).toEqual([
      'base wasDerivedFrom first',
      'm wasDerivedFrom base',
    ]);
    expect(edgesOf(facts, 'contains')).toHaveLength(1);
  });

  test('a component that is its own ancestor makes no edge', () => {
    const facts = factsOf(
      bomWith({ components: [model('m', { pedigree: { ancestors: [related('m')] } })] }),
    );
    expect(edgesOf(facts, 'wasDerivedFrom')).toEqual([]);
    expect(problemCodes(facts)).toContain('self-edge');
  });
});
