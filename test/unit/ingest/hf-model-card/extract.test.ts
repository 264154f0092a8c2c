// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { hfModelCardReader } from '../../../../ingest/extract/hf-model-card.ts';
import { detectHfModelCard } from '../../../../schemas/hf-model-card/detect.ts';
import {
  assertSound,
  codesOf,
  corpusOf,
  readWith,
  refEdges,
} from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const COMMIT = '5503434ddd753f426f4b38109466949a1217c2bb';

function factsOf(frontMatter: string, options: { subject?: string; body?: string } = {}): Facts {
  const text = `---\nlibrary_name: x\n${frontMatter}---\n${options.body ?? ''}`;
  const { subject } = options;
  const { facts } = readWith(detectHfModelCard, hfModelCardReader, text, {
    ...(subject === undefined ? {} : { subject }),
  });
  assertSound(facts);
  return facts;
}

/** `strength relation` of each derivation, sorted. */
function derivations(facts: Facts): string[] {
  return facts.edges
    .filter(({ relation }) => relation === 'wasDerivedFrom')
    .map(({ strength, qualifiers }) => `${strength} ${qualifiers['relation'] ?? '-'}`)
    .sort();
}

describe('base models', () => {
  test('an id is a shared name, reached through a mention of this document', () => {
    const facts = factsOf('base_model: org/base\nbase_model_relation: finetune\n');
    expect(refEdges(facts)).toEqual([
      '#model wasDerivedFrom #model/org/base',
      '#model/org/base namedAs name:huggingface/model/org/base',
    ]);
    expect(derivations(facts)).toEqual(['explicit finetune']);
  });

  test('a commit makes a coordinate of it', () => {
    const facts = factsOf(`base_model: org/base\nbase_model_revision: ${COMMIT}\n`);
    expect(refEdges(facts, 'wasDerivedFrom')).toEqual([
      `#model wasDerivedFrom hf:org/base@${COMMIT}`,
      `#model wasDerivedFrom hf:org/base@${COMMIT}`,
    ]);
  });

  test.each(['main', 'v1.0', COMMIT.slice(0, 12), COMMIT.toUpperCase(), `${COMMIT}0`])(
    'the revision %s does not',
    (revision) => {
      const facts = factsOf(`base_model: org/base\nbase_model_revision: "${revision}"\n`);
      expect(facts.nodes.some(({ ref }) => ref.startsWith('hf:'))).toBe(false);
    },
  );

  test('one revision for two bases is ambiguous and used for none', () => {
    const facts = factsOf(`base_model: [a/b, c/d]\nbase_model_revision: ${COMMIT}\n`);
    expect(facts.nodes.some(({ ref }) => ref.startsWith('hf:'))).toBe(false);
    expect(codesOf(facts)).toContain('ambiguous-revision');
  });

  test.each([
    ['quantized_by: me', 'quantized'],
    ['tags: [GGUF]', 'quantized'],
    ['tags: [lora]', 'adapter'],
    ['tags: [merge]', 'merge'],
    ['tags: [text]', 'finetune'],
  ])('with %s the derivation is explicit, its kind %s inferred', (line, relation) => {
    const facts = factsOf(`base_model: a/b\n${line}\n`);
    expect(derivations(facts)).toEqual(['explicit -', `inferred ${relation}`]);
  });

  test('several bases are a merge', () => {
    expect(derivations(factsOf('base_model: [a/b, c/d]\n'))).toEqual([
      'explicit -',
      'explicit -',
      'inferred merge',
      'inferred merge',
    ]);
  });

  test('a relation of no known name stays unknown', () => {
    const facts = factsOf('base_model: a/b\nbase_model_relation: sibling\n');
    expect(derivations(facts)).toEqual(['explicit unknown']);
    expect(codesOf(facts)).toEqual(['unknown-relation']);
  });

  test.each(['/Users/me/Qwen3-1___7B', 'custom', 'my own model'])(
    '%s stays in the document, with a problem',
    (text) => {
      const facts = factsOf(`base_model: "${text}"\n`);
      expect(facts.nodes.every(({ ref }) => ref.startsWith('local:'))).toBe(true);
      expect(codesOf(facts)[0]).toMatch(/^not-a-repository-/);
    },
  );

  test('a merge is read from the body where the front matter names nothing', () => {
    const body = '```yaml\nmodels:\n- model: a/b\n- model: c/d+e/f\nmerge_method: ties\n```\n';
    const facts = factsOf('base_model: []\n', { body });
    expect(derivations(facts)).toEqual(['explicit merge', 'explicit merge', 'explicit merge']);
    expect(facts.nodes.filter(({ ref }) => ref.startsWith('name:')).map(({ ref }) => ref)).toEqual([
      'name:huggingface/model/a/b',
      'name:huggingface/model/c/d',
      'name:huggingface/model/e/f',
    ]);
  });
});

describe('other edges', () => {
  test('datasets, licence, revisions', () => {
    const facts = factsOf(
      'license: [mit, other]\nlicense_name: my-licence\ndatasets: [squad, a/b]\n' +
        'new_version: o/newer\nduplicated_from: o/origin\n',
    );
    expect(refEdges(facts).filter((edge) => !edge.includes('namedAs'))).toEqual([
      '#model hasLicense name:license/mit',
      '#model hasLicense name:license/my-licence',
      '#model trainedOn #dataset/a/b',
      '#model trainedOn #dataset/squad',
      '#model wasDerivedFrom #model/o/origin',
      '#model/o/newer wasRevisionOf #model',
    ]);
  });

  test('a placeholder licence names nothing', () => {
    expect(refEdges(factsOf('license: other\n'))).toEqual([]);
    expect(refEdges(factsOf('license: unknown\n'))).toEqual([]);
  });

  test('a data set of the same id as a model is another thing', () => {
    const facts = factsOf('datasets: [a/b]\nbase_model: a/b\nbase_model_relation: adapter\n');
    expect(refEdges(facts, 'namedAs').map((edge) => edge.split(' ')[2])).toEqual([
      'name:huggingface/dataset/a/b',
      'name:huggingface/model/a/b',
    ]);
  });
});

