// SPDX-License-Identifier: Apache-2.0
// A run in CI fails when a test did not run, and the configuration lets nothing pass the second time.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import config from '../../vitest.config.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const VITEST = join(PROJECT, 'node_modules/vitest/vitest.mjs');
const PASSING = "test('runs', () => {\n  expect(1).toBe(1);\n});\n";

interface Run {
  readonly status: number | null;
  readonly output: string;
}

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-vitest-'));
  const files = [
    'package.json',
    'vitest.config.ts',
    'test/support',
    'tools/corpus/shared-folder.ts',
  ];
  for (const file of files) {
    cpSync(join(PROJECT, file), join(root, file), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'), 'dir');
});
afterAll(() => rmSync(root, { recursive: true }));

function run(body: string, env: Readonly<Record<string, string>>): Run {
  const folder = join(root, 'test/planted');
  mkdirSync(folder, { recursive: true });
  const imports = "import { describe, expect, test } from 'vitest';\n";
  writeFileSync(join(folder, 'planted.test.ts'), imports + body);
  const { CI: _ci, PEDIGREE_TEST_REPORT: _report, VITEST: _vitest, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [VITEST, 'run', 'test/planted'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...rest, NO_COLOR: '1', ...env },
  });
  return { status, output: stdout + stderr };
}

describe('in CI', () => {
  test.each([
    ['test.skip', `test.skip('hidden', () => {\n  expect(1).toBe(1);\n});\n`],
    ['test.todo', "test.todo('hidden');\n"],
    ['skip() inside', "test('hidden', ({ skip }) => skip());\n"],
    ['skipIf', "test.skipIf(true)('hidden', () => {\n  expect(1).toBe(1);\n});\n"],
    [
      'describe.skip',
      `describe.skip('suite', () => {\n  test('hidden', () => {\n    expect(1).toBe(1);\n  });\n});\n`,
    ],
  ])('%s fails the run and is named', (_, body) => {
    const { status, output } = run(PASSING + body, { CI: 'true' });
    expect(output).toContain('1 tests did not run');
    expect(output).toContain('hidden');
    expect(status).toBe(1);
  });

  test('test.only fails the run', () => {
    const { status } = run(PASSING.replace('test(', 'test.only('), { CI: 'true' });
    expect(status).toBe(1);
  });

  test('a run without tests fails', () => {
    const { status } = run('export {};\n', { CI: 'true' });
    expect(status).toBe(1);
  });

  test('a run in which every test ran passes and writes its numbers', () => {
    const report = join(root, 'report.json');
    const { status, output } = run(PASSING, { CI: 'true', PEDIGREE_TEST_REPORT: report });
    expect(output).toContain('1 passed');
    expect(output).not.toContain('did not run');
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      numPassedTests: 1,
      numFailedTests: 0,
    });
  });
});

describe('elsewhere', () => {
  test('a skipped test does not fail the run', () => {
    const { status } = run(`${PASSING}test.todo('hidden');\n`, {});
    expect(status).toBe(0);
  });

  test('the run says which stores it covers and whether the shared documents are there', () => {
    const { output } = run(PASSING, { PEDIGREE_STORES: 'embedded,neo4j', PEDIGREE_SHARED: root });
    expect(output).toContain('stores: embedded,neo4j');
    expect(output).toContain(`shared documents: not there (${root})`);
  });
});

describe('the configuration', () => {
  test('gives no test a second chance and shares the machine', () => {
    expect(config.test).toMatchObject({
      environment: 'node',
      include: ['test/**/*.test.ts'],
      pool: 'forks',
      maxWorkers: 2,
      retry: 0,
      passWithNoTests: false,
    });
  });
});
