// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { kubernetesReader } from '../../../../ingest/extract/kubernetes.ts';
import { detectKubernetes } from '../../../../schemas/kubernetes/detect.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const COMMIT = '1'.repeat(40);
const OTHER = '2'.repeat(40);

function factsOf(document: object): Facts {
  const { facts } = readWith(detectKubernetes, kubernetesReader, JSON.stringify(document));
  assertSound(facts);
  return facts;
}

const resource = (apiVersion: string, kind: string, spec: object, more: object = {}): object => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'ns' },
  spec,
  ...more,
});

/** What the deployment runs, local nodes by their id in the document. */
function deployed(facts: Facts): string[] {
  return refEdges(facts, 'deploys').map((edge) => edge.slice(edge.indexOf(' deploys ') + 9));
}

const template = (image: string): object => ({ spec: { containers: [{ image }] } });

describe('what has a pod template of its own', () => {
  test.each([
    ['argoproj.io/v1alpha1', 'Rollout'],
    ['v1', 'ReplicationController'],
    ['apps/v1', 'Deployment'],
  ])('%s %s', (apiVersion, kind) => {
    const facts = factsOf(resource(apiVersion, kind, { template: template('i:1') }));
    expect(deployed(facts)).toEqual(['#image/i:1']);
  });

  test('kinds of other groups are somebody else’s', () => {
    const facts = factsOf(resource('example.org/v1', 'Rollout', { template: template('i:1') }));
    expect(facts.nodes).toEqual([]);
  });
});

describe('KServe', () => {
  test('a model added to a running service', () => {
    const spec = { inferenceService: 'svc', model: { storageUri: 'gs://b/m', framework: 'f' } };
    const facts = factsOf(resource('serving.kserve.io/v1alpha1', 'TrainedModel', spec));
    expect(deployed(facts)).toEqual(['#uri/gs://b/m']);
    expect(facts.claims).toEqual([
      expect.objectContaining({ type: 'placement', service: 'it', environment: 'ns' }),
    ]);
  });

  test('up to v1alpha2, the parts stand below default and canary', () => {
    const spec = {
      default: {
        predictor: { sklearn: { storageUri: 'gs://b/1' } },
        explainer: { custom: { container: { image: 'e:1' } } },
      },
      canary: { predictor: { sklearn: { storageUri: 'gs://b/2' } } },
    };
    const facts = factsOf(resource('serving.kubeflow.org/v1alpha2', 'InferenceService', spec));
    expect(deployed(facts).sort()).toEqual(['#image/e:1', '#uri/gs://b/1', '#uri/gs://b/2']);
  });

  test('further nodes run images of their own', () => {
    const predictor = {
      model: { storageUri: 'pvc://p/m' },
      workerSpec: { containers: [{ image: 'w:1' }] },
    };
    const facts = factsOf(resource('serving.kserve.io/v1beta1', 'InferenceService', { predictor }));
    expect(deployed(facts).sort()).toEqual(['#image/w:1', '#uri/pvc://p/m']);
  });

  test('a language model, its adapters, and the images that serve it', () => {
    const spec = {
      model: {
        uri: 'hf://org/base',
        lora: { adapters: [{ name: 'a', uri: 'hf://org/lora' }, { name: 'without' }] },
      },
      template: { containers: [{ image: 's:1' }] },
      worker: { containers: [{ image: 'w:1' }] },
      prefill: { template: { containers: [{ image: 'p:1' }] } },
    };
    const facts = factsOf(resource('serving.kserve.io/v1alpha1', 'LLMInferenceService', spec));
    expect(deployed(facts).sort()).toEqual([
      '#image/p:1',
      '#image/s:1',
      '#image/w:1',
      expect.stringContaining('org/base'),
      expect.stringContaining('org/lora'),
    ]);
  });

  test('parts of the wrong type hold nothing', () => {
    const spec = { default: [], canary: 'x', predictor: null, model: 1 };
    const facts = factsOf(resource('serving.kserve.io/v1beta1', 'InferenceService', spec));
    expect(codesOf(facts)).toEqual(['no-artefact']);
  });
});

describe('Argo CD', () => {
  const application = (entry: object, source?: object): object =>
    resource('argoproj.io/v1alpha1', 'Application', { source }, { status: { history: [entry] } });
  const used = (facts: Facts): string[] =>
    refEdges(facts, 'used').map((edge) => edge.slice(edge.indexOf(' used ') + 6));

  test('of several sources each has its revision', () => {
    const entry = {
      revision: '',
      deployedAt: '2026-01-01T00:00:00Z',
      sources: [{ repoURL: 'https://git.example.org/a' }, { repoURL: 'https://git.example.org/b' }],
      revisions: [COMMIT, OTHER],
    };
    expect(used(factsOf(application(entry)))).toEqual([
      `git:git.example.org/a@${COMMIT}`,
      `git:git.example.org/b@${OTHER}`,
    ]);
  });

  test('a revision without its source is of no known repository', () => {
    const facts = factsOf(application({ revisions: [COMMIT] }));
    expect(used(facts)).toEqual([]);
    expect(codesOf(facts)).toContain('no-commit');
  });

  test('one source: that of the entry, else that of the application', () => {
    const own = { repoURL: 'https://git.example.org/own' };
    expect(used(factsOf(application({ revision: COMMIT }, own)))).toEqual([
      `git:git.example.org/own@${COMMIT}`,
    ]);
  });
});
