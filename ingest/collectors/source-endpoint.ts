// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { findStringOption } from './source-options.ts';
import type { SourceSpec } from './source-spec.ts';

/**
 * An option of a source that may also stand in the query of its address, for the command line. The option wins.
 * @throws {PedigreeError} ERR_USAGE
 */
export function findSetting({ url, options }: SourceSpec, name: string): string | undefined {
  return findStringOption(options, name) ?? url.searchParams.get(name) ?? undefined;
}

/** @throws {PedigreeError} ERR_USAGE where the query of an address says something else than these */
export function assertKnownQuery(url: URL, known: readonly string[]): void {
  const strange = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (strange === undefined && url.hash === '') return;
  throw new PedigreeError('ERR_USAGE', `the address has a "${excerpt(strange ?? '#', 40)}"`, {
    hint: known.length === 0 ? 'write it without ? and #' : `after ?: ${known.join(', ')}`,
  });
}

/**
 * The server that a source is asked from: http(s), with at most a path, and nothing that could be a secret.
 * @returns without a slash at its end
 * @throws {PedigreeError} ERR_USAGE
 */
export function parseEndpoint(text: string): URL {
  const url = URL.parse(text);
  const isPlain =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!isPlain) {
    throw new PedigreeError('ERR_USAGE', 'an endpoint is an http or https address without more', {
      hint: 'credentials are written elsewhere: docs/collectors.md',
    });
  }
  url.pathname = url.pathname.replace(/\/{1,64}$/, '');
  return url;
}

/** The endpoint as text to build addresses on: without a slash at its end. */
export function textOfEndpoint(url: URL): string {
  return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
}
