// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectToolReport } from '../../../../schemas/tool-report/detect.ts';
import { attributesUnder, reportFacts, reportNode } from './read.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const TREE = '0123456789abcdef0123456789abcdef';
const SHA1 = '0123456789abcdef0123456789abcdef01234567';
const formatOf = (text: string | object): string | undefined => {
  const written = typeof text === 'string' ? text : JSON.stringify(text);
  return detectToolReport(decode(new TextEncoder().encode(written)))?.format;
};
const about = (facts: Facts): unknown =>
  facts.subjects.map((id) => [facts.nodes[id]?.kinds[0], facts.nodes[id]?.names]);
const refs = (facts: Facts): readonly string[] => facts.nodes.map(({ ref }) => ref);

describe('a run', () => {
  const run = {
    metadata: { name: 'train', uid: TREE, project: 'ward' },
    spec: {
      function: 'ward/train@5',
      parameters: { depth: 3 },
      inputs: { visits: 'https://example.org/visits.csv' },
    },
    status: { state: 'error', error: 'out of memory', results: {}, last_update: '2026-05-01' },
  };

  test('says its function, parameters, inputs and why it failed', () => {
    const facts = reportFacts(run);
    expect(attributesUnder(facts, 'summary.')).toMatchObject({
      function: 'ward/train@5',
      'parameter.depth': '3',
      'input.visits': 'https://example.org/visits.csv',
      error: 'out of memory',
    });
    expect(reportNode(facts).attributes).toMatchObject({ outcome: 'fail', time: '2026-05-01' });
  });

  test('artefacts that it holds itself, flat or not', () => {
    const artifacts = [
      { key: 'visits', kind: 'dataset', target_path: 'v3io:///visits.csv' },
      {
        kind: 'model',
        metadata: { key: 'model', hash: SHA1 },
        spec: { target_path: 's3://b/m/' },
      },
    ];
    const facts = reportFacts({ ...run, status: { ...run.status, artifacts } });
    expect(about(facts)).toEqual([
      ['Dataset', ['v3io:///visits.csv', 'visits']],
      ['Model', ['model', 's3://b/m/']],
    ]);
    expect(refs(facts)).toContain(`sha1:${SHA1}`);
  });

  test('as the service answers', () => {
    expect(attributesUnder(reportFacts({ data: run }), 'result.')).toEqual({
      'state error': 'fail',
    });
    const second = {
      ...run,
      metadata: { ...run.metadata, uid: TREE.replace('0', 'f') },
      status: { state: 'completed', results: { auc: 0.5 }, last_update: '2026-05-02' },
    };
    for (const form of [{ runs: [run, second] }, [run, second]]) {
      const facts = reportFacts(form);
      expect(attributesUnder(facts, 'result.')).toEqual({
        [`train ${TREE} state error`]: 'fail',
        [`train ${second.metadata.uid} state completed`]: 'pass',
        [`train ${second.metadata.uid} auc`]: 'info 0.5',
      });
      expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-02' });
    }
    expect(formatOf({ runs: [] })).toBeUndefined();
    expect(formatOf({ runs: [run, {}] })).toBeUndefined();
  });
});

const MODEL = `kind: model
metadata:
  hash: ${SHA1}
  iter: 0
  key: classifier
  project: ward
  tree: ${TREE}
spec:
  db_key: train_classifier
  framework: sklearn
  metrics:
    auc: 0.90
    loss: .nan
  model_file: m.pkl
  producer:
    kind: run
    uri: ward/${TREE}
  target_path: s3://b/m/
status:
  state: created
`;

