// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { main } from '../../../cli/main.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
const LAUNCHER = join(PROJECT, 'cli/main.mjs');

/** How one command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder for the tests of a file, emptied after each. */
export interface Scratch {
  /** Absolute path of something in it. */
  path(...parts: string[]): string;
  /** Writes a file. @returns its absolute path */
  write(name: string, content: string | Uint8Array): string;
}

export function useScratch(): Scratch {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pedigree-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (...parts) => join(folder, ...parts),
    write: (name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
  };
}

/** Runs a command line in this process, as the launcher would. */
export async function runCli(
  args: readonly string[],
  input: Iterable<Uint8Array> = [],
): Promise<CliResult> {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    outTaken: () => Promise.resolve(),
    err: (text: string) => {
      err += text;
    },
    isInteractive: false,
    columns: 100,
    color: false,
  };
  const code = await main(args, terminal, streamOf(input));
  return { code, out, err };
}

async function* streamOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Runs the launcher in a process of its own. */
export function spawnCli(args: readonly string[], options: SpawnOptions = {}): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], {
    encoding: 'utf8',
    cwd: options.cwd ?? PROJECT,
    env: { ...cleanEnvironment(), ...options.env },
    input: options.input ?? '',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Nothing of the tester's own settings. */
function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || name.startsWith('PEDIGREE_') ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** The one JSON document of an answer. Throws where there is another line. */
export function jsonOf(result: CliResult): Record<string, unknown> {
  if (!/^[^\n]+\n$/.test(result.out)) throw new Error(`not one line: ${result.out.slice(0, 200)}`);
  return JSON.parse(result.out) as Record<string, unknown>;
}

/** One JSON document a line. */
export function jsonLinesOf(result: CliResult): Record<string, unknown>[] {
  return result.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
