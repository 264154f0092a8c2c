// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './files.ts';
import type { Gate } from './gate.ts';

// written in pieces, so that this file does not find itself
const MACHINE_FOLDERS = ['work', 'root', 'tmp', 'home/[a-z][\\w-]*'];
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['pypi', 'org'],
  ['files', 'pythonhosted', 'org'],
  // the bare name is an ecosystem in the OSV schema; these are the hosts
  ['index', 'crates', 'io'],
  ['static', 'crates', 'io'],
  ['proxy', 'golang', 'org'],
  ['repo1', 'maven', 'org'],
  ['repo', 'maven', 'apache', 'org'],
  ['deb', 'debian', 'org'],
];

const FORBIDDEN: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  {
    pattern: new RegExp(`(?<![\\w.~*)}\\]-])/(?:${MACHINE_FOLDERS.join('|')})/`),
    what: 'a path of one machine',
  },
  {
    pattern: new RegExp(
      `(?<![\\w.-])(?:${REGISTRY_HOSTS.map((parts) => parts.join('\\.')).join('|')})\\b`,
      'i',
    ),
    what: 'the host of a package registry',
  },
];

/** No file names a path of some machine or the host of a package registry. */
export const repositoryTextGate: Gate = {
  name: 'repository-text',
  run(root) {
    const files = listFiles(root);
    const problems = files.flatMap((file) => fileProblems(root, file));
    return { looked: files.length, unit: 'files', problems };
  },
};

function fileProblems(root: string, file: string): readonly string[] {
  const bytes = readFileSync(join(root, file));
  if (bytes.includes(0)) return [];
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line, i) => lineProblems(line).map((what) => `${file}:${i + 1}: ${what}`));
}

function lineProblems(line: string): readonly string[] {
  return FORBIDDEN.flatMap(({ pattern, what }) => {
    const found = pattern.exec(line)?.[0];
    return found === undefined ? [] : [`${what} (${found})`];
  });
}
