// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { decode } from '../../../../schemas/decoded.ts';
import {
  detectHfDatasetCard,
  detectHfModelCard,
} from '../../../../schemas/hf-model-card/detect.ts';
import { splitCard } from '../../../../schemas/hf-model-card/front-matter.ts';
import { parseHfModelCard } from '../../../../schemas/hf-model-card/parse.ts';
import { parseRepoReference } from '../../../../schemas/hf-model-card/repo-id.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('front matter', () => {
  test.each([
    ['---\nlicense: mit\n---\nbody', 'license: mit\n', '\nbody'],
    ['---\r\nlicense: mit\r\n---\r\nbody', 'license: mit\r\n', '\nbody'],
    ['\n\n---  \nlicense: mit\n---  \n', 'license: mit\n', '\n'],
    ['---\n---\nbody', '', '\nbody'],
    ['---\na: |\n  ---x\n---', 'a: |\n  ---x\n', ''],
  ])('%j', (text, yaml, body) => {
    const card = splitCard(text);
    expect([card.yaml, card.body.replace('\r', '')]).toEqual([yaml, body]);
  });

  test.each([
    'license: mit\n---\n',
    '# Title\n---\na: b\n---\n',
    '---\nlicense: mit\n',
    '----\nlicense: mit\n---\n',
    '--- # note\nlicense: mit\n---\n',
    '',
  ])('none in %j', (text) => {
    expect(splitCard(text)).toMatchObject({ yaml: null, body: text });
  });

  test('a template is no card, and no fault of ours', () => {
    const card = parseHfModelCard('---\n# For reference\n{{ card_data }}\n---\n# {{ model_id }}\n');
    expect(card.frontMatter).toBe('template');
    expect(card.conformanceProblems.map(({ code }) => code)).toEqual(['card-template']);
    expect(parseHfModelCard('---\nlicense: {{ license }}\n---\n').frontMatter).toBe('template');
  });

  test.each([
    ['[]', 'list'],
    ['text', 'string'],
    ['12', 'number'],
  ])('%s is no map', (yaml, type) => {
    const card = parseHfModelCard(`---\n${yaml}\n---\n`);
    expect([card.frontMatter, card.frontMatterType]).toEqual(['not-a-map', type]);
    expect(card.conformanceProblems.map(({ code }) => code)).toEqual(['front-matter-not-a-map']);
  });

  test('broken YAML is refused with its line in the file', () => {
    expect(() => parseHfModelCard('---\nlicense: mit\ntags: [a\n---\n')).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_YAML', line: 4 }),
    );
    expect(() => parseHfModelCard('---\nlicense: mit\nlicense: apache-2.0\n---\n')).toThrow(
      expect.objectContaining({ code: 'ERR_PARSE_DUPLICATE_KEY', line: 3, at: '/license' }),
    );
  });
});

test('a quoted text whose lines stand at the margin is read, and does not conform', () => {
  const card = parseHfModelCard('---\nlicense: mit\nwidget:\n- text: "one\ntwo"\n---\n');
  expect(card.licenses.map(({ text }) => text)).toEqual(['mit']);
  expect(card.conformanceProblems.map(({ code }) => code)).toEqual(['yaml-indentation']);
});

test('a dataset may be a map of one name to an address', () => {
  const card = parseHfModelCard(
    '---\ndatasets:\n- squad\n- FOSD: https://example.org/x\n- {a: b, c: d}\n- [e]\n---\n',
  );
  expect(card.datasets).toEqual([
    { text: 'squad', pointer: '/datasets/0' },
    { text: 'https://example.org/x', label: 'FOSD', pointer: '/datasets/1' },
  ]);
  expect(card.problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
    'dataset-entry /datasets/2',
    'dataset-entry /datasets/3',
  ]);
});

