// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member } from '../../core/json.ts';
import { parseYaml } from '../../schemas/yaml/parse.ts';
import type { Credentials, CredentialsOf } from './collector.ts';

/** Reads a variable of the environment by its name; undefined where it is not set. */
export type FindVariable = (name: string) => string | undefined;

interface Entry {
  readonly origin: string;
  /** Ends in a slash. */
  readonly path: string;
  readonly credentials: Credentials;
}

const MEMBERS = ['user', 'password', 'token'] as const;

/**
 * Reads credentials (YAML or JSON): an object from a URL to `user`, `password` and `token`, each as text or as `{env: NAME}`.
 * They are for that scheme, host and port, and what lies below the path; of several that fit the longest path counts.
 * @throws {PedigreeError} ERR_TRUST_INVALID; never with any of the text in it
 */
export function parseCredentials(text: string, findVariable: FindVariable): CredentialsOf {
  const root = readYaml(text);
  if (!isJsonObject(root)) throw unusable('an object from URLs to credentials is expected');
  const entries = Object.entries(root)
    .map(([url, value]) => readEntry(url, value, findVariable))
    .sort((a, b) => b.path.length - a.path.length);
  return (url) =>
    entries.find(
      ({ origin, path }) => origin === originOf(url) && `${url.pathname}/`.startsWith(path),
    )?.credentials;
}

/** The words of a parser show pieces of the text. */
function readYaml(text: string): unknown {
  try {
    return parseYaml(text).value;
  } catch {
    throw unusable('it is not YAML');
  }
}

function readEntry(address: string, value: unknown, findVariable: FindVariable): Entry {
  const url = URL.parse(address);
  if (url === null || url.host === '') throw unusable('an entry is not under a URL');
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw unusable('the URL of an entry has more in it than a host and a path');
  if (!isJsonObject(value) || Object.keys(value).some((key) => !MEMBERS.some((one) => one === key)))
    throw unusable('an entry has other members than user, password and token');
  const credentials: Credentials = Object.fromEntries(
    MEMBERS.flatMap((name) => {
      const secret = readSecret(member(value, name), findVariable);
      return secret === undefined ? [] : [[name, secret]];
    }),
  );
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  return { origin: originOf(url), path, credentials };
}

function readSecret(value: unknown, findVariable: FindVariable): string | undefined {
  if (value === undefined) return undefined;
  const name = member(value, 'env');
  const secret = typeof name === 'string' ? findVariable(name) : value;
  if (typeof name === 'string' && secret === undefined)
    throw unusable('an entry names a variable of the environment that is not set');
  if (typeof secret !== 'string' || secret === '' || /[\r\n\0]/.test(secret))
    throw unusable('a user, password or token is one line of text, or {env: NAME}');
  return secret;
}

/** URL.origin says "null" for schemes that are not of the web. */
function originOf(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

function unusable(why: string): PedigreeError {
  return new PedigreeError('ERR_TRUST_INVALID', `credentials: ${why}`, {
    hint: 'docs/collectors.md says how they are written',
  });
}
