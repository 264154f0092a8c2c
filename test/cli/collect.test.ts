// SPDX-License-Identifier: Apache-2.0
// Ingest from sources: what a user types, real servers, real repositories, real signals.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { readPedigree } from '../../cli/wire.ts';
import { makeRepository } from '../support/git-repository.ts';
import { startServer, type Handler, type TestServer } from '../support/test-server.ts';
import { makeBom, writeBoms } from './support/documents.ts';
import { jsonLinesOf, jsonOf, runCli, useScratch, type CliResult } from './support/run-cli.ts';

const LAUNCHER = resolve(import.meta.dirname, '../../cli/main.mjs');
const scratch = useScratch();
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(handler: Handler): Promise<TestServer> {
  const server = await startServer(handler);
  closing.push(() => server.close());
  return server;
}

/** A list of documents as JSON lines, as long as `count` says. */
function serveLines(count: () => number): Promise<TestServer> {
  return serve((_, response) => {
    response.end(Array.from({ length: count() }, (_line, at) => `${makeBom(at)}\n`).join(''));
  });
}

function ingest(...args: readonly string[]): Promise<CliResult> {
  return runCli(['ingest', ...args, '--home', scratch.path('home'), '--json']);
}

async function stateOf(home: string): Promise<string> {
  const opened = await readPedigree({ home, store: 'embedded', allowSimulated: false });
  try {
    return await opened.pedigree.stateDigest();
  } finally {
    await opened.close();
  }
}

/** All files of a folder as one text. */
function textsBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

describe('a web address', () => {
  test('is read, and the next time only what is new', async () => {
    let count = 3;
    const server = await serveLines(() => count);
    const url = server.url('/boms.jsonl').href;
    const first = await ingest(url);
    expect(first.code).toBe(0);
    expect(jsonOf(first)).toMatchObject({
      counts: { accepted: 3 },
      sources: [{ kind: 'http', source: url, status: 'done', resumed: false, learnt: 3 }],
    });
    const second = await ingest(url);
    expect(second.code).toBe(0);
    expect(jsonOf(second)).toMatchObject({ counts: {}, sources: [{ resumed: true, received: 0 }] });
    count = 5;
    expect(jsonOf(await ingest(url))).toMatchObject({ sources: [{ received: 2, learnt: 2 }] });
    expect(jsonOf(await ingest(url, '--again'))).toMatchObject({
      sources: [{ resumed: false, received: 5, learnt: 0 }],
    });
  });

  test('read under another key or project is read from the beginning', async () => {
    const server = await serveLines(() => 2);
    const url = server.url('/boms.jsonl').href;
    await ingest(url);
    const other = await ingest(url, '--project', 'other');
    expect(jsonOf(other)).toMatchObject({ sources: [{ resumed: false, learnt: 2 }] });
  });

  test('that does not answer is 69; beside others 2, and they are stored', async () => {
    const server = await serveLines(() => 2);
    const gone = await serve(() => {});
    const dead = gone.url('/x.json').href;
    await gone.close();
    const alone = await ingest(dead);
    expect(alone.code).toBe(69);
    expect(jsonOf(alone)).toMatchObject({
      sources: [{ status: 'failed', error: { code: 'ERR_SOURCE_UNAVAILABLE', retryable: true } }],
    });
    writeBoms(scratch.path('folder'), 2, 3);
    const both = await ingest(dead, server.url('/boms.jsonl').href, scratch.path('folder'));
    expect(both.code).toBe(2);
    expect(jsonOf(both)).toMatchObject({
      counts: { accepted: 4 },
      sources: [{ status: 'failed' }, { status: 'done' }, { status: 'done' }],
    });
    expect(both.err).toContain('ERR_SOURCE_UNAVAILABLE');
  });

  test('that is not there is 65', async () => {
    const server = await serve((_, response) => response.writeHead(404).end());
    expect((await ingest(server.url('/x.json').href)).code).toBe(65);
  });

  test('that leads elsewhere is not followed, unless the host is allowed', async () => {
    const other = await serve((_, response) => response.end(makeBom(1)));
    const server = await serve((_, response) =>
      response.writeHead(302, { location: other.url('/x.json').href }).end(),
    );
    const url = server.url('/x.json').href;
    const refused = await ingest(url);
    expect(refused.code).toBe(65);
    expect(jsonOf(refused)).toMatchObject({ sources: [{ error: { code: 'ERR_SOURCE_REFUSED' } }] });
    expect(other.requests).toHaveLength(0);
    expect((await ingest(url, '--allow-host', other.host)).code).toBe(0);
  });

  test('with a password in it is refused before anything is asked, and not repeated', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const result = await ingest(`http://user:hunter2@${server.host}/x.json`);
    expect(result.code).toBe(64);
    expect(`${result.out}${result.err}`).not.toContain('hunter2');
    expect(server.requests).toHaveLength(0);
  });
});

