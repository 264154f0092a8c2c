// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROJECT = resolve(import.meta.dirname, '../..');

/** What the gates need to know about a project, taken from this one as it is. */
const COPIED = [
  '.gitignore',
  '.oxlintrc.json',
  '.prettierignore',
  '.prettierrc.json',
  'core/errors.ts',
  'core/text.ts',
  'docs/ERRORS.md',
  'docs/adr/0003-runtime-dependencies.md',
  'package.json',
  'tools/errors.json',
  'tools/layers.json',
  'tools/lint/plugin.ts',
  'tsconfig.json',
];

/** One that is in order, whatever the state of this project's own. */
export const LOCKFILE = JSON.stringify({
  lockfileVersion: 3,
  packages: { '': {}, 'node_modules/thing': { version: '1.0.0', integrity: 'sha512-x' } },
});

/** What `tools/check.ts` printed and how it ended. */
export interface CheckOutput {
  readonly status: number | null;
  readonly output: string;
}

/** A small project in a folder of its own, to plant faults in. */
export class ScratchProject {
  readonly root: string;

  constructor() {
    this.root = mkdtempSync(join(tmpdir(), 'pedigree-gates-'));
    execFileSync('git', ['init', '--quiet'], { cwd: this.root });
  }

  /** Lays out this project's configuration and a clean file for each layer. */
  static withClean(files: Readonly<Record<string, string>>): ScratchProject {
    const project = new ScratchProject();
    for (const file of COPIED) cpSync(join(PROJECT, file), join(project.root, file));
    project.write('package-lock.json', LOCKFILE);
    symlinkSync(join(PROJECT, 'node_modules'), join(project.root, 'node_modules'), 'dir');
    for (const [file, text] of Object.entries(files)) project.write(file, text);
    return project;
  }

  write(file: string, text: string): void {
    const path = join(this.root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  remove(file: string): void {
    rmSync(join(this.root, file), { recursive: true });
  }

  /** Runs the command that `npm run check` runs. */
  check(...gates: readonly string[]): CheckOutput {
    const script = join(PROJECT, 'tools/check.ts');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [script, '--root', this.root, ...gates],
      { encoding: 'utf8' },
    );
    return { status, output: stdout + stderr };
  }

  /** Formats everything, so that the format gate finds only what is planted later. */
  format(): void {
    const prettier = join(PROJECT, 'node_modules/prettier/bin/prettier.cjs');
    execFileSync(process.execPath, [prettier, '--log-level=warn', '--write', '.'], {
      cwd: this.root,
    });
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
