// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { evaluationReportReader } from '../../../../ingest/extract/evaluation-report.ts';
import { detectEvaluationReport } from '../../../../schemas/evaluation-report/detect.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const read = (input: string | Uint8Array, source?: string): Facts => {
  const { facts } = readWith(detectEvaluationReport, evaluationReportReader, input, {
    ...(source === undefined ? {} : { source }),
  });
  assertSound(facts);
  return facts;
};

describeShared('the reports of the story', () => {
  test.each([
    ['eval_v1', 'c3a136d634caba9d5d4500a46904ab90ead520aceb898071b2f0a86bef6e1427', '0.99074'],
    ['eval_v2', 'ef1c463369ebd85e4a95047d91302fbb02cd812419af8924b5dcb1cd437ff0a3', '0.98148'],
    [
      'eval_poisoned',
      'b9080eac7cb9dfc5fc4e38f3b3c2035f69d58c62ea0a8e1adf2a593a53d3cd3c',
      '0.83333',
    ],
  ])('%s', (name, model, accuracy) => {
    const bytes = readShared('samples', 'story', 'reports', `${name}.json`);
    const facts = read(bytes, `reports/${name}.json`);
    const report = sha256(bytes);
    expect(refEdges(facts)).toEqual([
      `${report} evaluates sha256:${model}`,
      `${report} testedOn sha256:0346c6123f11b3a4e0d25e53f43796b6c26e78446e14ccdac9b58681f4d6e9b6`,
    ]);
    expect(facts.nodes[0]).toMatchObject({
      kinds: ['Evaluation'],
      names: [`reports/${name}.json`],
    });
    const values = facts.claims.map((claim) =>
      claim.type === 'evaluation' ? `${claim.metric} ${claim.value}` : '',
    );
    expect(values.map((value) => value.split(' ')[0])).toEqual([
      'accuracy',
      'f1',
      'recall',
      'roc_auc',
    ]);
    expect(values[0]).toMatch(new RegExp(`^accuracy ${accuracy}`));
    // the number is the text of the file, digit by digit
    expect(new TextDecoder().decode(bytes)).toContain(`"accuracy": ${values[0]?.split(' ')[1]},`);
  });

  test('the sampling variant is another model and another dataset at the same paths', () => {
    const [story, variant] = [
      readShared('samples', 'story', 'reports', 'eval_v1.json'),
      readShared('samples', 'variant-sampling', 'eval_v1.json'),
    ].map((bytes) => read(bytes));
    const refs = new Set(story?.nodes.map(({ ref }) => ref));
    expect(variant?.nodes.filter(({ ref }) => refs.has(ref))).toEqual([]);
    expect(variant?.nodes.map(({ names }) => names[0])).toEqual(
      story?.nodes.map(({ names }) => names[0]),
    );
  });
});

describe('a report without digests', () => {
  test('placeholders join nothing', () => {
    const facts = read('{"model_sha256": "TODO", "dataset_sha256": "", "acc": 1}');
    expect(refEdges(facts).map((edge) => edge.split(' ').slice(1).join(' '))).toEqual([
      'evaluates #model',
      'testedOn #dataset',
    ]);
    expect(codesOf(facts)).toEqual(['placeholder-digest']);
  });
});
