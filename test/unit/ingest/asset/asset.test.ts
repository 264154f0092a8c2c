// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import type { Facts, NodeFact } from '../../../../graph/domain/facts.ts';
import { RELATIONS } from '../../../../graph/domain/relations.ts';
import { readDocument } from '../../../../ingest/extract/registry.ts';
import { ASSET_ADAPTERS, detectAsset } from '../../../../schemas/asset/registry.ts';
import { decode } from '../../../../schemas/decoded.ts';
import { allSamples } from '../../../support/samples.ts';
import { describeShared, readShared } from '../../../support/shared.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function read(text: string, source = 'prompts/a'): Promise<Facts> {
  const bytes = bytesOf(text);
  const { reading } = await readDocument(bytes, { digest: sha256(bytes), source, strict: true });
  return reading.facts;
}

/** The asset itself: the file by its digest. */
function asset(facts: Facts): NodeFact {
  const node = facts.nodes[facts.subjects[0] ?? -1];
  if (node === undefined) throw new Error('no asset');
  return node;
}

const mentions = (facts: Facts): string[] =>
  facts.edges.map(({ relation, to, qualifiers }) => {
    const node = facts.nodes[to];
    return `${relation} ${node?.kinds.join()} ${node?.names[0]} ${qualifiers['role']}`;
  });

const PROMPT = `name: Triage summary
description: for clinicians
model: openai/gpt-4o-mini
modelParameters:
  temperature: 0.5
messages:
  - role: system
    content: You are careful.
  - role: user
    content: '{{score}}'
testData:
  - score: 0.9
evaluators:
  - name: similarity
    uses: github/similarity
`;

const NEMO = `models:
  - type: main
    engine: openai
    model: gpt-3.5-turbo-instruct
rails:
  input:
    flows:
      - self check input
  output:
    flows:
      - self check output
prompts:
  - task: self_check_input
    content: secret words
`;

