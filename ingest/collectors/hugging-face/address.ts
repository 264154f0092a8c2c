// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import {
  assertKnownQuery,
  findSetting,
  parseEndpoint,
  textOfEndpoint,
} from '../source-endpoint.ts';
import { assertKnownOptions } from '../source-options.ts';
import type { SourceSpec } from '../source-spec.ts';

export type HubType = 'model' | 'dataset';

/** One repository, or every one of an owner. */
export interface HubAddress {
  /** Address of the Hub, without a slash at its end. */
  readonly endpoint: string;
  readonly type: HubType;
  readonly owner: string;
  /** Undefined: all of the owner's. */
  readonly name: string | undefined;
  /** Branch, tag or commit; undefined: the default branch. */
  readonly revision: string | undefined;
  readonly label: string;
}

const PUBLIC_HUB = 'https://huggingface.co';
const TYPES: ReadonlyMap<string, HubType> = new Map([
  ['models', 'model'],
  ['datasets', 'dataset'],
]);
/** @see https://huggingface.co/docs/huggingface_hub/package_reference/utilities#huggingface_hub.utils.validate_repo_id */
const PART = /^[A-Za-z0-9_][\w.-]{0,95}$/;
const REVISION = /^[\w][\w./-]{0,199}$/;

/**
 * Reads `hf://models/OWNER/NAME[@revision]`, `hf://models/OWNER`, and the same with `datasets`.
 * @throws {PedigreeError} ERR_USAGE
 */
export function parseHubAddress(spec: SourceSpec): HubAddress {
  const { url, options } = spec;
  assertKnownOptions(options, ['endpoint']);
  assertKnownQuery(url, ['endpoint']);
  const type = TYPES.get(url.host);
  const path = url.pathname.replace(/^\//, '');
  const at = path.indexOf('@');
  const revision = at < 0 ? undefined : path.slice(at + 1);
  const parts = (at < 0 ? path : path.slice(0, at)).split('/');
  const [owner = '', name] = parts;
  if (type === undefined || parts.length > 2 || !PART.test(owner)) throw notAnAddress(path);
  if (name !== undefined && !isPart(name)) throw notAnAddress(path);
  const isRevision =
    revision === undefined || (REVISION.test(revision) && !revision.includes('..'));
  if (!isRevision || (revision !== undefined && name === undefined)) throw notAnAddress(path);
  const written = findSetting(spec, 'endpoint');
  const endpoint = textOfEndpoint(parseEndpoint(written ?? PUBLIC_HUB));
  const end = written === undefined ? '' : `?endpoint=${endpoint}`;
  return { endpoint, type, owner, name, revision, label: `hf://${url.host}/${path}${end}` };
}

/** True for an id as the Hub gives it in a list. */
export function isHubId(id: string): boolean {
  const parts = id.split('/');
  return parts.length <= 2 && parts.every(isPart);
}

function isPart(text: string): boolean {
  return PART.test(text) && !text.includes('..') && !text.includes('--');
}

function notAnAddress(path: string): PedigreeError {
  return new PedigreeError('ERR_USAGE', `not a repository of the Hub: "${excerpt(path)}"`, {
    hint: 'write hf://models/OWNER/NAME, hf://datasets/OWNER/NAME, or hf://models/OWNER for all of theirs',
  });
}
