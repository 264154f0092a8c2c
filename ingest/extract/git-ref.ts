// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../core/limits.ts';
import { findGitLocation, isCommit } from '../../schemas/intoto/git-uri.ts';

/**
 * The coordinate of a commit in a repository, `git:<host>/<path>@<commit>`, or undefined where the URI names no repository
 * or the commit is not a full id. Scheme, user and `.git` are dropped: they say how to fetch, not what.
 */
export function findGitRef(uri: string, commit: string): string | undefined {
  const location = findGitLocation(uri, true);
  const id = commit.toLowerCase();
  if (location === undefined || !isCommit(id)) return undefined;
  const ref = `git:${location.repository}@${id}`;
  return ref.length > LIMITS.refChars ? undefined : ref;
}
