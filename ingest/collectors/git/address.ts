// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { excerpt, PedigreeError } from '../../../core/errors.ts';

/** A repository and the revision of it that is read. */
export interface GitAddress {
  /** As git takes it: https://…, ssh://… or file://… */
  readonly url: URL;
  readonly transport: 'https' | 'ssh' | 'file';
  /** Branch, tag, full commit id or HEAD. */
  readonly revision: string;
}

const TRANSPORTS = new Map<string, GitAddress['transport']>([
  ['git+https:', 'https'],
  ['git+ssh:', 'ssh'],
  ['git+file:', 'file'],
]);

export const GIT_SCHEMES: readonly string[] = [...TRANSPORTS.keys()];

/**
 * Reads `git+https://host/path#revision`. A user is kept for ssh, where it is part of the address; a password never is.
 * @throws {PedigreeError} ERR_USAGE
 */
export function parseGitAddress(address: URL, revision: string | undefined): GitAddress {
  const transport = TRANSPORTS.get(address.protocol);
  const url = URL.parse(address.href.replace(/^git\+/, ''));
  if (transport === undefined || url === null) throw unusable('not an address of a repository');
  if (url.password !== '' || (url.username !== '' && transport !== 'ssh'))
    throw unusable('an address with a user or password in it');
  if (url.search !== '') throw unusable('an address of a repository has no query');
  // ssh takes what begins with a dash for an option
  if (url.hostname.startsWith('-') || url.username.startsWith('-'))
    throw unusable('a host or user that begins with a dash');
  if (transport === 'file') assertLocal(url);
  const fragment = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  return { url, transport, revision: revisionOf(revision ?? fragment) };
}

function assertLocal(url: URL): void {
  try {
    fileURLToPath(url);
  } catch {
    throw unusable('a file address that names no folder of this machine');
  }
}

/** Refuses what git would take for an option or for a rule about refs. @see git-check-ref-format(1) */
function revisionOf(text: string): string {
  if (text === '') return 'HEAD';
  const isPlain =
    text.length <= 250 &&
    /^[A-Za-z0-9_][A-Za-z0-9._/+@-]*$/.test(text) &&
    !/\.\.|@\{|\/\/|\.lock$|\/$/.test(text);
  if (isPlain) return text;
  throw unusable(`not the name of a branch, tag or commit: "${excerpt(text, 40)}"`);
}

function unusable(why: string): PedigreeError {
  return new PedigreeError('ERR_USAGE', why, {
    hint: 'write git+https://host/path, git+ssh://user@host/path or git+file:///path, with #branch at the end for another than the default',
  });
}
