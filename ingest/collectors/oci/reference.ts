// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import { assertKnownOptions, findFlagOption } from '../source-options.ts';
import type { SourceSpec } from '../source-spec.ts';

/** A repository in a registry, and what of it is meant. */
export interface OciReference {
  /** `https://host[:port]`, without a path. */
  readonly base: URL;
  readonly repository: string;
  /** A tag or a digest; undefined: every tag. */
  readonly reference: string | undefined;
  /** `oci://host/repository`, the beginning of every label. */
  readonly label: string;
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const REPOSITORY = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$/;
const MAX_REPOSITORY = 255;
const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Reads `oci://host[:port]/repository[:tag|@digest]`. A registry on this machine is asked over http, every other one over
 * https, unless `plainHttp` says otherwise.
 * @throws {PedigreeError} ERR_USAGE
 */
export function parseOciReference({ url, options }: SourceSpec): OciReference {
  assertKnownOptions(options, ['plainHttp']);
  const path = url.pathname.replace(/^\/+/, '');
  const [named, digest] = split(path, path.indexOf('@'));
  const colon = named.lastIndexOf(':');
  const [repository, tag] = split(named, colon > named.lastIndexOf('/') ? colon : -1);
  if (url.host === '' || url.search !== '' || url.hash !== '') throw notAReference(path);
  if (repository.length > MAX_REPOSITORY || !REPOSITORY.test(repository)) throw notAReference(path);
  if (tag !== undefined && !TAG.test(tag)) throw notAReference(path);
  if (digest !== undefined && !DIGEST.test(digest)) throw notAReference(path);
  const plainHttp = findFlagOption(options, 'plainHttp') ?? LOOPBACK.test(url.hostname);
  return {
    base: new URL(`${plainHttp ? 'http' : 'https'}://${url.host}`),
    repository,
    reference: digest ?? tag,
    label: `oci://${url.host}/${repository}`,
  };
}

/** True for a reference that names its own content. */
export function isDigestReference(reference: string): boolean {
  return DIGEST.test(reference);
}

function split(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function notAReference(path: string): PedigreeError {
  return new PedigreeError('ERR_USAGE', `not a repository of a registry: "${excerpt(path)}"`, {
    hint: 'write it as oci://host/repository, with :tag or @sha256:… where one thing is meant',
  });
}
