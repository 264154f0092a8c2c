// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The repository's files, relative to `root` with `/`: those that git tracks and those it would track next.
 * @throws where `root` is in no git work tree
 */
export function listFiles(root: string): readonly string[] {
  const output = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const files = output.split('\0').filter((file) => file !== '' && isFile(join(root, file)));
  return [...new Set(files)].sort();
}

/** False for what git still lists though it is gone, and for links to folders. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

const CODE = /\.(?:ts|mts|js|mjs)$/;

/** The files that hold code. */
export function listCode(root: string): readonly string[] {
  return listFiles(root).filter((file) => CODE.test(file));
}