describe('model-index', () => {
  const card = (yaml: string): ReturnType<typeof parseHfModelCard> =>
    parseHfModelCard(`---\nmodel-index:\n${yaml}---\n`);

  test.each([
    ['no dataset', '- name: m\n  results:\n  - metrics: [{type: acc, value: 1}]\n'],
    ['no dataset name', '- name: m\n  results:\n  - dataset: {type: x}\n    metrics: []\n'],
    [
      'no metric type',
      '- name: m\n  results:\n  - dataset: {type: x, name: y}\n    metrics: [{value: 1}]\n',
    ],
    ['no name', '- results: []\n'],
    ['no results', '- name: m\n'],
    ['no metrics', '- name: m\n  results:\n  - task: {type: t}\n    dataset: {type: x, name: y}\n'],
    ['no task', '- name: m\n  results:\n  - dataset: {type: x, name: y}\n    metrics: []\n'],
    [
      'no value',
      '- name: m\n  results:\n  - task: {type: t}\n    dataset: {type: x, name: y}\n    metrics: [{type: acc}]\n',
    ],
    [
      'a source without its address',
      '- name: m\n  results:\n  - task: {type: t}\n    dataset: {type: x, name: y}\n    metrics: []\n    source: {name: s}\n',
    ],
  ])('%s does not conform', (_, yaml) => {
    expect(card(yaml).conformanceProblems.map(({ code }) => code)).toContain('model-index');
  });

  test.each([
    [
      'empty texts',
      "- name: ''\n  results:\n  - task: {type: t}\n    dataset: {type: '', name: y}\n    metrics: [{type: acc, value: null}]\n",
    ],
    ['no results yet', '- name: m\n  results: []\n'],
  ])('%s conform', (_, yaml) => {
    expect(card(yaml).conformanceProblems).toEqual([]);
  });

  test('a text instead of a list does not conform', () => {
    const { conformanceProblems } = parseHfModelCard('---\nmodel-index: x\n---\n');
    expect(conformanceProblems.map(({ code }) => code)).toEqual(['model-index']);
  });

  test('values are source text; lists have none', () => {
    const { results } = card(
      '- name: m\n  results:\n  - dataset: {type: x, name: y}\n    metrics:\n' +
        '    - {type: a, value: 0.90}\n    - {type: b, value: 10.08%}\n' +
        '    - {type: c, value: [1, 2]}\n    - {type: d, value: .nan}\n    - {type: e}\n',
    );
    expect(results[0]?.metrics.map(({ type, value }) => `${type}=${value ?? 'none'}`)).toEqual([
      'a=0.90',
      'b=10.08%',
      'c=none',
      'd=.nan',
      'e=none',
    ]);
  });
});

describe('mergekit block of the body', () => {
  const body = (block: string, fence = '```yaml'): string =>
    `# Model\n\n${fence}\n${block}\n\`\`\`\n`;

  test('models, slices and base', () => {
    const block =
      'slices:\n- sources:\n  - model: a/one\n    layer_range: [0, 32]\n  - model: b/two+c/lora\n' +
      'merge_method: slerp\nbase_model: a/one\n';
    const card = parseHfModelCard(`---\nbase_model: []\n---\n${body(block)}`);
    expect(card.baseModels).toEqual([]);
    expect(card.mergedModels).toEqual([
      { text: 'a/one', pointer: '/body/yaml/0/base_model' },
      { text: 'a/one', pointer: '/body/yaml/0/slices/0/sources/0/model' },
      { text: 'b/two+c/lora', pointer: '/body/yaml/0/slices/0/sources/1/model' },
    ]);
  });

  test.each([
    ['no merge_method', 'models:\n- model: a/one\n', '```yaml'],
    ['another language', 'models:\n- model: a/one\nmerge_method: ties\n', '```json'],
    ['an open fence only', '', '```yaml'],
  ])('%s: nothing', (_, block, fence) => {
    expect(parseHfModelCard(body(block, fence)).mergedModels).toEqual([]);
  });

  test('a broken block is a problem, not a refusal', () => {
    const card = parseHfModelCard(body('models: [a\nmerge_method: ties'));
    expect(card.problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'body-yaml /body/yaml/0',
    ]);
  });
});

