// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMissingPlatforms } from '../lockfile.ts';
import type { LockedPackage, Lockfile } from '../lockfile.ts';
import type { Gate } from './gate.ts';

/**
 * The lockfile pins every package by digest, names no place to fetch it from (each machine has its own), and is complete,
 * so that `npm ci` accepts it.
 */
export const lockfileGate: Gate = {
  name: 'lockfile',
  run(root) {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
    const packages = Object.entries(lock.packages ?? {}).filter(([path]) => path !== '');
    const problems = packages.flatMap(([path, entry]) => entryProblems(path, entry));
    const incomplete = findMissingPlatforms(lock).map(
      ({ name }) => `package-lock.json: no entry for ${name}: run \`npm run lock:complete\``,
    );
    return { looked: packages.length, unit: 'packages', problems: [...problems, ...incomplete] };
  },
};

function entryProblems(path: string, entry: LockedPackage): readonly string[] {
  const problems: string[] = [];
  if (entry.resolved !== undefined) {
    problems.push(
      `package-lock.json: ${path} has "resolved": install with omit-lockfile-registry-resolved`,
    );
  }
  if (entry.integrity === undefined && entry.inBundle !== true && !isForeign(entry)) {
    problems.push(`package-lock.json: ${path} has no "integrity"`);
  }
  return problems;
}

/** Tools for platforms other than Linux on x64 and arm64: some registries do not have them, so their digest is unknown. */
function isForeign({ dev, optional, os, cpu, libc }: LockedPackage): boolean {
  if (dev !== true || optional !== true || os === undefined) return false;
  const isUsual = cpu?.some((name) => name === 'x64' || name === 'arm64') === true;
  return !(os.includes('linux') && isUsual && libc?.includes('musl') !== true);
}
