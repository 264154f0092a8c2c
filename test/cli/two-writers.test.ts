// SPDX-License-Identifier: Apache-2.0
// Several processes on one home: all succeed, every document is there once, one log.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeBoms } from './support/documents.ts';
import { jsonOf, runCli, useScratch } from './support/run-cli.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../cli/main.mjs');
const DOCUMENTS = 120;

const scratch = useScratch();

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function start(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

describe('two writers at once', () => {
  test('on a fresh home, with the same documents: each is there once', async () => {
    const boms = scratch.path('boms');
    const digests = writeBoms(boms, DOCUMENTS);
    const home = scratch.path('home');
    const args = ['ingest', boms, '--home', home, '--json'];
    const ended = await Promise.all([start(...args), start(...args), start(...args)]);
    expect(ended.map(({ code, err }) => [code, err])).toEqual(
      ended.map(() => [0, `ingest: ${DOCUMENTS} of ${DOCUMENTS}\n`]),
    );
    const news = ended
      .flatMap((one) => jsonOf(one)['documents'] as { digest: string; known: boolean }[])
      .filter(({ known }) => !known);
    expect(news.map(({ digest }) => digest).sort()).toEqual([...digests].sort());

    const verified = jsonOf(await runCli(['log', 'verify', '--json', '--home', home]));
    expect(verified).toMatchObject({
      status: 'passed',
      // entry 0, the trust roots, the documents
      size: DOCUMENTS + 2,
      checkpoint: { size: DOCUMENTS + 2 },
    });
    expect(jsonOf(await runCli(['rebuild', '--json', '--home', home]))).toMatchObject({
      documents: DOCUMENTS,
      same: true,
    });
  });

  test('with different documents, while somebody asks', async () => {
    writeBoms(scratch.path('boms'), 40);
    const home = ['--home', scratch.path('home')];
    expect((await runCli(['ingest', scratch.path('boms'), ...home])).code).toBe(0);
    const writers = ['a', 'b'].map((name) => {
      writeBoms(scratch.path(name), 80, name === 'a' ? 3 : 4);
      return start('ingest', scratch.path(name), ...home);
    });
    const readers = Array.from({ length: 2 }, () =>
      start('blast-radius', 'pkg:npm/part-1@1.0.0', '--json', ...home),
    );
    const codes = (await Promise.all([...writers, ...readers])).map(({ code }) => code);
    expect(codes).toEqual([0, 0, 1, 1]);
    const verified = jsonOf(await runCli(['log', 'verify', '--json', ...home]));
    expect(verified).toMatchObject({ status: 'passed', size: 40 + 80 + 80 + 2 });
  });
});
