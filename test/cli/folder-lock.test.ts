// SPDX-License-Identifier: Apache-2.0
// One process at a time publishes the log of a home.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withFolderLock } from '../../graph/log/folder-lock.ts';
import { useScratch } from './support/run-cli.ts';

const MODULE = resolve(import.meta.dirname, '../../graph/log/folder-lock.ts');
const scratch = useScratch();

/** Takes the lock, says so, and keeps it for longer than any test runs. */
const HOLDER = `
  const { withFolderLock } = await import(process.argv[1]);
  await withFolderLock(process.argv[2], () => { console.log('held'); return new Promise((done) => setTimeout(done, 60_000)); });
`;

describe('withFolderLock', () => {
  test('runs one after the other', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((done) => setTimeout(done, 5));
      inside--;
    };
    await Promise.all(Array.from({ length: 5 }, () => withFolderLock(scratch.path('f'), work)));
    expect(most).toBe(1);
  });

  test('is let go where the work fails, and passes the failure on', async () => {
    const fails = (): Promise<never> => Promise.reject(new Error('mine'));
    await expect(withFolderLock(scratch.path('f'), fails)).rejects.toThrow('mine');
    expect(await withFolderLock(scratch.path('f'), () => Promise.resolve('next'))).toBe('next');
    expect(statSync(`${scratch.path('f')}.lock`).mode & 0o777).toBe(0o600);
  });

  test('is waited for while another process has it, and free once that is killed', async () => {
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module'];
    const args = [...flags, '-e', HOLDER, MODULE, scratch.path('f')];
    const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    let isKilled = false;
    const next = withFolderLock(scratch.path('f'), () => Promise.resolve(isKilled));
    await new Promise((done) => setTimeout(done, 200));
    isKilled = true;
    holder.kill('SIGKILL');
    expect(await next).toBe(true);
  });

  test('a second call in one process does not let go of the first one’s lock', async () => {
    const folder = scratch.path('f');
    const held = withFolderLock(folder, () => new Promise((done) => setTimeout(done, 400)));
    const waiting = withFolderLock(folder, () => Promise.resolve());
    await new Promise((done) => setTimeout(done, 50));
    const script = `
      const { DatabaseSync } = await import('node:sqlite');
      const other = new DatabaseSync(process.argv[1], { timeout: 0 });
      try { other.exec('BEGIN EXCLUSIVE'); console.log('free'); } catch { console.log('taken'); }
    `;
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
    const other = spawn(process.execPath, [...flags, `${folder}.lock`]);
    const [said] = (await once(other.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('taken\n');
    await Promise.all([held, waiting]);
  });

  test('a folder that cannot have one: a code', async () => {
    const nowhere = scratch.path('not', 'there');
    await expect(withFolderLock(nowhere, () => Promise.resolve())).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
    });
  });
});
