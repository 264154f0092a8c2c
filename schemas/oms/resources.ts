// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';

/** One entry of a model signature, as written. */
export interface OmsResource {
  /** Path below the signed folder, `.` for a single signed file, `<path>:<start>:<end>` for a shard. */
  readonly name: string;
  readonly algorithm: string;
  readonly hex: string;
  readonly pointer: string;
}

/** A signed file. */
export interface OmsFile {
  /** Path below the signed folder; `.` for a single signed file. */
  readonly path: string;
  /** Digest of the whole file, as written; absent for a file that is only known by its shards. */
  readonly digest?: { readonly algorithm: string; readonly hex: string };
  /** Byte ranges of a file signed in shards; empty for a file signed whole. */
  readonly shards: readonly OmsResource[];
  readonly pointer: string;
}

interface ShardName {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Puts the shards of one file together. A file of a single shard that begins at 0 and is not longer than the shard size
 * is that shard, so its digest is the file's own.
 */
export function groupResources(
  resources: readonly OmsResource[],
  problems: SchemaProblem[],
): readonly OmsFile[] {
  const byPath = new Map<string, OmsResource[]>();
  for (const resource of resources) {
    const path = findShard(resource)?.path ?? resource.name;
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, [resource]);
    else known.push(resource);
  }
  return [...byPath].map(([path, parts]) => toFile(path, parts, problems));
}

function toFile(path: string, parts: readonly OmsResource[], problems: SchemaProblem[]): OmsFile {
  const [first] = parts;
  const pointer = first?.pointer ?? '';
  if (parts.length === 1 && first !== undefined) {
    const whole = findWholeDigest(first);
    if (whole !== undefined) return { path, digest: whole, shards: [], pointer };
  }
  const names = new Set(parts.map(({ name }) => name));
  if (names.size !== parts.length || parts.some((part) => findShard(part) === undefined)) {
    addProblem(problems, 'duplicate-resource', pointer, `"${path}" is listed more than once`);
  }
  return { path, shards: parts, pointer };
}

function findWholeDigest(
  resource: OmsResource,
): { readonly algorithm: string; readonly hex: string } | undefined {
  const shard = findShard(resource);
  const size = shardSize(resource.algorithm);
  if (shard === undefined || size === undefined) {
    return { algorithm: resource.algorithm, hex: resource.hex };
  }
  const isWhole = shard.start === 0 && shard.end <= size;
  return isWhole ? { algorithm: 'sha256', hex: resource.hex } : undefined;
}

/** `sha256-sharded-<bytes>`: 1000000000. */
function shardSize(algorithm: string): number | undefined {
  const match = /^sha256-sharded-(\d{1,15})$/.exec(algorithm);
  return match === null ? undefined : Number(match[1]);
}

/** Splits `<path>:<start>:<end>` of a sharded resource; a path may hold colons of its own. */
function findShard(resource: OmsResource): ShardName | undefined {
  if (shardSize(resource.algorithm) === undefined) return undefined;
  const parts = resource.name.split(':');
  const end = findOffset(parts.at(-1));
  const start = findOffset(parts.at(-2));
  const path = parts.slice(0, -2).join(':');
  if (start === undefined || end === undefined || start > end || path === '') return undefined;
  return { path, start, end };
}

function findOffset(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
