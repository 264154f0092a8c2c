// SPDX-License-Identifier: Apache-2.0
// What may be named on a command line: odd names, folders of every shape, standard input.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countFiles, receivePath, type Received } from '../../ingest/receive/files.ts';
import { documentRef, makeBom, productRef, writeBoms } from './support/documents.ts';
import { jsonLinesOf, jsonOf, runCli, spawnCli, useScratch } from './support/run-cli.ts';

const scratch = useScratch();

async function listed(path: string, maxFiles?: number): Promise<Received[]> {
  const found: Received[] = [];
  for await (const one of receivePath(path, { maxFiles })) found.push(one);
  return found;
}

async function sourcesOf(path: string, maxFiles?: number): Promise<string[]> {
  return (await listed(path, maxFiles)).map((one) =>
    'refused' in one ? `${one.source}: ${one.refused.code}` : one.source,
  );
}

/** Everything that a terminal would obey rather than show. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe('names', () => {
  const ODD = [
    'new\nline.json',
    'esc\u001b[31mred\u001b[0m.json',
    'csi\u009b31m.json',
    'bidi\u202egpj.json',
    'carriage\rreturn.json',
    'quote"\'$(id)`.json',
    ' leading and trailing ',
    '--home',
    'ünïcode-模型.json',
  ];

  test('odd names are read, told, and never reach a terminal raw', async () => {
    mkdirSync(scratch.path('odd'));
    ODD.forEach((name, at) => scratch.write(`odd/${name}`, `{"bomFormat":"CycloneDX" ${at}`));
    const home = ['--home', scratch.path('home')];
    const told = await runCli(['ingest', scratch.path('odd'), ...home]);
    expect(told.code).toBe(2);
    expect(told.out).not.toMatch(OBEYED);
    expect(told.out).toContain('new\\u000aline.json');
    expect(told.out).toContain('esc\\u001b[31mred');
    const asJson = await runCli(['ingest', scratch.path('odd'), '--json', ...home]);
    expect(asJson.out).not.toMatch(OBEYED);
    const documents = jsonOf(asJson)['documents'] as { source: string }[];
    expect(documents.map(({ source }) => source).sort()).toEqual([...ODD].sort());
  });

  test.each(ODD)('%j can be named on the command line', async (name) => {
    const file = scratch.write(name, makeBom(1));
    const result = await runCli(['inspect', file, '--json', '--home', scratch.path('none')]);
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({ source: file, digest: documentRef(makeBom(1)) });
    const wrong = await runCli(['inspect', `${file}.not-there`]);
    expect(wrong.code).toBe(65);
    expect(wrong.out + wrong.err).not.toMatch(OBEYED);
  });

  test('names inside documents are shown, never obeyed', async () => {
    const evil = makeBom(1).replaceAll('product-1', 'evil\\u001b]0;owned\\u0007\\u009b2J\\u202e');
    const file = scratch.write('evil.json', evil);
    const home = ['--home', scratch.path('home')];
    await runCli(['ingest', file, ...home]);
    const ref = productRef(1);
    for (const args of [
      ['inspect', file],
      ['inspect', file, '--json'],
      ['lineage', ref],
      ...['json', 'dot', 'mermaid', 'graphml'].map((format) => [
        'lineage',
        ref,
        '--format',
        format,
      ]),
      ['blast-radius', 'pkg:npm/part-1@1.0.0'],
      ['blast-radius', 'pkg:npm/part-1@1.0.0', '--json'],
      ['path', 'pkg:npm/part-1@1.0.0', ref],
      ['lineage', 'evil\u001b[2J'],
    ]) {
      const { out, err } = await runCli([...args, ...home]);
      expect(`${args.join(' ')}: ${out}${err}`.slice(args.join(' ').length)).not.toMatch(OBEYED);
    }
  });

  test('what commander repeats of a command line is not obeyed either', async () => {
    const result = await runCli(['ingest', '--\u001b[31mwrong']);
    expect(result.code).toBe(64);
    expect(result.err).toContain('\\u001b[31mwrong');
    expect(result.err).not.toMatch(OBEYED);
  });

  test('a name that is not UTF-8 names a file like any other', async () => {
    mkdirSync(scratch.path('bytes'));
    const folder = Buffer.from(`${scratch.path('bytes')}/`);
    writeFileSync(Buffer.concat([folder, Buffer.from([0x61, 0xff, 0x1b])]), makeBom(1));
    writeFileSync(Buffer.concat([folder, Buffer.from([0x61, 0xfe])]), makeBom(2));
    const received = await listed(scratch.path('bytes'));
    expect(received.map(({ source }) => source)).toEqual(['a\\xfe', 'a\\xff\\x1b']);
    expect(received.every((one) => 'bytes' in one && one.bytes.length > 0)).toBe(true);
  });
});

describe('folders', () => {
  test('are read in name order, folders of tools left out', async () => {
    for (const name of ['b', 'a/deep/er', '.git', 'node_modules/x']) {
      mkdirSync(scratch.path('f', name), { recursive: true });
      scratch.write(`f/${name}/one.json`, '{}');
    }
    scratch.write('f/aa.json', '{}');
    scratch.write('f/.hidden', '{}');
    const expected = ['.hidden', 'a/deep/er/one.json', 'aa.json', 'b/one.json'];
    expect(await sourcesOf(scratch.path('f'))).toEqual(expected);
    expect(await countFiles(scratch.path('f'))).toBe(expected.length);
  });

  test('an empty one is exit 65, said on stderr, and no answer on stdout but JSON', async () => {
    mkdirSync(scratch.path('empty', 'inner'), { recursive: true });
    const args = [scratch.path('empty'), '--home', scratch.path('home')];
    const ingested = await runCli(['ingest', ...args, '--json']);
    expect(ingested.code).toBe(65);
    expect(jsonOf(ingested)).toMatchObject({ counts: {}, documents: [] });
    expect(ingested.err).toContain('no file');
    const inspected = await runCli(['inspect', ...args, '--json']);
    expect(inspected).toMatchObject({ code: 65, out: '' });
    expect(inspected.err).toContain('no file');
  });

  test('a folder that is a symbolic link is the folder that it leads to', async () => {
    writeBoms(scratch.path('real'), 2);
    symlinkSync('real', scratch.path('link'));
    expect(await sourcesOf(scratch.path('link'))).toEqual(['bom-0000.json', 'bom-0001.json']);
  });

  test('links are followed inside the folder and refused outside', async () => {
    mkdirSync(scratch.path('folder/sub'), { recursive: true });
    mkdirSync(scratch.path('folder-beside'));
    scratch.write('folder/sub/in.json', '{}');
    scratch.write('folder-beside/out.json', '{}');
    symlinkSync('sub/in.json', scratch.path('folder/1-inside'));
    symlinkSync('../folder-beside/out.json', scratch.path('folder/2-beside'));
    symlinkSync('sub', scratch.path('folder/3-folder'));
    symlinkSync('4-self', scratch.path('folder/4-self'));
    expect(await sourcesOf(scratch.path('folder'))).toEqual([
      '1-inside',
      '2-beside: ERR_PATH_OUTSIDE',
      '3-folder: ERR_PATH_OUTSIDE',
      '4-self: ERR_NOT_FOUND',
      'sub/in.json',
    ]);
  });

  test('too many files: what fits is read, the rest is refused once', async () => {
    writeBoms(scratch.path('many'), 12, 1);
    const found = await sourcesOf(scratch.path('many'), 10);
    expect(found).toHaveLength(11);
    expect(found.at(-1)).toBe(`${scratch.path('many')}: ERR_LIMIT_ITEMS`);
  });

  test('a folder too deep to be named is refused, and the rest goes on', async () => {
    mkdirSync(scratch.path('deep'));
    scratch.write('deep/zz.json', '{}');
    const { code } = runShell(
      `cd "${scratch.path('deep')}" && i=0; while [ $i -lt 40 ]; do mkdir ${'d'.repeat(200)} && cd -P ${'d'.repeat(200)} || exit 1; i=$((i+1)); done`,
    );
    expect(code).toBe(0);
    const found = await sourcesOf(scratch.path('deep'));
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/: ERR_NOT_FOUND$/);
    expect(found[1]).toBe('zz.json');
  });
});

describe('standard input', () => {
  test('- is one document', async () => {
    const home = ['--home', scratch.path('home'), '--json'];
    const bytes = Buffer.from(makeBom(1));
    const result = await runCli(
      ['ingest', '-', ...home],
      [bytes.subarray(0, 7), bytes.subarray(7)],
    );
    expect(result.code).toBe(0);
    expect(jsonOf(result)['documents']).toMatchObject([
      { source: 'stdin', digest: documentRef(makeBom(1)), standing: 'accepted' },
    ]);
    const inspected = await runCli(['inspect', '-', ...home], [bytes]);
    expect(jsonLinesOf(inspected)).toMatchObject([{ source: 'stdin', standing: 'accepted' }]);
  });

  test('through a pipe of the shell', () => {
    const result = spawnCli(['inspect', '-', '--json'], { input: makeBom(3) });
    expect(result.code).toBe(0);
    expect(jsonOf(result)).toMatchObject({ digest: documentRef(makeBom(3)) });
  });

  test('can be read once', async () => {
    const result = await runCli(['ingest', '-', '-', '--home', scratch.path('home')]);
    expect(result.code).toBe(64);
  });
});

describe('--subject', () => {
  const report = JSON.stringify({ results: [], note: 'names nothing' });

  test.each([
    ['a digest', productRef(5), productRef(5)],
    ['a purl', 'pkg:npm/left-pad@1.0.0', 'pkg:npm/left-pad@1.0.0'],
  ])('%s', async (_name, ref, expected) => {
    const file = scratch.write('report.json', report);
    const args = ['inspect', file, '--json', '--subject', ref];
    const { entities } = jsonOf(await runCli(args)) as { entities: { ref: string }[] };
    expect(entities.map((entity) => entity.ref)).toContain(expected);
  });

  test('a local file means its digest', async () => {
    const model = scratch.write('model.bin', 'weights');
    const file = scratch.write('report.json', report);
    const home = ['--home', scratch.path('home')];
    expect((await runCli(['ingest', file, '--subject', model, ...home])).code).toBe(0);
    const { entities } = jsonOf(await runCli(['inspect', file, '--json', '--subject', model])) as {
      entities: { ref: string; subject: boolean }[];
    };
    expect(entities).toContainEqual(
      expect.objectContaining({ ref: documentRef('weights'), subject: true }),
    );
  });

  test.each(['', 'esc\u001b[31m', `name:${'x'.repeat(3000)}`])('%j is no REF', async (ref) => {
    const file = scratch.write('report.json', report);
    const args = ['ingest', file, '--home', scratch.path('home'), '--subject', ref];
    expect((await runCli(args)).code).toBe(64);
  });
});

function runShell(script: string): { code: number | null } {
  const { status } = spawnSync('sh', ['-c', script]);
  return { code: status };
}
