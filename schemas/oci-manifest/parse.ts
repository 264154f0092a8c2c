// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SchemaProblem } from '../intoto/problem.ts';
import { optional } from '../tool-report/optional.ts';
import type { OciDescriptor, OciManifest } from './model.ts';

/** algorithm ":" encoded @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests */
const DIGEST = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]{1,512})$/;
const MAX_DIGEST_CHARS = 1024;

/**
 * Parses an image manifest or image index of schema 2.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has neither layers nor manifests
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md
 * @see https://github.com/opencontainers/image-spec/blob/main/image-index.md
 */
export function parseOciManifest(value: JsonValue): OciManifest {
  const problems: SchemaProblem[] = [];
  const list = (key: string): OciDescriptor[] =>
    (arrayMember(value, key) ?? []).flatMap((one, at) =>
      descriptorOf(one, pointerJoin('', key, at), problems),
    );
  const one = (key: string): OciDescriptor | undefined => {
    const found = member(value, key);
    if (found === undefined || found === null) return undefined;
    return descriptorOf(found, pointerJoin('', key), problems)[0];
  };
  const hasManifests = arrayMember(value, 'manifests') !== undefined;
  const parts = ['layers', 'blobs'].find((key) => arrayMember(value, key) !== undefined);
  if (!isJsonObject(value) || (!hasManifests && parts === undefined)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'neither layers nor manifests in it');
  }
  if (hasManifests && parts !== undefined) {
    problems.push({
      code: 'ambiguous-manifest',
      pointer: '',
      message: 'both an index and a manifest',
    });
  }
  return {
    shape: hasManifests ? 'index' : 'manifest',
    ...optional('mediaType', stringMember(value, 'mediaType')),
    ...optional('artifactType', stringMember(value, 'artifactType')),
    ...optional('config', one('config')),
    layers: parts === undefined ? [] : list(parts),
    manifests: list('manifests'),
    ...optional('subject', one('subject')),
    annotations: annotationsOf(value),
    problems,
  };
}

function descriptorOf(
  value: JsonValue,
  pointer: string,
  problems: SchemaProblem[],
): OciDescriptor[] {
  const text = stringMember(value, 'digest') ?? '';
  const [, algorithm = '', hex = ''] =
    (text.length <= MAX_DIGEST_CHARS ? DIGEST.exec(text) : null) ?? [];
  if (algorithm === '') {
    problems.push({ code: 'digest-malformed', pointer, message: `not a digest: "${text}"` });
    return [];
  }
  const size = member(value, 'size');
  const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  if (!isSize) problems.push({ code: 'size-malformed', pointer, message: 'no size in bytes' });
  return [
    {
      mediaType: stringMember(value, 'mediaType') ?? '',
      algorithm,
      hex,
      sizeBytes: isSize ? size : undefined,
      ...optional('artifactType', stringMember(value, 'artifactType')),
      ...optional('platform', platformOf(member(value, 'platform'))),
      annotations: annotationsOf(value),
      pointer,
    },
  ];
}

function platformOf(value: unknown): string | undefined {
  const parts = ['os', 'architecture', 'variant'].flatMap((key) => stringMember(value, key) ?? []);
  return parts.length === 0 ? undefined : parts.join('/');
}

function annotationsOf(value: unknown): ReadonlyMap<string, string> {
  const found = member(value, 'annotations');
  if (!isJsonObject(found)) return new Map();
  return new Map(
    Object.entries(found).flatMap(([key, text]) =>
      typeof text === 'string' ? [[key, text] as const] : [],
    ),
  );
}
