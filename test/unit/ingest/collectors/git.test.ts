// SPDX-License-Identifier: Apache-2.0
// A repository is somebody else's: nothing in it may run, lead elsewhere or cost more than it may.
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../../../core/errors.ts';
import { parseGitAddress } from '../../../../ingest/collectors/git/address.ts';
import { createGitCollector } from '../../../../ingest/collectors/git/collector.ts';
import type { Machine } from '../../../../ingest/collectors/machine.ts';
import { makeBom } from '../../../cli/support/documents.ts';
import { collectAll, lastCursor, type ContextOptions } from '../../../support/collecting.ts';
import { makeRepository, type TestRepository } from '../../../support/git-repository.ts';
import { startServer } from '../../../support/test-server.ts';

let repository: TestRepository;
let machine: Machine;

beforeEach(() => {
  repository = makeRepository();
  const cacheFolder = mkdtempSync(join(tmpdir(), 'pedigree-cache-'));
  machine = { environment: process.env, cacheFolder };
});

afterEach(() => {
  repository.remove();
  rmSync(machine.cacheFolder, { recursive: true, force: true });
});

function sourceOf(address: string, include: readonly string[] = []) {
  const collector = createGitCollector(
    parseGitAddress(new URL(address), undefined),
    machine,
    include,
  );
  return { collector, hosts: [] };
}

async function read(options: ContextOptions = {}, fragment = '', include: readonly string[] = []) {
  const source = sourceOf(`git+file://${repository.folder}${fragment}`, include);
  const found = await collectAll(source, options);
  return {
    found,
    cursor: lastCursor(found),
    names: found.map(({ received }) => {
      const name = received.source.replace(/^.*@[0-9a-f]{40}:/, '');
      return 'refused' in received ? `${name} ${received.refused.code}` : name;
    }),
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'read',
    (error: unknown) => (isPedigreeError(error) ? error.code : `not ours: ${String(error)}`),
  );
}

describe('what is read', () => {
  test('documents by their names, or what the patterns choose', async () => {
    repository.write('a.json', makeBom(1));
    repository.write('deep/er/MLmodel', 'run_id: x');
    repository.write('src/train.py', 'print(1)');
    repository.commit();
    expect((await read()).names).toEqual(['a.json', 'deep/er/MLmodel']);
    expect((await read({}, '', ['src/*'])).names).toEqual(['src/train.py']);
  });

  test('the revision that is named: a branch, a tag, a commit', async () => {
    repository.write('one.json', makeBom(1));
    repository.commit();
    repository.git('tag', '-a', 'v1', '-m', 'one');
    repository.git('branch', 'old/er');
    repository.write('two.json', makeBom(2));
    const tip = repository.commit();
    for (const revision of ['v1', 'old/er', 'refs/tags/v1'])
      expect((await read({}, `#${revision}`)).names).toEqual(['one.json']);
    for (const revision of ['main', 'HEAD', tip])
      expect((await read({}, `#${revision}`)).names).toEqual(['one.json', 'two.json']);
    expect(await codeOf(read({}, '#nowhere'))).toBe('ERR_NOT_FOUND');
  });

  test('of a later commit what it changed, even where the history was rewritten', async () => {
    repository.write('one.json', makeBom(1));
    repository.write('two.json', makeBom(2));
    repository.commit();
    const first = await read();
    repository.write('two.json', makeBom(3));
    repository.git('add', '.');
    repository.git('commit', '--quiet', '--amend', '--message', 'another');
    expect((await read({ cursor: first.cursor })).names).toEqual(['two.json']);
  });

  test('everything again where the cache is gone or damaged', async () => {
    repository.write('one.json', makeBom(1));
    repository.commit();
    const { cursor } = await read();
    repository.write('two.json', makeBom(2));
    repository.commit();
    rmSync(machine.cacheFolder, { recursive: true });
    expect((await read({ cursor })).names).toEqual(['one.json', 'two.json']);
    for (const name of ['HEAD', 'config', 'objects']) {
      const [cached = ''] = readdirSync(join(machine.cacheFolder, 'git'));
      rmSync(join(machine.cacheFolder, 'git', cached, name), { recursive: true });
      writeFileSync(join(machine.cacheFolder, 'git', cached, name), 'damaged');
      expect((await read({ cursor })).names).toEqual(['one.json', 'two.json']);
    }
    rmSync(join(machine.cacheFolder, 'git'), { recursive: true });
    writeFileSync(join(machine.cacheFolder, 'git'), 'no folder');
    expect(await codeOf(read({ cursor }))).toBe('ERR_STORE_UNAVAILABLE');
  });

  test('names of any bytes', async () => {
    const names = [
      'sp ace.json',
      'new\nline.json',
      'tab\tx.json',
      'ünï.json',
      '-dash.json',
      '"q".json',
    ];
    for (const name of names) repository.write(name, makeBom(1));
    repository.commit();
    expect((await read()).names.sort()).toEqual([...names].sort());
  });
});