describe('repository ids', () => {
  test.each([
    ['squad', 'squad'],
    ['rajpurkar/squad_v2', 'rajpurkar/squad_v2'],
    ['Qwen/Qwen2.5-7B', 'Qwen/Qwen2.5-7B'],
    ['  gpt2 ', 'gpt2'],
    ['https://huggingface.co/org/name', 'org/name'],
    ['https://huggingface.co/datasets/org/name/tree/main', 'org/name'],
    ['https://hf.co/gpt2?x=1', 'gpt2'],
  ])('%j', (text, id) => {
    expect(parseRepoReference(text)).toEqual({ kind: 'id', id });
  });

  test('a commit in the address is kept', () => {
    const commit = '5503434ddd753f426f4b38109466949a1217c2bb';
    expect(parseRepoReference(`https://huggingface.co/a/b/tree/${commit}`)).toEqual({
      kind: 'id',
      id: 'a/b',
      commit,
    });
  });

  test.each([
    ['/Users/me/Qwen3-1___7B', 'path'],
    ['./out', 'path'],
    ['../out', 'path'],
    ['~/models/x', 'path'],
    ['C:\\models\\x', 'path'],
    ['a/b/c', 'path'],
    ['oscar (NL)', 'free-text'],
    ['Common Voice 8', 'free-text'],
    ['a--b', 'free-text'],
    ['a..b', 'free-text'],
    ['-x', 'free-text'],
    ['', 'free-text'],
    ['https://example.org/a/b', 'url'],
    ['https://example.org/a b', 'free-text'],
    ['ftp://example.org/a', 'path'],
    ['custom', 'placeholder'],
    ['imagefolder', 'placeholder'],
    ['None', 'placeholder'],
  ])('%j is %s', (text, kind) => {
    expect(parseRepoReference(text).kind).toBe(kind);
  });

  test('an id is what it was, whatever is put before or after it is none', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{3,12}$/);
    fc.assert(
      fc.property(name, name, (org, model) => {
        const id = `org${org}/${model}`;
        expect(parseRepoReference(id)).toEqual({ kind: 'id', id });
        for (const other of [`${id}/x`, `/${id}`, `${id} x`, `x ${id}`, `${id}\n`, `@${id}`]) {
          const reference = parseRepoReference(other);
          // surrounding white space is the one tolerance
          expect(reference.kind === 'id' ? reference.id : 'none').toBe(
            other.trim() === id ? id : 'none',
          );
        }
      }),
    );
  });
});

describe('detection', () => {
  const kindOf = (text: string): string | undefined => {
    const decoded = decode(encode(text));
    return detectHfModelCard(decoded)?.format ?? detectHfDatasetCard(decoded)?.format;
  };

  test.each([
    ['---\nbase_model: a/b\n---\n', 'hf-model-card'],
    ['---\nlicense: mit\ntags: [x]\n---\n', 'hf-model-card'],
    ['---\nlicense: mit\n---\n', 'hf-model-card'],
    ['# Model Card for X\n\ntext', 'hf-model-card'],
    ['---\ntask_categories: [x]\nlicense: mit\n---\n', 'hf-dataset-card'],
    ['---\nsource_datasets: [original]\n---\n', 'hf-dataset-card'],
    ['\n---\n      tags:\n      - x\n      library_name: ml-agents\n---\n', 'hf-model-card'],
    ['---\ntags:\n- conversational\n---\n', 'hf-model-card'],
    ['---\nmodel_index:\n- name: m\n---\n', 'hf-model-card'],
    ['---\nlanguage: [pt]\n---\nm = BertModel.from_pretrained("a/b")\n', 'hf-model-card'],
    ['---\ntags: [cooking]\n---\nA cake.\n', undefined],
    ['---\nlanguage: pt\n---\nText.\n', undefined],
    ['---\ntitle: T\ntags: [translation]\n---\nhttps://huggingface.co/x\n', undefined],
    ['---\ntitle: T\n  library_name: x\n---\n', undefined],
    ['---\ntitle: T\nemoji: x\nsdk: gradio\nlicense: mit\n---\n', undefined],
    ['---\nlayout: post\ntags: [a]\nlicense: mit\n---\n', undefined],
    ['---\ntitle: T\n---\n', undefined],
    ['# Read me\n', undefined],
    ['apiVersion: v1\nkind: Model\nlicense: x\n', undefined],
    ['{"license": "mit"}', undefined],
    ['', undefined],
  ])('%j is %s', (text, format) => {
    expect(kindOf(text)).toBe(format);
  });

  test('binary is none', () => {
    const bytes = new Uint8Array([0x2d, 0x2d, 0x2d, 0x0a, 0, 1, 2]);
    expect(detectHfModelCard(decode(bytes))).toBeUndefined();
  });
});

test('whatever is between the lines, nothing but our error is thrown', () => {
  const line = fc.constantFrom(
    ...[
      '---',
      'license: mit',
      'datasets: [a, {b: c}]',
      'base_model:',
      '- x',
      'model-index:',
      '- name: m',
    ],
    ...[
      '  results:',
      '  - dataset: x',
      '    metrics: [1, {type: a}]',
      '```yaml',
      '```',
      '{{ x }}',
      '\t',
      'a: &a',
    ],
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      try {
        parseHfModelCard(['---', ...lines].join('\n'));
        return true;
      } catch (error) {
        return isPedigreeError(error);
      }
    }),
    { numRuns: 300 },
  );
});
