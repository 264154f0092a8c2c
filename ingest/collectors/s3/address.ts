// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../../core/errors.ts';
import {
  assertKnownQuery,
  findSetting,
  parseEndpoint,
  textOfEndpoint,
} from '../source-endpoint.ts';
import { assertKnownOptions, findFlagOption } from '../source-options.ts';
import type { SourceSpec } from '../source-spec.ts';

/** Objects of one bucket under one prefix. */
export interface BucketAddress {
  readonly bucket: string;
  /** Of every key; empty: all of them. */
  readonly prefix: string;
  readonly region: string;
  /** Address of the bucket, without a slash at its end. */
  readonly base: string;
  readonly label: string;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const REGION = /^[a-z0-9-]{1,40}$/;

/**
 * Reads `s3://bucket/prefix`, with `endpoint` and `region` as options or in its query. Without an endpoint it is Amazon's.
 * @throws {PedigreeError} ERR_USAGE
 */
export function parseBucketAddress(spec: SourceSpec): BucketAddress {
  const { url, options } = spec;
  assertKnownOptions(options, ['endpoint', 'region', 'pathStyle']);
  assertKnownQuery(url, ['endpoint', 'region']);
  const bucket = url.host;
  if (!BUCKET.test(bucket) || bucket.includes('..')) {
    throw new PedigreeError('ERR_USAGE', `not a bucket: "${excerpt(bucket)}"`, {
      hint: 'write it as s3://bucket/prefix',
    });
  }
  const prefix = decodePath(url.pathname.replace(/^\//, ''));
  const region = findSetting(spec, 'region') ?? 'us-east-1';
  if (!REGION.test(region)) throw new PedigreeError('ERR_USAGE', 'not the name of a region');
  const endpoint = findSetting(spec, 'endpoint');
  const server = parseEndpoint(endpoint ?? `https://s3.${region}.amazonaws.com`);
  // a certificate for all buckets covers no name with a dot in it
  const isPath =
    findFlagOption(options, 'pathStyle') ?? (endpoint !== undefined || bucket.includes('.'));
  const text = textOfEndpoint(server);
  const base = isPath
    ? `${text}/${bucket}`
    : text.replace(`//${server.host}`, `//${bucket}.${server.host}`);
  const end = endpoint === undefined ? '' : `?endpoint=${text}`;
  return { bucket, prefix, region, base, label: `s3://${bucket}/${prefix}${end}` };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new PedigreeError('ERR_USAGE', 'a prefix that is not UTF-8');
  }
}
