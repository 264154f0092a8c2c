// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { kubernetesReader } from '../../../../ingest/extract/kubernetes.ts';
import { detectKubernetes } from '../../../../schemas/kubernetes/detect.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts, PlacementClaim } from '../../../../graph/domain/facts.ts';

const HEX = sha256('image').slice(7);

function factsOf(document: string | Uint8Array | object): Facts {
  const isPlain = typeof document === 'object' && !(document instanceof Uint8Array);
  const { facts } = readWith(
    detectKubernetes,
    kubernetesReader,
    isPlain ? JSON.stringify(document) : document,
  );
  assertSound(facts);
  return facts;
}

const pod = (image: string, name = 'p', namespace = 'ns'): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ image }] },
});

/** Placements as `environment/service artefact`. */
function placements(facts: Facts): string[] {
  return facts.claims
    .filter((claim): claim is PlacementClaim => claim.type === 'placement')
    .map(({ environment, service, artefact }) => {
      const ref = facts.nodes[artefact]?.ref ?? '';
      return `${environment}/${service} ${ref.startsWith('local:') ? ref.slice(ref.indexOf('#')) : ref}`;
    });
}

describe('images', () => {
  test('by digest: the digest, and the coordinate in the registry', () => {
    const facts = factsOf(pod(`registry.example.org:5000/a/b:v1@sha256:${HEX}`));
    expect(refEdges(facts, 'deploys')[0]).toMatch(
      new RegExp(`^deployment:ns/p@manifest-[0-9a-f]{16} deploys sha256:${HEX}$`),
    );
    expect(refEdges(facts, 'specializationOf')).toEqual([
      `sha256:${HEX} specializationOf oci:registry.example.org:5000/a/b@sha256:${HEX}`,
    ]);
    expect(placements(facts)).toEqual([`ns/p sha256:${HEX}`]);
    expect(facts.claims[0]).not.toHaveProperty('since');
  });

  test.each([
    'nginx',
    'nginx:1.27',
    'host:5000/nginx',
    `nginx@sha256:${HEX.slice(1)}`,
    'x@md5:abc',
  ])('%s has no digest: a name, marked', (image) => {
    const facts = factsOf(pod(image));
    expect(refEdges(facts, 'namedAs')).toEqual([`#image/${image} namedAs name:oci/${image}`]);
    expect(codesOf(facts)).toEqual(['mutable-reference']);
  });
});

describe('models', () => {
  const model = (spec: object, annotations: object = {}): object => ({
    apiVersion: 'mlops.seldon.io/v1alpha1',
    kind: 'Model',
    metadata: { name: 'm', namespace: 'ns', annotations },
    spec,
  });

  test('an address is a name', () => {
    const facts = factsOf(model({ storageUri: 's3://b/k' }));
    expect(refEdges(facts, 'namedAs')).toEqual(['#uri/s3://b/k namedAs name:uri/s3://b/k']);
    expect(placements(facts)).toEqual(['ns/m #uri/s3://b/k']);
  });

  test('an OCI address with a digest is an image; a Hub address is its name', () => {
    const oci = factsOf(model({ storageUri: `oci://r/m@sha256:${HEX}` }));
    expect(refEdges(oci, 'deploys')[0]).toContain(`deploys sha256:${HEX}`);
    const commit = '5503434ddd753f426f4b38109466949a1217c2bb';
    const hub = factsOf(model({ storageUri: `hf://o/m:${commit}` }));
    expect(refEdges(hub, 'deploys')[0]).toContain(`deploys hf:o/m@${commit}`);
    expect(refEdges(factsOf(model({ storageUri: 'hf://o/m' })), 'namedAs')).toEqual([
      '#model/o/m namedAs name:huggingface/model/o/m',
    ]);
  });

  test('annotations that end in sha256', () => {
    const facts = factsOf(
      model({}, { 'x/model-sha256': HEX, 'x/configSHA256': `sha256:${HEX}`, 'x/sha256-of': HEX }),
    );
    expect(placements(facts)).toEqual([`ns/m sha256:${HEX}`]);
  });

  test.each(['', 'latest', HEX.slice(1), `${HEX}00`, '0'.repeat(64)])(
    'the annotation %j is no digest and deploys nothing',
    (value) => {
      const facts = factsOf(model({}, { 'x/model-sha256': value }));
      expect(refEdges(facts, 'deploys')).toEqual([]);
      expect(codesOf(facts)).toContain('no-artefact');
    },
  );

  test('a split deploys what its candidates deploy, where they are described beside it', () => {
    const split = {
      apiVersion: 'mlops.seldon.io/v1alpha1',
      kind: 'Experiment',
      metadata: { name: 'ab', namespace: 'ns' },
      spec: {
        candidates: [
          { name: 'm', weight: 80 },
          { name: 'gone', weight: 20 },
        ],
      },
    };
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [model({}, { 'x/model-sha256': HEX }), split],
    };
    const facts = factsOf(list);
    const fromSplit = facts.edges.filter(({ qualifiers }) => 'candidate' in qualifiers);
    expect(
      fromSplit.map(({ strength, qualifiers, to }) => [
        strength,
        qualifiers['weight'],
        facts.nodes[to]?.ref.slice(0, 6),
      ]),
    ).toEqual([
      ['implied', '80', 'sha256'],
      ['explicit', '20', 'local:'],
    ]);
    expect(codesOf(facts)).toEqual(['candidate-elsewhere']);
  });
});

