// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { isPedigreeError } from '../../../../core/errors.ts';
import { mlflowReader } from '../../../../ingest/extract/mlflow.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { detectMlflow } from '../../../../schemas/mlflow/detect.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import { sampleOf } from '../../../support/samples.ts';
import type { Facts, VersionClaim } from '../../../../graph/domain/facts.ts';

const HEX = sha256('a table').slice(7);
const OTHER = sha256('another').slice(7);
const MODEL = 'm-0123456789abcdef0123456789abcdef';

function factsOf(document: object | string | Uint8Array): Facts {
  const input =
    typeof document === 'string' || document instanceof Uint8Array
      ? document
      : JSON.stringify(document);
  const { facts } = readWith(detectMlflow, mlflowReader, input);
  assertSound(facts);
  return facts;
}

const tag = (key: string, value: string): object => ({ key, value });
const dataset = (name: string, ...tags: object[]): object => ({
  tags,
  dataset: { name, digest: '8cfb9457', source_type: 'local', source: '{}' },
});

function run(more: { tags?: object[]; inputs?: object[]; metrics?: object[] } = {}): object {
  return {
    run: {
      info: { run_id: 'r1', experiment_id: '7', run_name: 'first', start_time: 1795296831162 },
      data: { tags: more.tags ?? [], metrics: more.metrics ?? [] },
      inputs: { dataset_inputs: more.inputs ?? [] },
      outputs: { model_outputs: [{ model_id: MODEL }] },
    },
  };
}

describe('runs', () => {
  test('training data is used and teaches; test data only measures', () => {
    const facts = factsOf(
      run({
        inputs: [
          dataset('train', tag('mlflow.data.context', 'training'), tag('sha256', HEX)),
          dataset('test', tag('mlflow.data.context', 'eval'), tag('sha256', OTHER)),
        ],
      }),
    );
    expect(refEdges(facts, 'used')).toEqual([`run:mlflow#r1 used sha256:${HEX}`]);
    expect(refEdges(facts, 'trainedOn')).toEqual([
      `coord:mlflow/model@${MODEL} trainedOn sha256:${HEX}`,
    ]);
    expect(refEdges(facts, 'testedOn')).toEqual([`#evaluation/r1/1 testedOn sha256:${OTHER}`]);
    expect(refEdges(facts, 'evaluates')).toEqual([
      `#evaluation/r1/1 evaluates coord:mlflow/model@${MODEL}`,
    ]);
    expect(facts.claims).toEqual([]);
  });

  test('a metric counts as a score where it names the dataset, and only there', () => {
    const test = dataset('test', tag('mlflow.data.context', 'eval'), tag('sha256', OTHER));
    const on = { key: 'f1', value: 0.5, dataset_name: 'test', dataset_digest: '8cfb9457' };
    const elsewhere = { ...on, key: 'auc', dataset_digest: 'ffffffff' };
    const facts = factsOf(
      run({ inputs: [test], metrics: [on, elsewhere, { key: 'x', value: 1 }] }),
    );
    expect(facts.claims).toMatchObject([{ type: 'evaluation', metric: 'f1', value: '0.5' }]);
    expect(facts.nodes.find(({ ref }) => ref === 'run:mlflow#r1')?.attributes).toMatchObject({
      'metric.f1': '0.5',
      'metric.x': '1',
      start: '2026-11-21T21:33:51.162Z',
    });
  });

  test('numbers stay as they are written', () => {
    const text = JSON.stringify(run({ metrics: [{ key: 'm', value: 1 }] }));
    const facts = factsOf(text.replace('"value":1', '"value":0.990740740740740799'));
    expect(facts.nodes.find(({ ref }) => ref === 'run:mlflow#r1')?.attributes?.['metric.m']).toBe(
      '0.990740740740740799',
    );
  });

  test.each([
    ['no tag', []],
    ['a short one', [tag('sha256', HEX.slice(1))]],
    ['a placeholder', [tag('sha256', '0'.repeat(64))]],
    ['another key', [tag('sha256sum', HEX)]],
  ])('a dataset with %s is no content', (_label, tags) => {
    const facts = factsOf(run({ inputs: [dataset('train', ...tags)] }));
    expect(facts.nodes.filter(({ ref }) => ref.startsWith('sha256:'))).toEqual([]);
    expect(refEdges(facts, 'namedAs')).toEqual([
      '#dataset/train/8cfb9457 namedAs name:mlflow/dataset/train@8cfb9457',
    ]);
    expect(codesOf(facts).length).toBe(1);
  });

  test('artefact tags name files by digest, base_model_sha256 the model it began with', () => {
    const facts = factsOf(
      run({
        tags: [tag('artifact.sha256.model.pkl', HEX), tag('base_model_sha256', OTHER)],
      }),
    );
    expect(refEdges(facts, 'wasGeneratedBy')).toContain(
      `sha256:${HEX} wasGeneratedBy run:mlflow#r1`,
    );
    expect(refEdges(facts, 'used')).toEqual([`run:mlflow#r1 used sha256:${OTHER}`]);
  });
});