describe('credentials', () => {
  async function serveSecret(): Promise<TestServer> {
    return serve(({ headers }, response) => {
      if (headers.authorization === 'Bearer hunter2') response.end(makeBom(1));
      else response.writeHead(401).end('not hunter2');
    });
  }

  test('come from a file that only its owner can read', async () => {
    const server = await serveSecret();
    const url = server.url('/x.json').href;
    expect((await ingest(url)).code).toBe(65);
    const file = scratch.write(
      'home/credentials.yaml',
      `http://${server.host}/: { token: hunter2 }`,
    );
    const open = await ingest(url);
    expect(open.code).toBe(65);
    expect(jsonOf(open)).toMatchObject({ error: { code: 'ERR_TRUST_INVALID' } });
    chmodSync(file, 0o600);
    expect((await ingest(url)).code).toBe(0);
  });
});

test('a sources file names several, each with its options', async () => {
  const server = await serveLines(() => 2);
  const repository = makeRepository();
  closing.push(() => repository.remove());
  repository.write('evidence/bom.json', makeBom(7));
  repository.write('src/train.py', 'print(1)');
  repository.commit();
  writeBoms(scratch.path('folder'), 1, 2);
  const file = scratch.write(
    'sources.yaml',
    [
      'sources:',
      '  - ./folder',
      `  - source: ${server.url('/boms').href}`,
      '    lines: true',
      `  - { source: "git+file://${repository.folder}", include: ["evidence/*"] }`,
    ].join('\n'),
  );
  const result = await ingest('--source-file', file);
  expect(result.code).toBe(0);
  expect(jsonOf(result)).toMatchObject({
    sources: [
      { kind: 'folder', received: 1 },
      { kind: 'http', received: 2 },
      { kind: 'git', received: 1 },
    ],
  });
  const again = jsonOf(await ingest('--source-file', file));
  expect(again).toMatchObject({
    counts: {},
    sources: [{ received: 0 }, { received: 0 }, { received: 0 }],
  });
});

test.each([
  ['nothing at all', []],
  ['standard input twice', ['-', '-']],
  ['a sources file that is not there', ['--source-file', 'nowhere.yaml']],
])('%s is a slip: exit 64', async (_, args) => {
  expect((await ingest(...args)).code).toBe(64);
});

test.each([
  ['no list', 'source: x'],
  ['another member', 'sources: []\nother: 1'],
  ['an entry without a source', 'sources: [{kind: http}]'],
  ['an unknown kind', 'sources: [{source: "http://127.0.0.1/", kind: ftp}]'],
  ['an unknown option', 'sources: [{source: "http://127.0.0.1/", lined: true}]'],
  ['an option of another type', 'sources: [{source: "http://127.0.0.1/", lines: 3}]'],
])('a sources file with %s is a slip: exit 64', async (_, text) => {
  expect((await ingest('--source-file', scratch.write('sources.yaml', text))).code).toBe(64);
});

