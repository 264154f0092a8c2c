// SPDX-License-Identifier: Apache-2.0
// A local folder on a command line: the model that an OMS signature of it signs.
import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeShared, sharedPath } from '../support/shared.ts';
import { jsonOf, runCli, useScratch } from './support/run-cli.ts';

const scratch = useScratch();

describeShared('a folder of the story', () => {
  const folder = sharedPath('samples/story/models/triage-v2');
  const ref = 'oms:16526edb44d4895c57883df09768f25c740c273ef561e2d3395d03d7a9469f83';

  test('inspect --model: its digest, and the files that it contains', async () => {
    const result = await runCli(['inspect', '--model', folder, '--json']);
    expect(result.code).toBe(0);
    const said = jsonOf(result) as { relations: { relation: string }[] };
    expect(said).toMatchObject({ format: 'model-folder', ref, problems: [] });
    expect(said.relations.map(({ relation }) => relation)).toEqual(Array(4).fill('contains'));
    expect((await runCli(['inspect', '--model', folder])).out).toContain(ref);
  });

  test('as a REF it is what its signature is about', async () => {
    const home = ['--home', scratch.path('home')];
    const signature = sharedPath('samples/model-signing/triage-v2.key.sig');
    await runCli(['ingest', signature, ...home]);
    const answer = await runCli(['lineage', folder, '--json', ...home]);
    expect(answer.code).toBe(0);
    expect(answer.out).toContain(ref);
    // by its digest, not by its name: a copy with one more file is another model
    const copy = scratch.path('triage-v2');
    mkdirSync(copy);
    scratch.write('triage-v2/model.onnx', 'other');
    expect((await runCli(['lineage', copy, '--json', ...home])).code).toBe(2);
  });
});

describe('folders that are no model', () => {
  test('a link inside is refused, an empty folder too', async () => {
    mkdirSync(scratch.path('model'));
    expect((await runCli(['inspect', '--model', scratch.path('model')])).code).not.toBe(0);
    symlinkSync('/', scratch.path('model', 'link'));
    const refused = await runCli(['inspect', '--model', scratch.path('model'), '--json']);
    expect(refused.code).not.toBe(0);
    expect(`${refused.out}${refused.err}`).toContain('ERR_PATH_OUTSIDE');
  });

  test('a word without a separator is a name, whatever lies in the working folder', async () => {
    const home = ['--home', scratch.path('home')];
    scratch.write(
      'bom.json',
      '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"docs","version":"1"}]}',
    );
    expect((await runCli(['ingest', scratch.path('bom.json'), ...home])).code).toBe(0);
    // this project has a folder of that name
    expect((await runCli(['lineage', 'docs', '--json', ...home])).out).toContain('docs');
  });
});