describe('prompts, guardrails and evaluation sets are assets', () => {
  test('a prompt: the file by its digest, named, with the model that it is for', async () => {
    const facts = await read(PROMPT);
    expect(facts).toMatchObject({ format: 'prompt-yaml', statementKind: 'asset' });
    expect(asset(facts)).toEqual({
      ref: sha256(PROMPT),
      kinds: ['Prompt'],
      names: ['Triage summary', 'prompts/a'],
      attributes: { name: 'Triage summary', messages: '2', tests: '1', evaluators: '1' },
    });
    expect(mentions(facts)).toEqual(['describes Model openai/gpt-4o-mini model']);
    // what it says to the model is nobody's business here
    expect(JSON.stringify(facts)).not.toContain('You are careful');
  });

  test('LangChain, as YAML and as JSON', async () => {
    const yaml = await read('_type: prompt\ninput_variables: [a, b]\ntemplate_path: t.txt\n');
    expect(asset(yaml)).toMatchObject({ kinds: ['Prompt'], attributes: { variables: 'a, b' } });
    expect(mentions(yaml)).toEqual(['describes Prompt t.txt file']);
    const json = await read('{"_type":"few_shot","examples":"e.json","input_variables":[]}');
    expect(json.format).toBe('langchain-prompt');
    expect(asset(json).attributes).toEqual({ type: 'few_shot' });
  });

  test('Prompty and Dotprompt', async () => {
    const prompty = await read(
      '---\nname: Basic\nmodel:\n  api: chat\n  configuration:\n    type: azure_openai\n    azure_deployment: gpt-35\n---\nsystem:\nhello\n',
    );
    expect(asset(prompty)).toMatchObject({ kinds: ['Prompt'], attributes: { api: 'chat' } });
    expect(mentions(prompty)).toEqual(['describes Model gpt-35 model']);
    const dotprompt = await read(
      '---\nmodel: googleai/gemini-1.5-flash\ninput:\n  schema:\n    text: string\n---\nSay {{text}}\n',
    );
    expect(mentions(dotprompt)).toEqual(['describes Model googleai/gemini-1.5-flash model']);
  });

  test('promptfoo: providers, prompt files and test files', async () => {
    const facts = await read(
      'description: compare\nprompts:\n  - file://p1.txt\n  - Say {{x}}\nproviders:\n  - openai:gpt-4o\n  - id: anthropic:claude\ntests: file://tests.csv\n',
    );
    expect(asset(facts)).toMatchObject({ kinds: ['Config'], attributes: { prompts: '2' } });
    expect(mentions(facts)).toEqual([
      'describes Model openai:gpt-4o model',
      'describes Model anthropic:claude model',
      'describes Prompt p1.txt file',
      'describes Dataset tests.csv file',
    ]);
  });

  test('NeMo Guardrails, Colang and RAIL', async () => {
    const nemo = await read(NEMO);
    expect(asset(nemo)).toMatchObject({
      kinds: ['Config'],
      attributes: { 'rail.input.0': 'self check input', 'rail.output.0': 'self check output' },
    });
    expect(mentions(nemo)).toEqual(['describes Model gpt-3.5-turbo-instruct model']);
    expect(JSON.stringify(nemo)).not.toContain('secret words');
    const colang = await read(
      'define user ask politics\n  "who is right?"\n\ndefine flow politics\n  user ask politics\n  bot refuse\n',
    );
    expect(colang).toMatchObject({ format: 'colang', version: '1.0' });
    expect(asset(colang).attributes).toEqual({ flows: '1', userMessages: '1', botMessages: '0' });
    const rail = await read(
      '<rail version="0.1"><output><string name="a" validators="length: 1 10"/></output><prompt>x</prompt></rail>',
    );
    expect(rail).toMatchObject({ format: 'guardrails-rail', version: '0.1' });
    expect(asset(rail).attributes).toEqual({ checks: 'length: 1 10', prompts: 'prompt' });
  });

  test('an evaluation task: its dataset on the hub, and its version', async () => {
    const facts = await read(
      'task: boolq\ndataset_path: super_glue\ndataset_name: boolq\noutput_type: multiple_choice\nmetric_list:\n  - metric: acc\nmetadata:\n  version: 2.0\n',
    );
    expect(asset(facts).attributes).toMatchObject({
      name: 'boolq',
      version: '2.0',
      metrics: 'acc',
    });
    expect(facts.nodes.map(({ ref }) => ref)).toContain('name:huggingface/dataset/super_glue');
  });

  test('a file that only its own tool can read is an asset all the same', async () => {
    const facts = await read(
      'task: a\ndataset_path: b\noutput_type: generate_until\ndoc_to_text: !function utils.text\n',
    );
    expect(asset(facts).kinds).toEqual(['Config']);
    expect(facts.problems.map(({ code }) => code)).toEqual(['asset-unread']);
    const bytes = bytesOf(PROMPT);
    const { reading } = await readDocument(bytes, { digest: sha256(bytes), strict: true });
    expect(reading.conformant).toBeNull();
  });

  test.each([
    'model: a\n',
    'messages: []\nmodel: a\n',
    'messages:\n  - role: wizard\nmodel: a\n',
    '_type: prompt\n',
    '_type: agent\ntemplate: x\n',
    'prompts: []\nproviders: []\n',
    'models:\n  - type: main\n    engine: x\n',
    'rails: 1\n',
    'flow into the sea\n',
    'define flowers\n',
    '<rails version="1"/>',
    'task: clean\ndataset_path: data\n',
    '{"prompts":[],"providers":[]}',
    '---\nmodel: car\n---\nA page about cars\n',
  ])('%j is no asset of a known kind', (text) => {
    expect(detectAsset(decode(bytesOf(text)))).toBeUndefined();
  });

  test('naming a model passes nothing on, whatever the file says', async () => {
    const changed = fc.array(fc.tuple(fc.nat(PROMPT.length), fc.string({ maxLength: 3 })), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(PROMPT, NEMO), changed, async (base, changes) => {
        let text = base;
        for (const [at, more] of changes) text = text.slice(0, at) + more + text.slice(at);
        const facts = await read(text);
        expect(facts.claims).toEqual([]);
        for (const { from, relation } of facts.edges) {
          if (facts.subjects.includes(from)) expect(RELATIONS[relation].influence).toBe('none');
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('adding a kind is one file and one line', () => {
  const folder = resolve(import.meta.dirname, '../../../../schemas/asset');
  const registry = readFileSync(join(folder, 'registry.ts'), 'utf8');
  const files = readdirSync(join(folder, 'by-kind'));
  expect(files).toHaveLength(ASSET_ADAPTERS.length);
  for (const file of files) expect(registry.split(`'./by-kind/${file}'`)).toHaveLength(2);
  const formats = ASSET_ADAPTERS.map(({ format }) => format);
  expect(new Set(formats).size).toBe(formats.length);
});

describe('prompts in the MLflow registry', () => {
  const tag = (key: string, value: string): object => ({ key, value });
  const version = {
    name: 'triage',
    version: '3',
    creation_timestamp: 1_700_000_000_000,
    source: 'dummy',
    tags: [tag('mlflow.prompt.is_prompt', 'true'), tag('mlflow.prompt.text', 'Say {{x}}')],
  };

  test('a version is a Prompt, by the digest of its template; its text stays out', async () => {
    const facts = await read(JSON.stringify({ model_version: version }));
    expect(asset(facts)).toMatchObject({ ref: sha256('Say {{x}}'), kinds: ['Prompt'] });
    expect(facts.claims).toMatchObject([{ type: 'version', family: 'triage', version: '3' }]);
    expect(JSON.stringify(facts)).not.toContain('Say {{x}}');
  });

  test('a run that used it joins it by name and version', async () => {
    const prompt = await read(JSON.stringify({ model_version: version }));
    const run = await read(
      JSON.stringify({
        run: {
          info: { run_id: 'a'.repeat(32), experiment_id: '0' },
          data: { tags: [tag('mlflow.linkedPrompts', '[{"name":"triage","version":"3"}]')] },
        },
      }),
    );
    const shared = 'name:mlflow/registered-model/triage@3';
    for (const facts of [prompt, run]) expect(facts.nodes.map(({ ref }) => ref)).toContain(shared);
    expect(mentions(run)).toContain('used Prompt triage/3 prompt');
  });

  test.each(['', 'null', '{}', '[1]', '[{"name":"a"}]', '[{"name":1,"version":"1"}]'])(
    'linked prompts that are %j are none',
    async (value) => {
      const run = await read(
        JSON.stringify({
          run: {
            info: { run_id: 'a'.repeat(32), experiment_id: '0' },
            data: { tags: [tag('mlflow.linkedPrompts', value)] },
          },
        }),
      );
      expect(run.edges.filter(({ relation }) => relation === 'used')).toEqual([]);
    },
  );
});

describeShared('real files', () => {
  test('no sample is taken for an asset, and prompts as lines are one Prompt', async () => {
    const paths = allSamples().map(({ path }) => path);
    const taken = paths.filter((path) => {
      try {
        return detectAsset(decode(readShared('samples', path))) !== undefined;
      } catch {
        return false;
      }
    });
    expect(taken).toEqual([]);
    const source = 'prompts/triage_prompts.jsonl';
    const bytes = readShared('samples', 'story', source);
    const { reading } = await readDocument(bytes, { digest: sha256(bytes), source });
    const file = reading.facts.nodes.find(({ ref }) => ref === sha256(bytes));
    expect(file?.kinds).toContain('Prompt');
    expect(reading.inner).toBeUndefined();
  });
});
