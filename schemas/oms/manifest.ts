// SPDX-License-Identifier: Apache-2.0
import { findDigest, hexOf, sha256, type Digest } from '../../core/digest.ts';
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, member, pointerJoin, stringMember } from '../../core/json.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { predicateObject, type Statement } from '../intoto/statement.ts';
import { groupResources, type OmsFile, type OmsResource } from './resources.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** How the model was turned into digests. A member is undefined where it is not stated. */
export interface OmsSerialization {
  /** `files` or `shards`, as written. */
  readonly method: string | undefined;
  readonly hashType: string | undefined;
  readonly allowSymlinks: boolean | undefined;
  /** Bytes in a shard, as a number: some signers write `8.0`. */
  readonly shardSize: number | undefined;
  /** Paths that are not part of what is signed; undefined before v1.1.0, which has no such member. */
  readonly ignorePaths: readonly string[] | undefined;
}

/** What an OpenSSF model signature (v1.0) lists. */
export interface OmsManifest {
  /** Name of the signed folder or file: the subject's. */
  readonly name: string;
  /** SHA-256 over the raw resource digests in listed order, as the subject states it; undefined where it states none. */
  readonly root: Digest | undefined;
  /** The same, computed here; undefined where a resource digest is not hex. */
  readonly computedRoot: Digest | undefined;
  /** What is listed, as written and in that order. */
  readonly resources: readonly OmsResource[];
  /** Signed files in listed order; shards of one file are put together. */
  readonly files: readonly OmsFile[];
  readonly serialization: OmsSerialization;
  readonly problems: readonly SchemaProblem[];
}

/**
 * Parses the payload of a model signature. A root that does not match its resources is a problem, not a fault: what the
 * document lists still counts against what it lists.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where there is not exactly one subject or no list of resources
 * @see https://github.com/ossf/model-signing-spec section "Signing payload"
 */
export function parseOmsManifest(statement: Statement): OmsManifest {
  const predicate = predicateObject(statement);
  const listed = arrayMember(predicate, 'resources');
  const subject = statement.subjects[0];
  if (listed === undefined || subject === undefined || statement.subjects.length !== 1) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'not a model signature', {
      at: listed === undefined ? '/predicate/resources' : '/subject',
      hint: 'it needs one subject and the array predicate.resources',
    });
  }
  const problems: SchemaProblem[] = [...statement.problems];
  const resources = readOmsResources(listed, problems);
  const sha256Entry = subject.digest.find(({ algorithm }) => algorithm === 'sha256');
  const root = sha256Entry === undefined ? undefined : findDigest('sha256', sha256Entry.value);
  const computedRoot = computeRoot(resources, resources.length === listed.length);
  if (root === undefined || root !== computedRoot) {
    const message = `the subject is ${root ?? 'no sha256'}, its resources give ${computedRoot ?? 'none'}`;
    addProblem(problems, 'oms-root-mismatch', pointerJoin(subject.pointer, 'digest'), message);
  }
  return {
    name: subject.name ?? '',
    root,
    computedRoot,
    resources,
    files: groupResources(resources, problems),
    serialization: readSerialization(member(predicate, 'serialization')),
    problems,
  };
}

function readSerialization(value: JsonValue | undefined): OmsSerialization {
  const allowSymlinks = member(value, 'allow_symlinks');
  const shardSize = member(value, 'shard_size');
  return {
    method: stringMember(value, 'method'),
    hashType: stringMember(value, 'hash_type'),
    allowSymlinks: typeof allowSymlinks === 'boolean' ? allowSymlinks : undefined,
    shardSize: typeof shardSize === 'number' ? shardSize : undefined,
    ignorePaths: arrayMember(value, 'ignore_paths')?.filter((path) => typeof path === 'string'),
  };
}

function readOmsResources(
  listed: readonly JsonValue[],
  problems: SchemaProblem[],
): readonly OmsResource[] {
  return listed.flatMap((item, index): readonly OmsResource[] => {
    const pointer = pointerJoin('/predicate/resources', index);
    const name = stringMember(item, 'name');
    const algorithm = stringMember(item, 'algorithm');
    const hex = stringMember(item, 'digest');
    if (name === undefined || algorithm === undefined || hex === undefined) {
      addProblem(
        problems,
        'resource-malformed',
        pointer,
        'a resource has name, algorithm and digest',
      );
      return [];
    }
    return [{ name, algorithm, hex, pointer }];
  });
}

function computeRoot(resources: readonly OmsResource[], isWhole: boolean): Digest | undefined {
  const isHex = resources.every(({ hex }) => hex.length % 2 === 0 && /^[0-9a-f]+$/.test(hex));
  if (!isWhole || !isHex) return undefined;
  return sha256(Buffer.concat(resources.map(({ hex }) => Buffer.from(hex, 'hex'))));
}

/** The ref of a model signature's root: a kind of identity of its own, since it is the digest of no file's bytes. */
export function omsRef(root: Digest): string {
  return `oms:${hexOf(root)}`;
}