/** True once a position has been saved. */
function hasPosition(): boolean {
  const folder = scratch.path('home', 'cursors');
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json'));
}

describe('a process of its own', () => {
  function start(...args: readonly string[]): { child: ChildProcess; out: () => string } {
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        LAUNCHER,
        'ingest',
        ...args,
        '--json',
        '--home',
        scratch.path('home'),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    closing.push(() => child.kill('SIGKILL'));
    return { child, out: () => out };
  }

  async function until(what: () => boolean): Promise<void> {
    for (let tries = 0; !what(); tries++) {
      if (tries > 500) throw new Error('it never came');
      await sleep(50);
    }
  }

  test('kill -9 in the middle, then again: the state of a straight run', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => `${makeBom(at)}\n`);
    let isSlow = true;
    const server = await serve((_, response) => {
      if (!isSlow) return void response.end(lines.join(''));
      // half of it, and then nothing
      return void response.write(lines.slice(0, 150).join(''));
    });
    const url = server.url('/boms.jsonl').href;
    const { child } = start(url);
    await until(hasPosition);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    isSlow = false;
    const again = await ingest(url);
    expect(again.code).toBe(0);
    const [source] = jsonOf(again)['sources'] as { resumed: boolean; received: number }[];
    expect(source?.resumed).toBe(true);
    expect(source?.received).toBeLessThan(300);
    const straight = scratch.path('straight');
    await runCli(['ingest', url, '--home', straight]);
    expect(await stateOf(scratch.path('home'))).toBe(await stateOf(straight));
  });

  test('^C stores what was read, says that it is not all, and the next run goes on', async () => {
    const server = await serve(
      (_, response) => void response.write(`${makeBom(1)}\n${makeBom(2)}\n`),
    );
    const { child, out } = start(server.url('/boms.jsonl').href);
    await until(hasPosition);
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([2, null]);
    expect(JSON.parse(out())).toMatchObject({
      counts: { accepted: 1 },
      sources: [{ status: 'stopped' }],
    });
  });

  test('--watch reads what comes, changes, and comes back; ^C is its end', async () => {
    const folder = scratch.path('watched');
    mkdirSync(folder);
    const { child, out } = start(folder, '--watch');
    const told = (name: string) => () => out().includes(`"source":"${name}"`);
    scratch.write('watched/one.json', makeBom(1));
    await until(told('one.json'));
    // another document under the same name
    const before = out().length;
    scratch.write('watched/one.json', makeBom(2));
    await until(() => out().slice(before).includes('"source":"one.json"'));
    // the folder is taken away, and another one is put in its place
    renameSync(folder, scratch.path('old'));
    writeBoms(scratch.path('new'), 2, 1);
    renameSync(scratch.path('new'), folder);
    await until(told('bom-0001.json'));
    scratch.write('watched/last.json', makeBom(9));
    await until(told('last.json'));
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    const documents = jsonLinesOf({ code: 0, out: out(), err: '' });
    expect(documents.at(-1)).toMatchObject({
      counts: { accepted: 5 },
      sources: [{ status: 'stopped' }],
    });
    expect(documents).toHaveLength(6);
  }, 60_000);

  test('a secret is in no file, no output and no log', async () => {
    const server = await serve(({ headers }, response) => {
      if (headers.authorization === 'Bearer hunter2') response.end(makeBom(1));
      else response.writeHead(401).end();
    });
    const child = spawn(
      process.execPath,
      [LAUNCHER, 'ingest', server.url('/x.json?sig=hunter3').href, '--home', scratch.path('home')],
      {
        env: {
          ...process.env,
          PEDIGREE_CREDENTIALS: JSON.stringify({
            [`http://${server.host}/`]: { token: { env: 'HUB' } },
          }),
          HUB: 'hunter2',
        },
      },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said).toContain('done');
    const all = `${said}\n${textsBelow(scratch.path('home'))}`;
    expect(all).not.toContain('hunter2');
    expect(all).not.toContain('hunter3');
  });
});
