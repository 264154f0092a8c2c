// SPDX-License-Identifier: Apache-2.0
// What others on the machine may see of a home, and what may never be printed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHome } from '../../cli/home.ts';
import { openPedigree } from '../../cli/wire.ts';
import { parseInstant } from '../../core/instant.ts';
import { documentRef, makeBom, productRef } from './support/documents.ts';
import { jsonOf, runCli, spawnCli, useScratch } from './support/run-cli.ts';

const scratch = useScratch();

function homeArgs(): string[] {
  return ['--home', scratch.path('home')];
}

describe('the home folder', () => {
  /** Mode of everything below a folder, by path. */
  function modesOf(folder: string): Map<string, number> {
    const found = new Map<string, number>();
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      found.set(path.slice(folder.length + 1), statSync(path).mode & 0o777);
    }
    return found;
  }

  test('is for its owner alone, whatever the umask; what is published is readable', () => {
    const script = 'umask 0; exec "$0" "$@"';
    const file = scratch.write('bom.json', makeBom(1));
    const launcher = join(import.meta.dirname, '../../cli/main.mjs');
    for (const args of [
      ['ingest', file],
      ['revoke', productRef(1), '--reason', 'r'],
    ]) {
      const { status } = spawnSync('sh', [
        '-c',
        script,
        process.execPath,
        launcher,
        ...args,
        ...homeArgs(),
      ]);
      expect(status).toBe(0);
    }
    const home = scratch.path('home');
    expect(statSync(home).mode & 0o777).toBe(0o700);
    const modes = modesOf(home);
    expect(modes.size).toBeGreaterThan(15);
    const open = [...modes].filter(
      ([path, mode]) => (mode & 0o077) !== 0 && !path.startsWith('tiles/'),
    );
    expect(open).toEqual([]);
    // tiles and checkpoint hold salted hashes alone, and lie in a folder that is closed until somebody publishes it
    expect(modes.get('tiles')).toBe(0o700);
    expect(modes.get('keys/owner.pem')).toBe(0o600);
  });

  test('the demo’s folder too', async () => {
    expect((await runCli(['demo', ...homeArgs(), '--json'])).code).toBe(0);
    const open = [...modesOf(scratch.path('home'))].filter(
      ([path, mode]) => (mode & 0o077) !== 0 && !path.startsWith('tiles/'),
    );
    expect(open).toEqual([]);
  });

  test('keys are there whole or not at all, and stay the same', async () => {
    const first = openHome(scratch.path('home'));
    expect(openHome(scratch.path('home')).owner.identity).toBe(first.owner.identity);
    expect(readdirSync(scratch.path('home', 'keys')).sort()).toEqual([
      'log.pem',
      'owner.pem',
      'simulation.pem',
    ]);
  });

  test('a key that a crash left behind half-written is no key', async () => {
    mkdirSync(scratch.path('home', 'keys'), { recursive: true });
    scratch.write('home/keys/.owner.pem.1.part', '-----BEGIN');
    expect(
      (await runCli(['ingest', scratch.write('b.json', makeBom(1)), ...homeArgs()])).code,
    ).toBe(0);
  });

  test('a damaged key is told by its place, without a word of it', async () => {
    await runCli(['ingest', scratch.write('b.json', makeBom(1)), ...homeArgs()]);
    const file = scratch.path('home', 'keys', 'owner.pem');
    const secret = readFileSync(file, 'utf8').split('\n')[1] ?? '';
    writeFileSync(file, `-----BEGIN PRIVATE KEY-----\n${secret.slice(0, -4)}\n`);
    const { code, out, err } = await runCli(['lineage', productRef(1), '--json', ...homeArgs()]);
    expect(code).toBe(65);
    expect(err).toContain('owner.pem');
    expect(secret.length).toBeGreaterThan(40);
    expect(out + err).not.toContain(secret.slice(0, 20));
  });

  test('no private key is ever printed', async () => {
    const home = homeArgs();
    const file = scratch.write('b.json', makeBom(1));
    let printed = '';
    for (const args of [
      ['ingest', file, '--json'],
      ['trust', 'list', '--json'],
      ['revoke', productRef(1), '--reason', 'r', '--json'],
      ['lineage', productRef(1), '--json'],
      ['log', 'verify', '--json'],
      ['log', 'prove', '0'],
    ]) {
      const { out, err } = await runCli([...args, ...home]);
      printed += out + err;
    }
    expect(printed).toContain('key:sha256:');
    for (const name of readdirSync(scratch.path('home', 'keys'))) {
      const body = readFileSync(scratch.path('home', 'keys', name), 'utf8').split('\n')[1] ?? '';
      expect(body.length).toBeGreaterThan(40);
      expect(printed).not.toContain(body.slice(16));
    }
    expect(printed).not.toContain('PRIVATE KEY');
  });
});

