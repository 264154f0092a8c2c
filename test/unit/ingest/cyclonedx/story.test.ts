// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { edgesOf, label, problemCodes, readBytes } from '../../../support/cyclonedx-reading.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const MODEL = 'sha256:a9806da0bc26639b16f23d336226d091ba42780a16e902df405998ca6e35c254';
const TRAIN = 'sha256:166b0ddb73c9d3d692def5f97c4b4c3c1f5f7117d54acf78ce02b1cd49b347fb';
const BATCH = 'sha256:747829f6748cb463c85efab591b25672e974654a44ef04a1bd10b53b62e075b9';
const TEST_DATA = 'sha256:0346c6123f11b3a4e0d25e53f43796b6c26e78446e14ccdac9b58681f4d6e9b6';
const BASE = 'sha256:c3a136d634caba9d5d4500a46904ab90ead520aceb898071b2f0a86bef6e1427';

function refEdges(facts: Facts, relation: string): string[] {
  return facts.edges
    .filter((edge) => edge.relation === relation)
    .map(({ from, to }) => `${facts.nodes[from]?.ref} ${facts.nodes[to]?.ref}`)
    .sort();
}

describeShared('the BOMs of the story', () => {
  test.each(['ml-bom-1.5.handmade.json', 'ml-bom-1.6.handmade.json'])(
    '%s: what the model learned from, was judged on and came from, by digest',
    (name) => {
      const { facts, conformant } = readBytes(readShared('samples', 'cyclonedx', name), {
        strict: true,
      });
      expect(conformant).toBe(true);
      expect(refEdges(facts, 'trainedOn')).toEqual([`${MODEL} ${TRAIN}`, `${MODEL} ${BATCH}`]);
      expect(refEdges(facts, 'wasDerivedFrom')).toEqual([`${MODEL} ${BASE}`]);
      const tested = facts.edges.filter(({ relation }) => relation === 'testedOn');
      expect(tested.map(({ to }) => facts.nodes[to]?.ref)).toEqual([
        TEST_DATA,
        TEST_DATA,
        TEST_DATA,
      ]);
      const scores = facts.claims.flatMap((claim) =>
        claim.type === 'evaluation'
          ? [`${claim.metric} ${claim.value} ${facts.nodes[claim.model]?.ref === MODEL}`]
          : [],
      );
      expect(scores).toEqual([
        'accuracy 0.981481 true',
        'f1 0.976744 true',
        'recall 0.954545 true',
      ]);
      expect(facts.subjects.map((id) => label(facts, id))).toEqual(['tumour-triage']);
      const parts = facts.edges
        .filter(({ from, relation }) => relation === 'contains' && from === facts.subjects[0])
        .map(({ to }) => facts.nodes[to]?.ref);
      expect(parts.sort()).toEqual([
        'pkg:pypi/scikit-learn@1.9.1',
        MODEL,
        'sha256:e6e533abef671fd0cdfb4fc1f0390bff72cd7e71055c98b10671116833b47782',
        'sha256:ef1c463369ebd85e4a95047d91302fbb02cd812419af8924b5dcb1cd437ff0a3',
      ]);
      // the model's record and its model.onnx have one digest: one thing, not a part of itself
      expect(problemCodes(facts)).toEqual(['self-containment']);
    },
  );

  test.each([
    ['environment-1.5.json', 20],
    ['environment-1.6.json', 20],
    ['environment-1.7.json', 20],
    ['requirements-1.6.json', 7],
  ])('%s: the BOM contains its %i packages', (name, count) => {
    const { facts, conformant } = readBytes(readShared('samples', 'cyclonedx', name), {
      strict: true,
    });
    expect(conformant).toBe(true);
    const contained = facts.edges.filter(({ relation }) => relation === 'contains');
    expect(contained).toHaveLength(count);
    expect(contained.every(({ from }) => from === facts.subjects[0])).toBe(true);
    expect(contained.every(({ to }) => facts.nodes[to]?.ref.startsWith('pkg:pypi/') === true)).toBe(
      true,
    );
    expect(problemCodes(facts)).toEqual(['no-subject']);
  });

  test('the upstream sample: derivation from two records of one ancestor, and a component that needs itself', () => {
    const { facts, conformant } = readBytes(
      readShared('samples', 'cyclonedx', 'valid-bom-1.6.upstream.json'),
      { strict: true },
    );
    expect(conformant).toBe(true);
    expect(
      facts.edges
        .filter(({ relation }) => relation === 'wasDerivedFrom')
        .map(({ pointers }) => pointers),
    ).toEqual([['/components/0/pedigree/ancestors/0', '/components/0/pedigree/ancestors/1']]);
    expect(problemCodes(facts)).toEqual(['self-dependency']);
  });

  test('the Syft BOM: the described folder contains everything that Syft found in it', () => {
    const { facts, conformant } = readBytes(readShared('samples', 'syft', 'venv.cdx-1.6.json'), {
      strict: true,
    });
    expect(conformant).toBe(true);
    expect(facts.subjects.map((id) => label(facts, id))).toEqual(['tumour-triage-serve']);
    const contained = facts.edges.filter(({ relation }) => relation === 'contains');
    // the BOM, the folder, and the two names of the folder
    expect(contained.length).toBe(facts.nodes.length - 4);
    expect(contained.every(({ from }) => from === facts.subjects[0])).toBe(true);
    expect(facts.problems).toEqual([]);
  });
});

describeShared('the real ML-BOMs of the corpus', () => {
  const corpus = (...parts: string[]): Facts =>
    readBytes(readShared('corpus', 'cyclonedx-json', ...parts)).facts;

  test('Qwen-7B: two datasets in place, one ancestor, parts, no dataset of a metric', () => {
    const facts = corpus('CycloneDX+sbom-utility/test/cyclonedx/1.7/ml-bom/cyclonedx-qwen-7b.json');
    expect(edgesOf(facts, 'trainedOn')).toEqual([
      'Qwen/Qwen-7B trainedOn ACME Midwest health data',
      'Qwen/Qwen-7B trainedOn UltraFeedback dataset',
    ]);
    expect(edgesOf(facts, 'wasDerivedFrom')).toEqual([
      'Qwen/Qwen-7B wasDerivedFrom meta-llama/Llama-3.2-3B-Instruct',
    ]);
    expect(edgesOf(facts, 'contains')).toHaveLength(8);
    expect(edgesOf(facts, 'testedOn')).toEqual([]);
    expect(facts.nodes.filter(({ kinds }) => kinds.includes('Evaluation'))).toHaveLength(2);
    expect(
      facts.claims.some((claim) => claim.type === 'completeness' && claim.covers === 'parts'),
    ).toBe(true);
    expect(facts.problems).toEqual([]);
  });

  test('the specification’s own: a dataset in place, a metric on a slice that is not here', () => {
    for (const version of ['1.5', '1.6']) {
      const facts = corpus(
        `CycloneDX+specification/${version}/valid-machine-learning-${version}.json`,
      );
      expect(edgesOf(facts, 'trainedOn')).toEqual(['stable-diffusion trainedOn Training Data']);
      expect(edgesOf(facts, 'evaluates')).toHaveLength(1);
    }
  });
});