describe('the registry', () => {
  const version = (number: string, more: object = {}): object => ({
    name: 'fam',
    version: number,
    creation_timestamp: 1,
    current_stage: 'None',
    ...more,
  });

  test('each version is a claim; what it is comes from the logged model', () => {
    const facts = factsOf({
      model_versions: [
        version('2', { source: `models:/${MODEL}`, run_id: 'r2' }),
        version('1', { source: 's3://b/k' }),
      ],
    });
    const claims = facts.claims as readonly VersionClaim[];
    expect(claims.map(({ family, version: one }) => `${family}/${one}`)).toEqual([
      'fam/2',
      'fam/1',
    ]);
    expect(facts.nodes[claims[0]?.about ?? -1]?.ref).toBe(`coord:mlflow/model@${MODEL}`);
    expect(facts.nodes[claims[1]?.about ?? -1]?.ref).toMatch(/^local:/);
    expect(refEdges(facts, 'wasGeneratedBy')).toEqual([
      `coord:mlflow/model@${MODEL} wasGeneratedBy run:mlflow#r2`,
    ]);
  });

  test('two registries that use one name do not become one', () => {
    const facts = factsOf({ model_versions: [version('1')] });
    expect(facts.nodes.filter(({ ref }) => ref.startsWith('coord:'))).toEqual([]);
  });
});

