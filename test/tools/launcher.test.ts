// SPDX-License-Identifier: Apache-2.0
// cli/main.mjs: the right Node, no noise, and an end like that of the command itself.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const LAUNCHER = resolve(import.meta.dirname, '../../cli/main.mjs');
const FLAGS = resolve(import.meta.dirname, '../../cli/node-flags.json');

/** Stands in for the product: says what it was given, and ends as it is told. */
const COMMAND = `
import 'node:sqlite';
export async function main(argv: readonly string[]): Promise<number> {
  const { execArgv, ppid } = process;
  if (argv[0] === 'echo') console.log(JSON.stringify({ argv, execArgv, version: process.version }));
  if (argv[0] === 'stdin') for await (const chunk of process.stdin) process.stdout.write(chunk);
  if (argv[0] === 'warn') process.emitWarning('a real one');
  if (argv[0] === 'die') process.kill(process.pid, 'SIGKILL');
  if (argv[0] === 'wait') {
    const signalled = new Promise<number>((done) => {
      const alive = setInterval(() => {}, 1000);
      for (const [signal, code] of [['SIGTERM', 5], ['SIGINT', 6], ['SIGHUP', 7]] as const) {
        process.on(signal, () => {
          clearInterval(alive);
          done(code);
        });
      }
    });
    console.log('ready', ppid);
    return signalled;
  }
  return Number(argv[1] ?? 0);
}
`;

/** Makes this Node say that it is an old one. */
const PRETEND_OLD = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });',
)}`;
const OLD = ['--import', PRETEND_OLD];

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pedigree-launcher-'));
});
afterAll(() => rmSync(root, { recursive: true }));

/** A folder that looks like a checkout. @param bundled version of the Node in it; absent: none */
function checkout(name: string, bundled?: string): string {
  const folder = join(root, name);
  write(join(folder, 'package.json'), '{ "type": "module" }');
  write(join(folder, 'cli/main.ts'), COMMAND);
  cpSync(LAUNCHER, join(folder, 'cli/main.mjs'));
  cpSync(FLAGS, join(folder, 'cli/node-flags.json'));
  if (bundled !== undefined) {
    const modules = join(folder, 'node_modules/node');
    write(join(modules, 'package.json'), JSON.stringify({ version: bundled }));
    write(join(modules, 'bin/node'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    chmodSync(join(modules, 'bin/node'), 0o755);
  }
  return join(folder, 'cli/main.mjs');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function launch(script: string, args: readonly string[], flags: readonly string[] = []) {
  return spawnSync(process.execPath, [...flags, script, ...args], {
    encoding: 'utf8',
    input: 'given on stdin',
  });
}

describe.each([
  ['a recent Node', [], undefined],
  ['an old Node with a recent one in node_modules', OLD, '24.21.0'],
] as const)('%s', (name, flags, bundled) => {
  let script: string;
  beforeAll(() => {
    script = checkout(name.replaceAll(' ', '-'), bundled);
  });

  test('runs the command with its arguments as they are', () => {
    const args = ['echo', '0', '', 'two words', '--flag=x', '$HOME'];
    const { stdout, stderr, status } = launch(script, args, flags);
    expect(JSON.parse(stdout)).toMatchObject({ argv: args, version: process.version });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('silences what experimental parts of Node say, and nothing else', () => {
    const quiet = launch(script, ['echo'], flags);
    expect(quiet.stdout).toContain('--disable-warning=ExperimentalWarning');
    const { stderr } = launch(script, ['warn'], flags);
    expect(stderr).toContain('Warning: a real one');
    expect(stderr).not.toContain('Experimental');
  });

  test.each([0, 1, 2, 64, 70])('ends with the exit code %i of the command', (code) => {
    expect(launch(script, ['end', String(code)], flags).status).toBe(code);
  });

  test('hands stdin on', () => {
    expect(launch(script, ['stdin'], flags).stdout).toBe('given on stdin');
  });

  test('ends by the signal that ended the command', () => {
    expect(launch(script, ['die'], flags).signal).toBe('SIGKILL');
  });

  test.each([
    ['SIGTERM', 5],
    ['SIGINT', 6],
    ['SIGHUP', 7],
  ] as const)('passes %s on and waits for the command to end', async (signal, code) => {
    const child = spawn(process.execPath, [...flags, script, 'wait']);
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await endOf(child)).toBe(code);
  });
});

describe('a recent Node that was given arguments of its own', () => {
  test('is told what we tell it, and what it was given counts', () => {
    const script = checkout('own-arguments');
    const own = ['--max-semi-space-size=3', '--no-deprecation'];
    const { stdout } = launch(script, ['echo'], own);
    const flags = JSON.parse(readFileSync(FLAGS, 'utf8')) as string[];
    expect(JSON.parse(stdout)).toMatchObject({ execArgv: [...flags, ...own] });
  });
});

describe('an old Node', () => {
  test.each([
    ['without another', undefined],
    ['with another old one', '22.1.0'],
    ['with one that says nothing sensible', 'latest'],
  ])('%s gets one clear message', (name, bundled) => {
    const script = checkout(`old-${name.replaceAll(' ', '-')}`, bundled);
    const { stdout, stderr, status } = launch(script, ['echo'], OLD);
    expect(stderr).toContain('pedigree needs Node 24 or newer; this is 20.1.0');
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stdout).toBe('');
    expect(status).toBe(69);
  });

  test('does not start itself again and again', () => {
    const script = checkout('liar', '24.0.0');
    const bundled = join(dirname(script), '../node_modules/node/bin/node');
    writeFileSync(
      bundled,
      `#!/bin/sh\nexec '${process.execPath}' --import '${PRETEND_OLD}' "$@"\n`,
    );
    const { stderr, status } = launch(script, ['echo'], OLD);
    expect(stderr).toContain('pedigree needs Node 24 or newer');
    expect(status).toBe(69);
  });
});

async function endOf(child: ChildProcess): Promise<unknown> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? signal;
}
