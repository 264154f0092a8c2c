// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { KINDS } from '../../../../graph/domain/kinds.ts';
import { kindsOfFileName } from '../../../../schemas/file-kind.ts';

describe('what a file name says', () => {
  test.each([
    ['models/triage-v1/model.onnx', 'Model'],
    ['model.SAFETENSORS', 'Model'],
    ['C:\\models\\m.pkl', 'Model'],
    ['data/split/train.csv', 'Dataset'],
    ['train.tfrecord', 'Dataset'],
    ['src/train.py', 'Code'],
    ['notebooks/a.ipynb', 'Code'],
    ['configs/train.yaml', 'Config'],
    ['configs/base/model.json', 'Config'],
    ['model.json', 'File'],
    ['prompts/triage_prompts.jsonl', 'Prompt'],
    ['data/rows.jsonl', 'Dataset'],
    ['.gitignore', 'File'],
    ['.csv', 'File'],
    ['model', 'File'],
    ['model.onnx.sig', 'File'],
    ['csv', 'File'],
    ['a.csv/', 'File'],
    ['', 'File'],
    ['x.__proto__', 'File'],
    ['x.constructor', 'File'],
    ['dir.csv/model', 'File'],
    ['dir.csv\\model', 'File'],
    ['dir/.csv', 'File'],
    ['dir\\.csv', 'File'],
    ['name.', 'File'],
    ['A.PROMPT', 'Prompt'],
    ['dir/triage.Prompt.MD', 'Prompt'],
    ['dir/.prompt.md', 'Prompt'],
    ['prompt.md', 'File'],
    ['prompts\\a.txt', 'Prompt'],
    ['prompts.txt', 'File'],
    ['Configs/a.JSON', 'Config'],
  ])('%s is a %s', (path, kind) => {
    expect(kindsOfFileName(path)).toEqual([kind]);
  });

  test('every kind is a kind of the graph', () => {
    for (const path of ['a.onnx', 'a.csv', 'a.py', 'a.yaml', 'prompts/a.txt', 'a']) {
      for (const kind of kindsOfFileName(path)) expect(KINDS).toContain(kind);
    }
  });
});