describe('what is no export', () => {
  test.each([
    '{}',
    '[]',
    '{"run":{}}',
    '{"run":{"info":{"run_id":"a"}}}',
    '{"runs":[]}',
    '{"models":[{"name":"x"}]}',
    '{"experiment":{"name":"x"}}',
    '{"files":[{"path":"a","is_dir":true}]}',
    'run_id: a\nexperiment_id: b\n',
    ' name: a\n version: b\n current_stage: c\n run_id: d\n source: e\n',
  ])('%s is not taken', (text) => {
    expect(detectMlflow(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });

  test('any value in any place is read or refused, never more', () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const info = fc.record({
      run_id: fc.string(),
      experiment_id: fc.string(),
      start_time: anything,
    });
    const shape = fc.record({ info, data: anything, inputs: anything, outputs: anything });
    fc.assert(
      fc.property(shape, (one) => {
        try {
          factsOf({ run: one });
        } catch (error) {
          expect(isPedigreeError(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('files of mlflow-export-import', () => {
  const system = { script: 'export_run.py', mlflow_version: '2.14.3' };
  const exported = (mlflow: object): object => ({ system, info: {}, mlflow });
  const info = { run_id: 'r1', experiment_id: '7', run_name: 'first', status: 'FINISHED' };

  test('a run, its maps and its inputs', () => {
    const history = [
      { value: 0.5, timestamp: 10, step: 0 },
      { value: 0.75, timestamp: 12, step: 2 },
      { value: 0.25, timestamp: 30, step: 1 },
      { value: 0.875, timestamp: 13, step: 2 },
    ];
    const tags = { 'mlflow.source.git.commit': 'c0ffee' };
    const inputs = [dataset('train', tag('mlflow.data.context', 'training'), tag('sha256', HEX))];
    const facts = factsOf(
      exported({ info, params: { depth: '5' }, metrics: { f1: history, none: [] }, tags, inputs }),
    );
    const node = facts.nodes[facts.subjects[0] ?? -1];
    expect(node?.ref).toBe('run:mlflow#r1');
    expect(node?.attributes).toMatchObject({ 'metric.f1': '0.875', 'param.depth': '5' });
    expect(node?.attributes).toMatchObject({ commit: 'c0ffee', experiment: '7' });
    expect(node?.attributes).not.toHaveProperty(['metric.none']);
    expect(refEdges(facts, 'used')).toEqual([`run:mlflow#r1 used sha256:${HEX}`]);
  });

  test('a registered model with its versions, and one version', () => {
    const version = (number: string): object => ({
      name: 'wine',
      version: number,
      run_id: `r${number}`,
      creation_timestamp: 1,
      current_stage: 'None',
      source: 's',
      tags: { 'mlflow.prompt.is_prompt': 'true' },
    });
    const registered_model = {
      name: 'wine',
      creation_timestamp: 1,
      aliases: [{ alias: 'best', version: '2' }],
      versions: [version('1'), version('2')],
    };
    const facts = factsOf(exported({ registered_model }));
    const claims = facts.claims.filter((claim): claim is VersionClaim => claim.type === 'version');
    expect(claims.map((claim) => claim.version)).toEqual(['1', '2']);
    expect(claims.map(({ about }) => facts.nodes[about]?.kinds)).toEqual([['Prompt'], ['Prompt']]);
    expect(facts.nodes[claims[1]?.about ?? -1]?.names).toContain('wine@best');
    expect(refEdges(factsOf(exported({ model_version: version('3') })), 'wasGeneratedBy')).toEqual([
      '#version/wine/3 wasGeneratedBy run:mlflow#r3',
    ]);
  });

  test('an experiment', () => {
    const experiment = { experiment_id: '7', artifact_location: '/m', name: 'wine' };
    const facts = factsOf(exported({ experiment, runs: ['r1', 'r2'] }));
    expect(facts.nodes.map(({ names }) => names)).toEqual([['wine']]);
  });

  test.each([
    ['no version of MLflow', { system: {}, mlflow: { info } }],
    ['no system', { mlflow: { info } }],
    ['a list of names', exported({ models: ['wine'] })],
    ['an export in an export', exported(exported({ info }))],
    ['a run without an id', exported({ info: { experiment_id: '7' } })],
    ['nothing', exported({})],
  ])('%s: not taken', (_, document) => {
    const bytes = new TextEncoder().encode(JSON.stringify(document));
    expect(detectMlflow(decode(bytes))).toBeUndefined();
  });
});

describe('an experiment of the file store', () => {
  const lines = [
    'artifact_location: file:///m/7',
    "experiment_id: '7'",
    'lifecycle_stage: active',
    'name: wine',
  ];

  test('by its name, as the server answers it', () => {
    const facts = factsOf(lines.join('\n'));
    expect(facts.nodes).toMatchObject([
      { names: ['wine'], attributes: { experiment: '7', system: 'mlflow' } },
    ]);
    expect(facts.edges).toEqual([]);
  });

  test.each([0, 1, 2])('not without line %i', (at) => {
    const text = lines.toSpliced(at, 1).join('\n');
    expect(detectMlflow(decode(new TextEncoder().encode(text)))).toBeUndefined();
  });
});

describeShared('the story', () => {
  const read = (name: string): Facts => factsOf(readShared('samples', 'mlflow', name));

  test.each(['triage-v1', 'triage-v2', 'triage-poisoned'])('the run of %s', (name) => {
    const { expected, digests } = sampleOf(`mlflow/run-${name}.json`);
    const facts = read(`run-${name}.json`);
    const node = facts.nodes[facts.subjects[0] ?? -1];
    expect(node?.ref).toBe(`run:mlflow#${String(expected['run_id'])}`);
    expect(node?.attributes?.['commit']).toBe(expected['git_commit']);
    for (const [metric, value] of Object.entries(expected['metrics'] as object)) {
      expect(node?.attributes?.[`metric.${metric}`]).toBe(String(value));
    }
    const inputs = expected['dataset_inputs'] as { sha256: string; context: string }[];
    for (const { sha256: hex, context } of inputs) {
      const relation = context === 'eval' ? 'testedOn' : 'used';
      expect(refEdges(facts, relation).some((edge) => edge.endsWith(`sha256:${hex}`))).toBe(true);
      expect(refEdges(facts, 'used').some((edge) => edge.endsWith(`sha256:${hex}`))).toBe(
        context !== 'eval',
      );
    }
    const base = expected['base_model_sha256'];
    if (base !== null) expect(refEdges(facts, 'used').join()).toContain(`sha256:${String(base)}`);
    const made = refEdges(facts, 'wasGeneratedBy');
    expect(made.join()).toContain(`coord:mlflow/model@${String(expected['model_id'])}`);
    for (const [path, digest] of Object.entries(digests)) {
      if (path.startsWith('models/')) expect(made.join()).toContain(digest);
    }
  });

  test('all runs, all logged models, both versions, the alias', () => {
    expect(read('runs-search.json').subjects).toHaveLength(3);
    expect(read('logged-models.json').subjects).toHaveLength(3);
    const versions = read('model-versions.json');
    expect(versions.claims).toMatchObject([
      { type: 'version', family: 'tumour-triage', version: '2' },
      { type: 'version', family: 'tumour-triage', version: '1' },
    ]);
    const registered = read('registered-model.json');
    const champion = registered.nodes[registered.subjects[0] ?? -1];
    expect(champion?.names).toContain('tumour-triage@champion');
    expect(champion?.attributes?.['version']).toBe('2');
    expect(refEdges(registered, 'contains')[0]).toContain(
      'contains sha256:ef1c463369ebd85e4a95047d91302fbb02cd812419af8924b5dcb1cd437ff0a3',
    );
  });

  test('records of the file store', () => {
    const version = read('file-store/registry-version-2.meta.yaml');
    expect(version.claims).toMatchObject([{ family: 'tumour-triage', version: '2' }]);
    expect(read('file-store/run-v2.meta.yaml').nodes[0]?.ref).toBe(
      'run:mlflow#49f85d65496c4967a0b5ca855144d817',
    );
    expect(refEdges(read('file-store/logged-model-v2.meta.yaml'))).toEqual([
      'coord:mlflow/model@m-3112cb9ff18b4b4eb9741ef4025d4a9f wasGeneratedBy run:mlflow#49f85d65496c4967a0b5ca855144d817',
    ]);
    expect(codesOf(read('file-store/dataset.meta.yaml'))).toEqual(['no-digest']);
    const family = read('file-store/registry.meta.yaml');
    expect(family.claims).toEqual([]);
    expect(family.nodes[0]?.attributes).toMatchObject({ 'alias.champion': '2' });
    expect(read('experiment.json').nodes[0]?.names).toEqual(['tumour-triage']);
    expect(codesOf(read('artifacts-triage-v1.json'))).toEqual(['listing']);
  });
});
