// SPDX-License-Identifier: Apache-2.0
import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isPedigreeError } from '../../../core/errors.ts';
import { findGitLocation, isCommit } from '../../../schemas/intoto/git-uri.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';
import type { Machine } from '../machine.ts';
import { gitEnvironment } from './environment.ts';
import { Repository } from './repository.ts';
import { findSourceTree } from './source-tree.ts';

/**
 * A folder that is a git checkout: its files, and then the files of the commit that is checked out, as the repository has
 * them. What was changed since is read like any file and is not in the list, so nothing is claimed of the commit that is not
 * so. Where there is no remote that others could mean, no commit, or no git on this machine, there is no list.
 */
export function withCheckout(path: string, inner: Collector, machine: Machine): Collector {
  return {
    kind: inner.kind,
    source: inner.source,
    collect: (context) => collectCheckout(path, inner, machine, context),
  };
}

async function* collectCheckout(
  path: string,
  inner: Collector,
  machine: Machine,
  context: CollectContext,
): AsyncGenerator<Collected> {
  yield* inner.collect(context);
  if (context.signal.aborted) return;
  const tree = await findTree(resolve(path, '.git'), machine, context);
  if (tree !== undefined && !context.signal.aborted) yield tree;
}

async function findTree(
  folder: string,
  machine: Machine,
  { signal }: CollectContext,
): Promise<Collected | undefined> {
  // the `.git` of a linked work tree is a file that leads elsewhere
  const isRepository = await lstat(join(folder, 'objects')).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isRepository) return undefined;
  const environment = gitEnvironment(machine.environment, undefined);
  const setting = { folder, environment, signal, label: '.git', secrets: [] };
  const repository = new Repository(setting);
  try {
    const commit = await repository.headCommit();
    const location = findGitLocation(await repository.remoteUrl(), true);
    if (location === undefined || !isCommit(commit)) return undefined;
    const bytes = await findSourceTree(repository, location.repository, commit, signal);
    if (bytes === undefined) return undefined;
    return {
      received: { source: `files of git:${location.repository}@${commit}`, bytes },
      cursor: null,
    };
  } catch (error) {
    if (isPedigreeError(error)) return undefined;
    throw error;
  }
}
