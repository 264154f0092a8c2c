// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { opaqueReader } from '../../../../ingest/extract/opaque.ts';
import { detectOpaque } from '../../../../schemas/opaque/detect.ts';
import { assertSound, codesOf, readWith, refEdges } from '../../../support/ml-documents.ts';
import { describeShared, readShared } from '../../../support/shared.ts';
import type { Facts } from '../../../../graph/domain/facts.ts';

const read = (
  input: string | Uint8Array,
  options: { source?: string; subject?: string } = {},
): Facts => {
  const { facts } = readWith(detectOpaque, opaqueReader, input, options);
  assertSound(facts);
  return facts;
};

describe('opaque', () => {
  test('the document and the file are two nodes that nothing joins', () => {
    const facts = read('hello', { source: 'notes.txt' });
    const digest = sha256('hello');
    expect(facts.nodes.map(({ ref }) => ref)).toEqual([`document:${digest}`, digest]);
    expect(facts.edges).toEqual([]);
    expect(facts.subjects).toEqual([]);
    expect(facts.statementKind).toBe('opaque');
  });

  test.each([
    ['model.onnx', 'Model'],
    ['a/b/train.csv', 'Dataset'],
    ['src/train.py', 'Code'],
    ['configs/x.yaml', 'Config'],
    ['prompts/p.jsonl', 'Prompt'],
    ['what', 'File'],
    [undefined, 'File'],
  ])('%s is a %s', (source, kind) => {
    const facts = read('x', source === undefined ? {} : { source });
    expect(facts.nodes[1]?.kinds).toContain(kind);
    expect(facts.nodes[1]?.names).toEqual(source === undefined ? [] : [source]);
  });

  test('a given subject is described', () => {
    const subject = sha256('model');
    const facts = read('report', { subject });
    expect(refEdges(facts)).toEqual([`document:${sha256('report')} describes ${subject}`]);
    expect(facts.subjects.map((id) => facts.nodes[id]?.ref)).toEqual([subject]);
  });

  test('empty content is not a file that anything could share', () => {
    const facts = read('');
    expect(facts.nodes.map(({ ref }) => ref.slice(0, 9))).toEqual(['document:']);
    expect(codesOf(facts)).toEqual(['empty-content']);
  });

  test('binary, broken text and broken JSON are no reason to refuse', () => {
    for (const bytes of [new Uint8Array([0, 255, 1]), new Uint8Array([0xff, 0xfe, 0x00])]) {
      expect(read(bytes).nodes).toHaveLength(2);
    }
  });
});

describeShared('plain files of the story', () => {
  test.each([
    [
      'data/split/train.csv',
      'Dataset',
      '166b0ddb73c9d3d692def5f97c4b4c3c1f5f7117d54acf78ce02b1cd49b347fb',
    ],
    [
      'models/triage-v2/model.onnx',
      'Model',
      'a9806da0bc26639b16f23d336226d091ba42780a16e902df405998ca6e35c254',
    ],
    [
      'models/triage-v2/model.pkl',
      'Model',
      'ef1c463369ebd85e4a95047d91302fbb02cd812419af8924b5dcb1cd437ff0a3',
    ],
    [
      'models/triage-v1/model.safetensors',
      'Model',
      'f5b744b0a9798bccfbe3043f57592078591a0f544e2bda214c4bb8c5e17b043f',
    ],
    [
      'configs/train.yaml',
      'Config',
      '39fb1689295e9d1614c5d78b83843a3621eb695d2ff11e78c60474336996c08b',
    ],
    [
      'prompts/triage_prompts.jsonl',
      'Prompt',
      'b58746f9e22d438f4c43a6658d5479b5010273409e96d9c577a0fc912035ec77',
    ],
  ])('%s', (path, kind, hex) => {
    const bytes = readShared('samples', 'story', ...path.split('/'));
    const { facts } = opaqueReader.read(
      { kind: 'binary', bytes },
      { format: 'opaque', version: null },
      { digest: sha256(bytes), source: path },
    );
    const file = facts.nodes.find(({ ref }) => ref === `sha256:${hex}`);
    expect(file).toMatchObject({ names: [path] });
    expect(file?.kinds).toContain(kind);
  });
});
