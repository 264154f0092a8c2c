// SPDX-License-Identifier: Apache-2.0
// Real repositories, made by the system's git.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A work tree with a repository in it. */
export interface TestRepository {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  readonly write: (path: string, content: string | Uint8Array) => void;
  /** Commits everything. @returns the commit's id */
  readonly commit: () => string;
  readonly remove: () => void;
}

export function makeRepository(): TestRepository {
  const folder = mkdtempSync(join(tmpdir(), 'pedigree-git-'));
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'tester',
        GIT_AUTHOR_EMAIL: 'tester@example.org',
        GIT_COMMITTER_NAME: 'tester',
        GIT_COMMITTER_EMAIL: 'tester@example.org',
      },
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  return {
    folder,
    git,
    write: (path, content) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    commit: () => {
      git('add', '--all', '--force');
      git('commit', '--quiet', '--allow-empty', '--message', 'a step');
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