describe('places', () => {
  const place = (name: string, namespace: string): string =>
    factsOf(pod('x', name, namespace)).nodes.find(({ ref }) => ref.startsWith('deployment:'))
      ?.ref ?? '';

  test('names with / and @ cannot pass for another place', () => {
    const bare = (ref: string): string => ref.replace(/@manifest-.*$/, '');
    expect(bare(place('c', 'a/b'))).toBe('deployment:a%2Fb/c');
    expect(bare(place('b/c', 'a'))).toBe('deployment:a/b%2Fc');
    expect(bare(place('c@manifest-0', 'a'))).toBe('deployment:a/c%40manifest-0');
  });

  test('two places are never one ref', () => {
    const name = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom('a', '/', '@', '%', '2', 'F', '#'),
    });
    fc.assert(
      fc.property(name, name, name, name, (a, b, c, d) => {
        const same = a === c && b === d;
        const bare = (ref: string): string => ref.slice(0, ref.lastIndexOf('@'));
        expect(bare(place(a, b)) === bare(place(c, d))).toBe(same);
      }),
      { numRuns: 200 },
    );
  });

  test('another revision of a manifest is another deployment', () => {
    const refs = [pod('x'), pod('y')].map(
      (document) => factsOf(document).nodes.find(({ ref }) => ref.startsWith('deployment:'))?.ref,
    );
    expect(refs[0]).not.toBe(refs[1]);
  });
});

describeShared('the story', () => {
  const ONNX = 'sha256:a9806da0bc26639b16f23d336226d091ba42780a16e902df405998ca6e35c254';
  const TAR = 'sha256:cc2d8713424737468d4f1e96f31da3ad6732fba8f580b4eea5573a8c9de92c15';
  const SERVE = 'd0fe15fdd7bdd017ffe2f941a3fdae08896181ac8776cca863852cd0f0bc6cfe';
  const IMAGE = `oci:registry.example.org/triage/serve@sha256:${SERVE}`;

  test('the Model deploys the ONNX file, and says which registry version it is', () => {
    const facts = factsOf(readShared('samples', 'seldon', 'model-v2.handmade.yaml'));
    expect(placements(facts)).toEqual([
      `triage-prod/tumour-triage ${ONNX}`,
      'triage-prod/tumour-triage #uri/s3://triage-models/tumour-triage/2',
    ]);
    expect(facts.claims[0]).toMatchObject({ family: 'tumour-triage', version: '2' });
    expect(facts.problems).toEqual([]);
  });

  test('the SeldonDeployment deploys the bundle and the serving image', () => {
    const facts = factsOf(readShared('samples', 'seldon', 'seldondeployment-v1.handmade.yaml'));
    expect(placements(facts)).toEqual([
      `triage-prod/tumour-triage sha256:${SERVE}`,
      `triage-prod/tumour-triage ${TAR}`,
      'triage-prod/tumour-triage #uri/s3://triage-models/tumour-triage/2/triage-v2.tar',
    ]);
    expect(refEdges(facts, 'specializationOf')).toEqual([
      `sha256:${SERVE} specializationOf ${IMAGE}`,
    ]);
  });

  test('the Experiment names two models by name only', () => {
    const facts = factsOf(readShared('samples', 'seldon', 'experiment.handmade.yaml'));
    expect(refEdges(facts, 'deploys').map((edge) => edge.split(' ').at(-1))).toEqual([
      '#candidate/tumour-triage',
      '#candidate/tumour-triage-v1',
    ]);
    expect(facts.claims).toEqual([]);
  });

  test('the Application: image deployed, two revisions used, no artefact invented', () => {
    const facts = factsOf(readShared('samples', 'argocd', 'application.handmade.yaml'));
    expect(placements(facts)).toEqual([`triage-prod/tumour-triage sha256:${SERVE}`]);
    expect(refEdges(facts, 'used').map((edge) => edge.split(' ').at(-1))).toEqual([
      'git:example.org/tumour-triage@04d50938e68cd10682329320f33bdc00b776bcfc',
      'git:example.org/tumour-triage@9cf2f782cdd83b6ce674e4ae3665c05f3451b829',
    ]);
    expect(facts.edges.find(({ relation }) => relation === 'used')?.qualifiers).toEqual({
      role: 'config',
      deployedAt: '2026-11-21T21:30:00Z',
    });
    expect(facts.nodes[0]?.attributes).toMatchObject({
      'history.1': '04d50938e68cd10682329320f33bdc00b776bcfc 2026-11-21T21:45:00Z',
    });
  });
});
