// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { hexOf, sha256 } from '../../../core/digest.ts';
import { isPedigreeError, PedigreeError } from '../../../core/errors.ts';
import { member, stringMember } from '../../../core/json.ts';
import { LIMITS } from '../../../core/limits.ts';
import { mayHoldDocuments } from '../../../schemas/archive/purpose.ts';
import { matchesAny } from '../../../schemas/policy/pattern.ts';
import type { Received } from '../../receive/files.ts';
import type { CollectContext, Collected, Collector, Cursor } from '../collector.ts';
import type { Machine } from '../machine.ts';
import { resolveNamedHost, systemResolve } from '../network-address.ts';
import { assertKnownOptions, findStringOption, listOption } from '../source-options.ts';
import type { CollectorKind } from '../source-spec.ts';
import { findAuthorization, labelOf } from '../source-url.ts';
import { gitEnvironment } from './environment.ts';
import { findSourceTree } from './source-tree.ts';
import { findGitLocation } from '../../../schemas/intoto/git-uri.ts';
import { GIT_SCHEMES, parseGitAddress, type GitAddress } from './address.ts';
import { Repository, type Objects, type TreeEntry } from './repository.ts';
import type { GitSetting } from './run-git.ts';

/** The documents in a git repository, at the newest commit of a branch. */
export function createGitKind(machine: Machine): CollectorKind {
  return {
    kind: 'git',
    schemes: GIT_SCHEMES,
    // git has a client of its own
    hostsOf: () => [],
    create: ({ url, options }) => {
      assertKnownOptions(options, ['revision', 'include']);
      const address = parseGitAddress(url, findStringOption(options, 'revision'));
      return createGitCollector(address, machine, listOption(options, 'include'));
    },
  };
}

/**
 * @param include patterns of paths, in which `*` stands for any run of characters; none: files whose name is that of a
 *   document or archive, as inside of archives
 */
export function createGitCollector(
  address: GitAddress,
  machine: Machine,
  include: readonly string[] = [],
): Collector {
  const source = `git+${labelOf(address.url)}#${address.revision}`;
  return {
    kind: 'git',
    source,
    collect: (context) => collectCommit(address, machine, include, source, context),
  };
}

/** How far reading has come. */
interface Position {
  /** The commit that was read to its end; null at the beginning. */
  readonly base: string | null;
  /** The commit that is being read and the last of its paths that was handed in. */
  readonly commit: string;
  readonly path: string | null;
  /** Digest of the patterns: others choose other files. */
  readonly include: string;
}

async function* collectCommit(
  address: GitAddress,
  machine: Machine,
  include: readonly string[],
  source: string,
  context: CollectContext,
): AsyncGenerator<Collected> {
  const setting = settingOf(address, machine, source, context);
  const repository = new Repository(setting);
  await repository.prepare();
  const options = await optionsOf(address);
  const commit = await repository.fetch(address.url.href, address.revision, options);
  const chosen = hexOf(sha256(JSON.stringify(include)));
  const before = findPosition(context.cursor, chosen);
  if (before?.base === commit) return;
  const isSameCommit = before?.commit === commit;
  const base = before?.base ?? null;
  const entries = await changedEntries(repository, base, commit, include);
  const from = isSameCommit ? entries.findIndex(({ path }) => path === before.path) + 1 : 0;
  const whole = { base: commit, commit, path: null, include: chosen };
  const name = findGitLocation(`git+${address.url.href}`)?.repository;
  const objects = repository.openObjects();
  try {
    for (const [at, entry] of entries.slice(from).entries()) {
      if (context.signal.aborted) return;
      const done = from + at + 1;
      context.onProgress({ done, total: entries.length });
      const label = `git+${labelOf(address.url)}@${commit}:${entry.path}`;
      // a repository that others can mean is described at the end, and that is its end
      const isLast = done === entries.length && name === undefined;
      const cursor = isLast ? whole : { base, commit, path: entry.path, include: chosen };
      yield { received: await readEntry(entry, objects, label), cursor };
    }
  } finally {
    objects.close();
  }
  if (name === undefined || context.signal.aborted) return;
  const bytes = await findSourceTree(repository, name, commit, context.signal);
  const label = `files of git:${name}@${commit}`;
  if (bytes !== undefined) yield { received: { source: label, bytes }, cursor: whole };
}

