// SPDX-License-Identifier: Apache-2.0
// .ci/run: the last line tells the truth, whatever fails. npm is played by a script that ends as each case says.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const SCRIPT = resolve(import.meta.dirname, '../../.ci/run');

/** `$root/log` gets each call; `$root/$1.sh` (install.sh, test.sh, check.sh) says how it goes. */
const NPM = `#!/usr/bin/env bash
root=$(cd "$(dirname "\${BASH_SOURCE[0]}")/.." && pwd)
echo "$*" >>"$root/log"
case "$1 \${2:-}" in
  'ci '*) mkdir -p "$root/node_modules/.bin"; ln -sf "$PLAYED_NODE" "$root/node_modules/.bin/node"; . "$root/install.sh" ;;
  'test '*) . "$root/test.sh" ;;
  'run differential' | 'run peers') ;;
  'run check') report=\${5:?}; . "$root/check.sh" ;;
  *) exit 99 ;;
esac
`;

const GOOD_TESTS = `echo '{"numPassedTests":41,"numFailedTests":0}' >"$PEDIGREE_TEST_REPORT"`;
const GOOD_GATES = `echo '{"passed":8,"failed":0}' >"$report"`;

interface Case {
  readonly name: string;
  readonly install?: string;
  readonly tests?: string;
  readonly gates?: string;
  readonly last: string;
  readonly status: number;
}

const CASES: readonly Case[] = [
  { name: 'all is well', last: '49 passed, 0 failed', status: 0 },
  {
    name: 'tests fail',
    tests: `echo '{"numPassedTests":39,"numFailedTests":2}' >"$PEDIGREE_TEST_REPORT"; exit 1`,
    last: '47 passed, 2 failed',
    status: 1,
  },
  {
    name: 'the runner fails though no test did',
    tests: `${GOOD_TESTS}; exit 1`,
    last: '49 passed, 1 failed',
    status: 1,
  },
  {
    name: 'the runner says a failure but ends well',
    tests: `echo '{"numPassedTests":40,"numFailedTests":1}' >"$PEDIGREE_TEST_REPORT"`,
    last: '48 passed, 1 failed',
    status: 1,
  },
  { name: 'the runner ran no test', tests: 'exit 0', last: '8 passed, 1 failed', status: 1 },
  {
    name: 'the report is cut off',
    tests: `echo '{"numPassed' >"$PEDIGREE_TEST_REPORT"`,
    last: '8 passed, 1 failed',
    status: 1,
  },
  {
    name: 'a gate fails',
    gates: `echo '{"passed":7,"failed":1}' >"$report"; exit 1`,
    last: '48 passed, 1 failed',
    status: 1,
  },
  { name: 'the gates break', gates: 'exit 3', last: '41 passed, 1 failed', status: 1 },
  { name: 'nothing can be installed', install: 'exit 1', last: '0 passed, 1 failed', status: 1 },
  {
    name: 'the first install fails',
    install: '[ -e "$root/again" ] || { touch "$root/again"; exit 1; }',
    last: '49 passed, 0 failed',
    status: 0,
  },
];

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-ci-'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('.ci/run', () => {
  test.each(CASES)('$name: $last', ({ name, install, tests, gates, last, status }) => {
    const folder = join(root, name.replaceAll(' ', '-'));
    const run = play(folder, {
      'install.sh': install ?? '',
      'test.sh': tests ?? GOOD_TESTS,
      'check.sh': gates ?? GOOD_GATES,
    });
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe(last);
    expect(run.status).toBe(status);
  });

  test('installs three times at most, and runs nothing without its packages', () => {
    const folder = join(root, 'calls');
    play(folder, { 'install.sh': 'exit 1', 'test.sh': GOOD_TESTS, 'check.sh': GOOD_GATES });
    const calls = readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n');
    expect(calls).toEqual(Array.from({ length: 3 }, () => 'ci --no-audit --no-fund'));
  });

  test('tells the tests that this is CI, and where the shared documents are', () => {
    const folder = join(root, 'environment');
    const say = `echo "CI=$CI shared=$PEDIGREE_SHARED stores=$PEDIGREE_STORES"; ${GOOD_TESTS}`;
    const run = play(folder, { 'install.sh': '', 'test.sh': say, 'check.sh': GOOD_GATES });
    expect(run.stdout).toContain('CI=true shared=../shared stores=embedded');
  });
});

function play(folder: string, steps: Readonly<Record<string, string>>) {
  mkdirSync(join(folder, '.ci'), { recursive: true });
  mkdirSync(join(folder, 'bin'));
  cpSync(SCRIPT, join(folder, '.ci/run'));
  for (const [file, text] of Object.entries(steps)) writeFileSync(join(folder, file), `${text}\n`);
  writeFileSync(join(folder, 'bin/npm'), NPM, { mode: 0o755 });
  const { PEDIGREE_SHARED: _shared, ...env } = process.env;
  return spawnSync('bash', [join(folder, '.ci/run')], {
    encoding: 'utf8',
    env: {
      ...env,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      PLAYED_NODE: process.execPath,
      PEDIGREE_STORES: 'embedded',
      PEDIGREE_PAUSE: '0',
    },
  });
}
