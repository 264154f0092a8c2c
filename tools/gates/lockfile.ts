// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate } from './gate.ts';

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
}

/** The lockfile pins every package by digest and names no place to fetch it from: each machine has its own. */
export const lockfileGate: Gate = {
  name: 'lockfile',
  run(root) {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
    const lock = JSON.parse(text) as {
      readonly packages?: Readonly<Record<string, LockedPackage>>;
    };
    const packages = Object.entries(lock.packages ?? {}).filter(([path]) => path !== '');
    const problems = packages.flatMap(([path, entry]) => entryProblems(path, entry));
    return { looked: packages.length, unit: 'packages', problems };
  },
};

function entryProblems(path: string, entry: LockedPackage): readonly string[] {
  const problems: string[] = [];
  if (entry.resolved !== undefined) {
    problems.push(
      `package-lock.json: ${path} has "resolved": install with omit-lockfile-registry-resolved`,
    );
  }
  if (entry.integrity === undefined && entry.inBundle !== true) {
    problems.push(`package-lock.json: ${path} has no "integrity"`);
  }
  return problems;
}