/** The files to read of a commit: all of them, or those that differ from a commit that has been read. */
async function changedEntries(
  repository: Repository,
  base: string | null,
  commit: string,
  include: readonly string[],
): Promise<TreeEntry[]> {
  const entries = (await repository.findEntries(commit)) ?? [];
  const old = base === null ? undefined : await repository.findEntries(base);
  const known = new Map((old ?? []).map(({ path, mode, id }) => [path, `${mode} ${id}`]));
  const isAsked = ({ path }: TreeEntry): boolean =>
    include.length === 0 ? mayHoldDocuments([path]) : matchesAny(include, path);
  return entries.filter(
    (entry) => isAsked(entry) && known.get(entry.path) !== `${entry.mode} ${entry.id}`,
  );
}

const LINK = '120000';
const SUBMODULE = '160000';
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';
const LFS_POINTER_BYTES = 1024;

async function readEntry(
  { mode, id }: TreeEntry,
  objects: Objects,
  source: string,
): Promise<Received> {
  if (mode === LINK || mode === SUBMODULE) {
    const what = mode === LINK ? 'a link' : 'a submodule';
    return {
      source,
      refused: new PedigreeError('ERR_PATH_OUTSIDE', `${what} is not followed`, { file: source }),
    };
  }
  const size = await objects.findSize(id);
  if (size !== undefined && size > LIMITS.documentBytes) {
    const most = `${LIMITS.documentBytes / (1024 * 1024)} MB`;
    const why = `larger than ${most}, the most one document may have`;
    return { source, refused: new PedigreeError('ERR_LIMIT_SIZE', why, { file: source }) };
  }
  try {
    const bytes = await objects.read(id);
    if (!isLfsPointer(bytes)) return { source, bytes };
    const why = 'a Git LFS pointer: the document itself is not in the repository';
    return { source, refused: new PedigreeError('ERR_NOT_FOUND', why, { file: source }) };
  } catch (error) {
    if (!isPedigreeError(error) || error.code !== 'ERR_NOT_FOUND') throw error;
    return { source, refused: error };
  }
}

/** @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
function isLfsPointer(bytes: Uint8Array): boolean {
  if (bytes.length > LFS_POINTER_BYTES) return false;
  return Buffer.from(bytes).toString('latin1').startsWith(LFS_POINTER);
}

/** The position that a cursor is, or undefined for any other value, or one of other patterns. */
function findPosition(cursor: Cursor | null, include: string): Position | undefined {
  const commit = stringMember(cursor, 'commit');
  const base = member(cursor, 'base');
  if (commit === undefined || !isObjectId(commit)) return undefined;
  if (stringMember(cursor, 'include') !== include) return undefined;
  return {
    commit,
    include,
    base: typeof base === 'string' && isObjectId(base) ? base : null,
    path: stringMember(cursor, 'path') ?? null,
  };
}

function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function settingOf(
  address: GitAddress,
  { environment, cacheFolder }: Machine,
  label: string,
  { credentials, signal }: CollectContext,
): GitSetting {
  const { url, transport } = address;
  const given = transport === 'https' ? credentials(url) : undefined;
  // git over https takes a token as a password; the user is anything
  const { token } = given ?? {};
  const basic = token === undefined ? given : { user: given?.user ?? 'git', password: token };
  const header = findAuthorization(basic);
  return {
    folder: join(cacheFolder, 'git', hexOf(sha256(`${url.href}#${address.revision}`)).slice(0, 32)),
    environment: {
      ...gitEnvironment(environment, transport),
      // not as an argument: other users of the machine can read those
      ...(header === undefined
        ? {}
        : {
            GIT_CONFIG_COUNT: '1',
            GIT_CONFIG_KEY_0: `http.${url.origin}/.extraHeader`,
            GIT_CONFIG_VALUE_0: `Authorization: ${header}`,
          }),
    },
    signal,
    label,
    secrets: [token, basic?.password, header, header?.split(' ')[1]].flatMap((secret) =>
      secret === undefined || secret === '' ? [] : [secret],
    ),
  };
}

/** The name is resolved here, under the same rules as for the other collectors, and git is told the answer. */
async function optionsOf({ url, transport }: GitAddress): Promise<string[]> {
  if (transport !== 'https') return [];
  const addresses = await resolveNamedHost(url.hostname, systemResolve);
  const port = url.port === '' ? '443' : url.port;
  const list = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
  return [`http.curloptResolve=${url.hostname}:${port}:${list.join(',')}`];
}
