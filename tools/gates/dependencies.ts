// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate } from './gate.ts';

type Versions = Readonly<Record<string, string>>;

/** Where each runtime dependency has its line. */
const REASONS = 'docs/adr/0003-runtime-dependencies.md';
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const ROW = /^\| `([^`]+)` \| .*\w.* \|$/;

/** Every dependency is pinned to one version, and every runtime dependency has a reason. */
export const dependenciesGate: Gate = {
  name: 'dependencies',
  run(root) {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies?: Versions;
      readonly devDependencies?: Versions;
    };
    const runtime = Object.entries(manifest.dependencies ?? {});
    const all = [...runtime, ...Object.entries(manifest.devDependencies ?? {})];
    const loose = all
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `package.json: ${name} is not pinned to one version (${version})`);
    const names = runtime.map(([name]) => name);
    const problems = [...loose, ...reasonProblems(names, readReasons(root))];
    return { looked: all.length, unit: 'dependencies', problems };
  },
};

function readReasons(root: string): readonly string[] {
  const lines = readFileSync(join(root, REASONS), 'utf8').split('\n');
  return lines.flatMap((line) => ROW.exec(line)?.[1] ?? []);
}

function reasonProblems(names: readonly string[], reasons: readonly string[]): readonly string[] {
  return [
    ...names
      .filter((name) => !reasons.includes(name))
      .map((name) => `${REASONS}: no line for ${name}`),
    ...reasons
      .filter((name) => !names.includes(name))
      .map((name) => `${REASONS}: ${name} is not a runtime dependency`),
  ];
}
