// SPDX-License-Identifier: Apache-2.0
import { hexOf, sha256 } from '../../../core/digest.ts';
import { LIMITS } from '../../../core/limits.ts';
import {
  createSourceTreeStatement,
  type SourceFile,
} from '../../../schemas/statements/source-tree.ts';
import { encodeStatement } from '../../../schemas/statements/statement.ts';
import type { Repository } from './repository.ts';

/** More files than this are no list that anybody reads; the commit is then not described. */
const MAX_FILES = 200_000;
const FILE_MODE = /^100/;

/**
 * A statement of the files that a commit holds, hashed by us; the same bytes for the same commit. Left out are empty and very
 * large files, links, submodules, and names that are no plain text.
 * @param repositoryName host and path
 * @returns undefined where there is no file to name, or too many
 */
export async function findSourceTree(
  repository: Repository,
  repositoryName: string,
  commit: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const entries = ((await repository.findEntries(commit)) ?? []).filter(
    ({ path, mode }) => FILE_MODE.test(mode) && isPlainText(path),
  );
  if (entries.length > MAX_FILES) return undefined;
  const files: SourceFile[] = [];
  const objects = repository.openObjects();
  try {
    for (const { path, id } of entries) {
      if (signal.aborted) return undefined;
      const size = await objects.findSize(id);
      if (size === undefined || size === 0 || size > LIMITS.documentBytes) continue;
      files.push({ path, sha256: hexOf(sha256(await objects.read(id))) });
    }
  } finally {
    objects.close();
  }
  if (files.length === 0) return undefined;
  return encodeStatement(createSourceTreeStatement({ repository: repositoryName, commit, files }));
}

function isPlainText(path: string): boolean {
  return (
    path.length <= LIMITS.refChars && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffd]/.test(path)
  );
}
