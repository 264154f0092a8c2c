// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { decode } from '../../../../schemas/decoded.ts';
import { detectKubernetes } from '../../../../schemas/kubernetes/detect.ts';
import { parseManifest } from '../../../../schemas/kubernetes/parse.ts';
import { fromJsonValue, parseYamlStream } from '../../../../schemas/yaml/parse.ts';
import type { Manifest, Workload } from '../../../../schemas/kubernetes/model.ts';

const manifestOf = (text: string): Manifest => parseManifest(parseYamlStream(text));

function workloadOf(text: string): Workload {
  const [first] = manifestOf(text).workloads;
  if (first === undefined) throw new Error('no workload');
  return first;
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod, labels: {team: triage, app.kubernetes.io/version: "1.10"}}
spec:
  template:
    metadata: {annotations: {example.org/model-sha256: abc}}
    spec:
      initContainers: [{name: i, image: init:1}]
      containers: [{name: a, image: app:1}, {name: b}]
`;

describe('resources', () => {
  test('a Deployment', () => {
    expect(workloadOf(DEPLOYMENT)).toMatchObject({
      kind: 'Deployment',
      name: 'web',
      environment: 'prod',
      owner: 'triage',
      version: '1.10',
      images: [
        { text: 'app:1', pointer: '/0/spec/template/spec/containers/0/image' },
        { text: 'init:1', pointer: '/0/spec/template/spec/initContainers/0/image' },
      ],
      digests: [{ key: 'example.org/model-sha256', hex: 'abc' }],
    });
  });

  test.each([
    ['Pod', 'v1', 'spec: {containers: [{image: x}]}'],
    ['StatefulSet', 'apps/v1', 'spec: {template: {spec: {containers: [{image: x}]}}}'],
    ['Job', 'batch/v1', 'spec: {template: {spec: {containers: [{image: x}]}}}'],
    [
      'CronJob',
      'batch/v1',
      'spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: x}]}}}}}',
    ],
    [
      'InferenceService',
      'serving.kserve.io/v1beta1',
      'spec: {predictor: {containers: [{image: x}]}}',
    ],
    ['InferenceService', 'serving.kserve.io/v1beta1', 'spec: {predictor: {model: {image: x}}}'],
    [
      'SeldonDeployment',
      'machinelearning.seldon.io/v1',
      'spec: {predictors: [{componentSpecs: [{spec: {containers: [{image: x}]}}]}]}',
    ],
    ['Application', 'argoproj.io/v1alpha1', 'status: {summary: {images: [x]}}'],
  ])('images of a %s', (kind, api, rest) => {
    const workload = workloadOf(
      `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: n}\n${rest}\n`,
    );
    expect(workload.images.map(({ text }) => text)).toEqual(['x']);
    expect(workload.environment).toBe('default');
  });

  test.each([
    ['Model', 'mlops.seldon.io/v1alpha1', 'spec: {storageUri: s3://a}'],
    [
      'InferenceService',
      'serving.kserve.io/v1beta1',
      'spec: {predictor: {model: {storageUri: s3://a}}}',
    ],
    [
      'InferenceService',
      'serving.kserve.io/v1beta1',
      'spec: {predictor: {sklearn: {storageUri: s3://a}}}',
    ],
    ['LLMInferenceService', 'serving.kserve.io/v1alpha1', 'spec: {model: {uri: s3://a}}'],
    [
      'SeldonDeployment',
      'machinelearning.seldon.io/v1',
      'spec: {predictors: [{graph: {children: [{modelUri: s3://a}]}}]}',
    ],
  ])('the address of a %s', (kind, api, rest) => {
    const workload = workloadOf(
      `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: n}\n${rest}\n`,
    );
    expect(workload.uris.map(({ text }) => text)).toEqual(['s3://a']);
  });

  test('an Application runs in the namespace of its destination', () => {
    const workload = workloadOf(
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: n, namespace: argocd}\n' +
        'spec: {destination: {namespace: prod}}\n',
    );
    expect(workload.environment).toBe('prod');
  });

  test('several documents, and lists of resources', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n- {apiVersion: v1, kind: Service, metadata: {name: s}}\n`;
    const { workloads } = manifestOf(`${DEPLOYMENT}---\n${list}---\nkind: x\n`);
    expect(workloads.map(({ name, pointer }) => `${name} ${pointer}`)).toEqual([
      'web /0',
      'p /1/items/0',
    ]);
  });

  test('JSON reads the same', () => {
    const value = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [{ image: 'x' }] },
    };
    expect(parseManifest([fromJsonValue(value)]).workloads[0]?.images[0]?.text).toBe('x');
  });

  test('a registry version in an annotation names the family', () => {
    const meta = 'metadata: {name: n, annotations: {x/mlflow-model-version: "tumour/triage/2"}}';
    const workload = workloadOf(`apiVersion: v1\nkind: Pod\n${meta}\n`);
    expect([workload.family, workload.version]).toEqual(['tumour/triage', '2']);
  });
});

describe('what is left out', () => {
  test.each([
    ['another group', 'apiVersion: example.org/v1\nkind: Model\nmetadata: {name: n}\n'],
    ['no group', 'apiVersion: v1\nkind: Deployment\nmetadata: {name: n}\n'],
    ['another kind', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\n'],
    ['an inherited kind', 'apiVersion: v1\nkind: constructor\nmetadata: {name: n}\n'],
    ['no apiVersion', 'kind: Pod\nmetadata: {name: n}\n'],
    ['no map', '- kind: Pod\n'],
  ])('%s', (_, text) => {
    expect(manifestOf(text)).toEqual({ workloads: [], problems: [] });
  });

  test.each([
    ['no name', 'metadata: {}'],
    ['a long name', `metadata: {name: ${'n'.repeat(254)}}`],
    ['a broken name', 'metadata: {name: "\\ud800"}'],
    ['a broken namespace', 'metadata: {name: n, namespace: "\\ud800"}'],
  ])('%s is a problem', (_, meta) => {
    const { workloads, problems } = manifestOf(`apiVersion: v1\nkind: Pod\n${meta}\n`);
    expect([workloads, problems.map(({ code }) => code)]).toEqual([[], ['no-name']]);
  });
});

describe('detection', () => {
  test.each([
    [DEPLOYMENT, true],
    ['{"apiVersion": "v1", "kind": "Pod"}', true],
    ['{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod"}]}', true],
    ['apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  apiVersion: v1\n', true],
    ['# note\r\napiVersion: v1\r\nkind: Pod # here\r\n', true],
    ['apiVersion: v1\nkind: ConfigMap\n', false],
    ['kind: run\nmetadata: {name: x}\n', false],
    ['{"apiVersion": "v1", "kind": "List", "items": []}', false],
    ['text: |\n  kind: Pod\n  apiVersion: v1\n', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    const found = detectKubernetes(decode(new TextEncoder().encode(text)));
    expect(found !== undefined).toBe(expected);
  });
});