describe('an artefact', () => {
  test('is named as the run that made it names it', () => {
    const facts = reportFacts(MODEL);
    const uri = `store://models/ward/train_classifier#0@${TREE}`;
    expect(about(facts)).toEqual([['Model', ['classifier', 's3://b/m/', uri]]]);
    expect(refs(facts)).toContain(`sha1:${SHA1}`);
    const run = reportFacts({
      metadata: { name: 'train', uid: TREE, project: 'ward' },
      spec: {},
      status: { state: 'completed', artifact_uris: { classifier: uri } },
    });
    const shared = refs(run).filter((ref) => ref.startsWith('name:mlrun/'));
    expect(shared).toHaveLength(1);
    expect(refs(facts)).toEqual(expect.arrayContaining(shared));
    expect(attributesUnder(facts, 'result.')).toEqual({
      'state created': 'info',
      auc: 'info 0.90',
    });
    expect(attributesUnder(facts, 'summary.')).toMatchObject({
      producer: `ward/${TREE}`,
      framework: 'sklearn',
    });
  });

  test('data in JSON', () => {
    const facts = reportFacts({
      kind: 'dataset',
      metadata: { key: 'visits', project: 'ward', updated: '2026-05-01' },
      spec: { target_path: 's3://b/visits.csv', length: 12 },
    });
    expect(about(facts)).toEqual([['Dataset', ['s3://b/visits.csv', 'visits']]]);
    expect(reportNode(facts).attributes).toMatchObject({ time: '2026-05-01' });
  });
});

const FUNCTION = `metadata:
  name: trainer
  hash: ${SHA1}
kind: job
spec:
  image: mlrun/mlrun
  default_handler: fit
  build:
    code_origin: train.py
`;

describe('a function and a project', () => {
  test('code and image', () => {
    const facts = reportFacts(FUNCTION);
    expect(about(facts)).toEqual([
      ['Code', ['trainer']],
      ['Image', ['mlrun/mlrun']],
    ]);
    expect(reportNode(facts).attributes).toMatchObject({ tool: 'mlrun', stage: '4' });
  });

  test('what serves names the models', () => {
    const route = (model_path: string): object => ({ class_args: { model_path } });
    const stored = 'store://models/ward/classifier#0';
    const facts = reportFacts({
      kind: 'serving',
      metadata: { name: 'api' },
      spec: {
        function_kind: 'serving_v2',
        graph: { routes: { a: route(stored), b: route('s3://b/m/'), c: {} } },
      },
    });
    expect(about(facts)).toEqual([
      ['Code', ['api']],
      ['Model', [stored]],
      ['Model', ['s3://b/m/']],
    ]);
    expect(reportNode(facts).attributes).toMatchObject({ stage: '8' });
  });

  test('a project counts what it has', () => {
    const facts = reportFacts({
      kind: 'project',
      metadata: { name: 'ward' },
      spec: { functions: [{}, {}], source: 'git://example.org/ward.git' },
    });
    expect(attributesUnder(facts, 'result.')).toMatchObject({
      functions: 'info ×2',
      workflows: 'info ×0',
    });
    expect(about(facts)).toEqual([['Code', ['git://example.org/ward.git', 'ward']]]);
  });
});

test.each([
  ['a Kubernetes object', `apiVersion: v1\n${FUNCTION}`],
  ['another member', `${FUNCTION}data:\n  a: b\n`],
  ['another kind', FUNCTION.replace('kind: job', 'kind: Deployment')],
  ['no name', FUNCTION.replace('  name: trainer\n', '')],
  ['no code', FUNCTION.replace('  default_handler: fit\n', '').replace('  build:\n', '')],
  ['metadata on one line', FUNCTION.replace('metadata:\n', 'metadata: {}\nx:\n')],
  ['an artefact without a key', MODEL.replace('  key: classifier\n', '')],
  ['an artefact that lies nowhere', 'kind: model\nmetadata:\n  key: a\nspec:\n  license: b\n'],
])('%s: not MLRun', (_, text) => {
  expect(formatOf(text)).toBeUndefined();
});

test('JSON with members of its own is not MLRun', () => {
  const object = { kind: 'model', metadata: { key: 'a' }, spec: { target_path: 'b' } };
  expect(formatOf(object)).toBe('mlrun-artifact');
  expect(formatOf({ ...object, apiVersion: 'v1' })).toBeUndefined();
  expect(formatOf({ ...object, metadata: { key: 1 } })).toBeUndefined();
});
