// SPDX-License-Identifier: Apache-2.0
import { withoutQuery } from '../../core/text.ts';

/** A git repository as a URI names it. */
export interface GitLocation {
  /** Host and path without scheme, user, `.git` and trailing slash: `github.com/org/repo`. */
  readonly repository: string;
  /** What follows `@`: a branch, a tag, a commit. */
  readonly ref?: string;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const GIT_SCHEMES = ['git+https://', 'git+http://', 'git+ssh://', 'git+git://', 'git://', 'ssh://'];
const SCP_ADDRESS = /^[\w.-]{1,64}@([\w.-]{1,255}):([^\s:]{1,1024})$/;
const WEB_SCHEMES = ['https://', 'http://'];

/** True for a full git commit id, SHA-1 or SHA-256. */
export function isCommit(text: string): boolean {
  return COMMIT.test(text);
}

/**
 * The repository that a URI names, or undefined where the URI does not say that it is git: `git+https://…@ref`, `git://…`,
 * `ssh://…`, `git@host:path`, and web addresses that end in `.git` or `/commit/<id>`. A local path is not a repository
 * that another machine could mean.
 * @param acceptWeb also reads a bare web address, for records that give it a gitCommit
 * @see https://spdx.github.io/spdx-spec/v2.3/package-information/#77-package-download-location-field (`git+https`)
 */
export function findGitLocation(uri: string, acceptWeb = false): GitLocation | undefined {
  // every form has a colon, and most names and paths have none
  if (!uri.includes(':')) return undefined;
  const scp = uri.includes('@') ? SCP_ADDRESS.exec(uri) : null;
  if (scp !== null) return toLocation(`${scp[1]}/${scp[2]}`);
  const gitScheme = GIT_SCHEMES.find((scheme) => uri.startsWith(scheme));
  if (gitScheme !== undefined) return toLocation(uri.slice(gitScheme.length));
  const webScheme = WEB_SCHEMES.find((scheme) => uri.startsWith(scheme));
  if (webScheme === undefined) return undefined;
  const rest = uri.slice(webScheme.length);
  return findCommitPage(rest) ?? (acceptWeb || isGitPath(rest) ? toLocation(rest) : undefined);
}

/** `host/org/repo/commit/<id>` and GitLab's `host/group/repo/-/commit/<id>`. */
function findCommitPage(rest: string): GitLocation | undefined {
  const at = rest.lastIndexOf('/commit/');
  const ref = at < 0 ? '' : rest.slice(at + '/commit/'.length);
  if (!isCommit(ref)) return undefined;
  const path = rest.slice(0, at);
  const location = toLocation(path.endsWith('/-') ? path.slice(0, -2) : path);
  return location === undefined ? undefined : { repository: location.repository, ref };
}

function isGitPath(rest: string): boolean {
  const path = rest.split(/[@?#]/, 1)[0] ?? '';
  return path.endsWith('.git');
}

/** @param rest what follows the scheme */
function toLocation(rest: string): GitLocation | undefined {
  const bare = withoutQuery(rest);
  const slash = bare.indexOf('/');
  if (slash <= 0) return undefined;
  const host = bare.slice(0, slash);
  const at = bare.indexOf('@', slash);
  const path = trimRepositoryPath(bare.slice(slash + 1, at < 0 ? undefined : at));
  const authority = host.slice(host.lastIndexOf('@') + 1).toLowerCase();
  if (path === '' || authority === '') return undefined;
  const ref = at < 0 ? '' : bare.slice(at + 1);
  return { repository: `${authority}/${path}`, ...(ref !== '' && { ref }) };
}

function trimRepositoryPath(path: string): string {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  return bare.endsWith('.git') ? bare.slice(0, -4) : bare;
}