describe('what is not', () => {
  test('links, submodules and pointers are refused by name, the rest is read', async () => {
    repository.write('a.json', makeBom(1));
    symlinkSync('/etc/passwd', join(repository.folder, 'link.json'));
    repository.write(
      'big.json',
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
    );
    repository.commit();
    const sub = ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub.json`];
    repository.git(...sub);
    repository.git('commit', '--quiet', '--message', 'a submodule');
    expect((await read()).names).toEqual([
      'a.json',
      'big.json ERR_NOT_FOUND',
      'link.json ERR_PATH_OUTSIDE',
      'sub.json ERR_PATH_OUTSIDE',
    ]);
  });

  test.each([
    'post-checkout',
    'reference-transaction',
    'post-merge',
    'pre-auto-gc',
    'fsmonitor-watchman',
  ])('the hook %s does not run, nor a monitor or filter of the repository', async (hook) => {
    const trace = join(repository.folder, '..', `${repository.folder.split('/').at(-1)}.trace`);
    repository.write('a.json', makeBom(1));
    repository.write('.gitattributes', '* filter=evil diff=evil\n');
    repository.commit();
    const script = join(repository.folder, '.git/hooks', hook);
    writeFileSync(script, `#!/bin/sh\ntouch ${trace}\n`);
    chmodSync(script, 0o755);
    for (const key of [
      'core.fsmonitor',
      'filter.evil.smudge',
      'filter.evil.clean',
      'core.sshCommand',
    ])
      repository.git('config', key, script);
    repository.git('config', 'uploadpack.packObjectsHook', script);
    expect((await read()).names).toContain('a.json');
    expect(existsSync(trace)).toBe(false);
  });

  test.each([
    'git+file:///x#--upload-pack=touch',
    'git+file:///x#-x',
    'git+file:///x#a..b',
    'git+file:///x#a:b',
    'git+file:///x#+main',
    'git+file:///x#a%20b',
    'git+file:///x#@{-1}',
    'git+file:///x#a^{tree}',
    'git+file://host/x',
    'git+ssh://-oProxyCommand=x/y',
    'git+ssh://user:password@host/y',
    'git+https://user@host/y',
    'git+https://user:password@host/y',
    'git+https://host/y?x=1',
    'git+http://host/y',
    'git+ext://sh',
    'https://host/y',
  ])('%s is no address', async (address) => {
    expect(() => parseGitAddress(new URL(address), undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_USAGE' }),
    );
  });

  test('an address of another kind inside of the repository is not asked', async () => {
    repository.write('a.json', makeBom(1));
    repository.commit();
    repository.git('config', `url.ext::sh -c touch.insteadOf`, `file://`);
    repository.git('config', 'remote.origin.url', 'ext::sh -c touch% /nowhere');
    expect((await read()).names).toEqual(['a.json']);
  });
});

describe('a server', () => {
  test('that redirects elsewhere is not followed, and no secret is told', async () => {
    const other = await startServer((_, response) => response.end());
    // https is what the address says; a server of this test cannot speak it, so that the talk ends at its first step
    const source = sourceOf(`git+https://${other.host}/repository.git`);
    const token = 'hunter2';
    const failed = await collectAll(source, { credentials: { token } }).catch(
      (error: unknown) => error,
    );
    await other.close();
    expect(isPedigreeError(failed) && failed.code).toBe('ERR_SOURCE_UNAVAILABLE');
    expect(JSON.stringify(failed) + String(failed)).not.toContain(token);
    expect(other.requests).toEqual([]);
  });

  test('at an address that nobody may ask is not asked', async () => {
    const source = sourceOf('git+file:///nowhere/at/all');
    expect(await codeOf(collectAll(source))).toBe('ERR_NOT_FOUND');
  });

  test('that cannot be reached because there is no git is unavailable', async () => {
    repository.write('a.json', makeBom(1));
    repository.commit();
    machine = { ...machine, environment: { PATH: '/nonexistent' } };
    expect(await codeOf(read())).toBe('ERR_SOURCE_UNAVAILABLE');
  });
});

test('git is given a few variables of the machine and no others', async () => {
  repository.write('a.json', makeBom(1));
  repository.commit();
  machine = {
    ...machine,
    environment: {
      PATH: process.env['PATH'],
      GIT_DIR: '/nowhere',
      GIT_CONFIG_PARAMETERS: "'core.bare=false'",
      GIT_EXTERNAL_DIFF: 'false',
      GIT_EXEC_PATH: '/nowhere',
      LD_PRELOAD: '/nowhere.so',
    },
  };
  expect((await read()).names).toEqual(['a.json']);
});