describe('the subject', () => {
  const digest = sha256('a model');

  test.each([
    [digest, digest],
    ['pkg:huggingface/org/model@1', 'pkg:huggingface/org/model@1'],
    [`hf:org/model@${COMMIT}`, `hf:org/model@${COMMIT}`],
    ['oms:abc', 'oms:abc'],
  ])('%s is the model', (subject, ref) => {
    const facts = factsOf('datasets: [a/b]\n', { subject });
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([ref]);
    expect(refEdges(facts, 'trainedOn')).toEqual([`${ref} trainedOn #dataset/a/b`]);
  });

  test('a name is a mention of it', () => {
    const facts = factsOf('', { subject: 'name:huggingface/model/o/m' });
    expect(refEdges(facts)).toEqual(['#model namedAs name:huggingface/model/o/m']);
  });

  test('without one it is local, labelled by the model-index', () => {
    const facts = factsOf('model-index: [{name: my-model, results: []}]\n');
    const [subject] = facts.subjects;
    expect(facts.nodes[subject ?? -1]).toMatchObject({ kinds: ['Model'], names: ['my-model'] });
    expect(facts.nodes[subject ?? -1]?.ref).toMatch(/^local:/);
  });
});

describe('scores', () => {
  const result = (dataset: string): string =>
    `model-index:\n- name: m\n  results:\n  - task: {type: t}\n    ${dataset}\n    metrics: [{type: acc, value: 0.90}]\n`;

  test('a claim about model and dataset, the number as written', () => {
    const facts = factsOf(
      result(`dataset: {type: a/b, name: AB, split: test, config: de, revision: ${COMMIT}}`),
    );
    const [claim] = facts.claims;
    expect(claim).toMatchObject({ type: 'evaluation', metric: 'acc', value: '0.90' });
    expect(claim?.pointer).toBe('/model-index/0/results/0/metrics/0');
    const tested = facts.edges.find(({ relation }) => relation === 'testedOn');
    expect(tested?.qualifiers).toEqual({ config: 'de', split: 'test' });
    expect(facts.nodes[tested?.to ?? -1]?.ref).toBe(`hf:datasets/a/b@${COMMIT}`);
    expect(refEdges(facts, 'evaluates')).toEqual(['#evaluation/0 evaluates #model']);
  });

  test('a dataset with a title only is of this document', () => {
    const facts = factsOf(result('dataset: {name: My Set}'));
    expect(refEdges(facts, 'testedOn')).toEqual(['#evaluation/0 testedOn #dataset-title/My Set']);
    expect(facts.claims).toHaveLength(1);
  });

  test('without a dataset there is no claim', () => {
    const facts = factsOf(result('source: {name: s, url: u}'));
    expect(facts.claims).toEqual([]);
    expect(codesOf(facts)).toEqual(['model-index', 'no-dataset']);
  });

  test('a text is kept and marked, a list is left out and marked', () => {
    const text = result('dataset: {type: a/b, name: x}').replace('0.90', '10.08%');
    expect(factsOf(text).claims).toMatchObject([{ value: '10.08%' }]);
    expect(codesOf(factsOf(text))).toEqual(['metric-value']);
    const list = result('dataset: {type: a/b, name: x}').replace('0.90', '[1, 2]');
    expect(factsOf(list).claims).toEqual([]);
    expect(codesOf(factsOf(list))).toEqual(['metric-value']);
  });
});

describeShared('real model cards', () => {
  test('every card that is recognised yields sound facts', () => {
    let edges = 0;
    let claims = 0;
    for (const { path } of corpusOf('hf-model-card')) {
      const bytes = readShared('corpus', path);
      if (/sample_(?:no_metadata|invalid_card_data)/.test(path)) continue;
      const { facts } = readWith(detectHfModelCard, hfModelCardReader, bytes);
      assertSound(facts);
      edges += facts.edges.length;
      claims += facts.claims.length;
    }
    expect([edges > 250, claims > 50]).toEqual([true, true]);
  });

  test('triage-v2 of the story', () => {
    const { facts, conformant } = readWith(
      detectHfModelCard,
      hfModelCardReader,
      readShared('samples', 'model-card', 'triage-v2.README.md'),
    );
    expect(conformant).toBe(true);
    expect(facts.problems).toEqual([]);
    expect(refEdges(facts).filter((edge) => !edge.includes('namedAs'))).toEqual([
      '#evaluation/0 evaluates #model',
      '#evaluation/0 testedOn #dataset/example-org/wdbc-split',
      '#model hasLicense name:license/apache-2.0',
      '#model trainedOn #dataset/example-org/wdbc-split',
      '#model wasDerivedFrom #model/example-org/tumour-triage-v1',
    ]);
    expect(facts.claims.map((claim) => (claim.type === 'evaluation' ? claim.value : ''))).toEqual([
      '0.981481',
      '0.976744',
      '0.954545',
    ]);
  });
});