describe('a home that cannot be used', () => {
  test.each([
    ['a file', () => scratch.write('home', 'a file')],
    ['a folder below a file', () => join(scratch.write('file', ''), 'home')],
  ])('%s: 69', async (_name, make) => {
    const home = make();
    const file = scratch.write('b.json', makeBom(1));
    const answer = await runCli(['ingest', file, '--home', home, '--json']);
    expect(answer.code).toBe(69);
    expect(jsonOf(answer)).toMatchObject({ error: { code: 'ERR_STORE_UNAVAILABLE' } });
  });

  test('evidence that cannot be kept: 69, and nothing of it is in the log', async () => {
    const file = scratch.write('b.json', makeBom(1));
    const digest = documentRef(makeBom(1)).slice('sha256:'.length);
    openHome(scratch.path('home'));
    scratch.write(`home/blobs/${digest.slice(0, 2)}`, 'in the way');
    const answer = await runCli(['ingest', file, '--json', ...homeArgs()]);
    expect(answer.code).toBe(69);
    expect((await runCli(['lineage', productRef(1), ...homeArgs()])).code).toBe(2);
  });

  test('what a killed process left beside a blob is in nobody’s way', async () => {
    const file = scratch.write('b.json', makeBom(1));
    const digest = documentRef(makeBom(1)).slice('sha256:'.length);
    openHome(scratch.path('home'));
    mkdirSync(scratch.path('home', 'blobs', digest.slice(0, 2)), { mode: 0o700 });
    for (let at = 0; at < 50; at++) {
      scratch.write(
        `home/blobs/${digest.slice(0, 2)}/${digest.slice(2)}.${process.pid}.${at}.part`,
        '',
      );
    }
    expect((await runCli(['ingest', file, ...homeArgs()])).code).toBe(0);
  });

  test('a database that is none: a clear code, nothing overwritten', async () => {
    openHome(scratch.path('home'));
    const database = scratch.write('home/store/graph.sqlite', 'this is no database'.repeat(100));
    const answer = await runCli([
      'ingest',
      scratch.write('b.json', makeBom(1)),
      '--json',
      ...homeArgs(),
    ]);
    expect([69, 70]).toContain(answer.code);
    expect(jsonOf(answer)).toMatchObject({ error: { code: expect.stringMatching(/^ERR_STORE_/) } });
    expect(readFileSync(database, 'utf8')).toMatch(/^this is no database/);
  });
});

describe('PEDIGREE_HOME and PEDIGREE_STORE', () => {
  const SECRET = 'hunter2-p4ssw0rd';

  test('PEDIGREE_HOME names the folder; --home is stronger', () => {
    const file = scratch.write('b.json', makeBom(1));
    const env = { PEDIGREE_HOME: scratch.path('by-env') };
    expect(spawnCli(['ingest', file], { env }).code).toBe(0);
    expect(existsSync(scratch.path('by-env', 'keys', 'owner.pem'))).toBe(true);
    expect(spawnCli(['lineage', productRef(1)], { env }).code).toBe(0);
    const other = ['lineage', productRef(1), '--home', scratch.path('other')];
    expect(spawnCli(other, { env }).code).toBe(2);
  });

  test.each([
    ['no scheme', `neo4j:${SECRET}@localhost:7687`, [64, 69]],
    ['no URL', `neo4j//${SECRET}`, [64]],
    ['the password as scheme', `${SECRET}:neo4j@localhost`, [64]],
    ['another scheme', `https://neo4j:${SECRET}@localhost:7687`, [64]],
    ['escapes that decode to nothing', `neo4j://neo4j:${SECRET}%zz@localhost:7687`, [64]],
    ['a server that is not there', `bolt://neo4j:${SECRET}@127.0.0.1:9`, [69]],
  ])('%s: the password is not echoed', (_name, store, codes) => {
    const env = { PEDIGREE_STORE: store };
    const answer = spawnCli(
      ['ingest', scratch.write('b.json', makeBom(1)), '--json', ...homeArgs()],
      {
        env,
      },
    );
    expect(codes).toContain(answer.code);
    expect(jsonOf(answer)).toHaveProperty('error');
    expect(answer.out + answer.err).not.toContain(SECRET);
  });
});

describe('a clock that goes backwards', () => {
  test('log times never decrease, and the log still verifies', async () => {
    const settings = { home: scratch.path('home'), store: 'embedded', allowSimulated: false };
    const hours = [12, 9, 15, 3, 14, 16];
    for (const [number, hour] of hours.entries()) {
      const at = parseInstant(`2026-11-21T${String(hour).padStart(2, '0')}:00:00Z`);
      const { pedigree, home, close } = await openPedigree(settings, () => at);
      const bytes = new TextEncoder().encode(makeBom(number));
      await pedigree.ingest([{ source: `${number}`, bytes }], {
        project: 'default',
        submittedBy: home.owner.identity,
      });
      await close();
    }
    const { pedigree, close } = await openPedigree(settings);
    const times = pedigree.ledger.knowledge.documents.map(({ receivedAt }) => receivedAt);
    await close();
    expect(times.map((time) => time.slice(11, 13))).toEqual(['12', '12', '15', '15', '15', '16']);
    const verified = await runCli(['log', 'verify', '--json', ...homeArgs()]);
    expect(jsonOf(verified)).toMatchObject({ status: 'passed', faults: [] });
  });
});

describe('a reader that goes away', () => {
  test('`| head` ends the output, not the work', () => {
    mkdirSync(scratch.path('many'));
    for (let at = 0; at < 400; at++)
      scratch.write(`many/${'x'.repeat(150)}${at}.json`, '{"bomFormat":');
    const launcher = join(import.meta.dirname, '../../cli/main.mjs');
    const script = '"$0" "$@" | head -c 10 >/dev/null';
    const args = [launcher, 'ingest', scratch.path('many'), ...homeArgs()];
    const { stderr } = spawnSync('sh', ['-c', script, process.execPath, ...args], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('ingest: 400 of 400\n');
  });
});
