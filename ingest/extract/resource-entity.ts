// SPDX-License-Identifier: Apache-2.0
import { findLowerHex, foldAlgorithm, isFoldedStrong, sha256 } from '../../core/digest.ts';
import { excerpt } from '../../core/errors.ts';
import { withoutQuery } from '../../core/text.ts';
import { boundRef } from '../../graph/domain/node-ref.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import { kindsOfFileName } from '../../schemas/file-kind.ts';
import type { DigestEntry } from '../../schemas/intoto/digest-set.ts';
import { findGitLocation, isCommit, type GitLocation } from '../../schemas/intoto/git-uri.ts';
import type { ResourceDescriptor } from '../../schemas/intoto/resource-descriptor.ts';
import type { DigestInput, EntityInput, FactsBuilder } from './facts-builder.ts';
import { findGitRef } from './git-ref.ts';

/** What one descriptor's digest set and names say, sorted by what it is worth as an identity. Most have hashes and no more. */
interface Identities {
  /** Hashes of content, strong and weak. */
  readonly hashes: DigestInput[];
  /** Identities of content that are no file digest. */
  contentRefs?: string[];
  coordinates?: string[];
  nameRefs?: string[];
  /** Values that identify nothing (`gce_image_id`). */
  attributes?: Record<string, string>;
}

const NO_TEXTS: readonly string[] = Object.freeze([]);
const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});
const IMAGE: readonly Kind[] = Object.freeze(['Image']);
const PACKAGE: readonly Kind[] = Object.freeze(['Package']);
const IMAGE_PURL = /^pkg:(?:docker|oci)\//;
const WEAK_HEX_LENGTH = new Map([
  ['md5', 32],
  ['sha1', 40],
]);

/**
 * Adds (or finds) the thing that a resource descriptor names. Every (algorithm, hex) is an identity and those of one
 * record are aliases; a commit in a known repository is a coordinate; a bare commit or a mutable URI is a name; names and
 * paths are labels.
 * @param local id of the thing inside the document where nothing better names it
 */
export function addResource(
  builder: FactsBuilder,
  resource: ResourceDescriptor,
  local: string = resource.pointer,
): number {
  const { name, uri, pointer } = resource;
  const ids = identitiesOf(builder, resource);
  const coordinates = ids.coordinates ?? NO_TEXTS;
  const labels: string[] = [];
  if (name !== undefined && name !== '') labels.push(name);
  if (uri !== undefined && uri !== '') labels.push(uri);
  const input: EntityInput = {
    kinds: resourceKinds(resource, coordinates),
    pointer,
    names: labels,
    digests: ids.hashes,
    contentRefs: ids.contentRefs ?? NO_TEXTS,
    purls: labels.some(isPurl) ? labels.filter(isPurl) : NO_TEXTS,
    coordinates,
    nameRefs: ids.nameRefs ?? NO_TEXTS,
    local: boundedLocal(local),
    attributes: ids.attributes ?? NO_ATTRIBUTES,
  };
  return builder.entity(input);
}

function isPurl(text: string): boolean {
  return text.startsWith('pkg:');
}

/** A path as a local id. Very long ones are cut and told apart by their hash. */
export function boundedLocal(text: string): string {
  return text.length <= 512 ? text : `${text.slice(0, 256).toWellFormed()}…${sha256(text)}`;
}

function identitiesOf(builder: FactsBuilder, resource: ResourceDescriptor): Identities {
  const ids: Identities = { hashes: [] };
  const place = resource.uri ?? resource.name ?? '';
  const location = findGitLocation(place);
  const isGit = location !== undefined;
  for (const entry of resource.digest) sortEntry(builder, resource, entry, isGit, ids);
  if (isGit && ids.coordinates === undefined) addCommitOfUri(place, location, ids);
  const isNamed =
    ids.hashes.length > 0 || ids.contentRefs !== undefined || ids.coordinates !== undefined;
  if (!isNamed && isAbsoluteUri(resource.uri)) {
    (ids.nameRefs ??= []).push(boundRef(`name:${resource.uri}`));
  }
  return ids;
}

function sortEntry(
  builder: FactsBuilder,
  resource: ResourceDescriptor,
  entry: DigestEntry,
  isGit: boolean,
  ids: Identities,
): void {
  const { algorithm, value } = entry;
  const folded = foldAlgorithm(algorithm);
  if (folded === 'gitcommit' || (folded === 'sha1' && isGit)) {
    addCommit(builder, resource, value, ids);
    return;
  }
  const weakLength = WEAK_HEX_LENGTH.get(folded);
  if (weakLength !== undefined) {
    if (isHex(value, weakLength)) ids.hashes.push({ algorithm, hex: value });
    else malformed(builder, resource, entry);
  } else if (isFoldedStrong(folded)) {
    ids.hashes.push({ algorithm, hex: value }); // the builder lists a placeholder
  } else if (!addContentRef(folded, value, ids)) {
    (ids.attributes ??= {})[`digest.${excerpt(algorithm, 64)}`] = excerpt(value, 256);
  }
}

/** With a repository a commit is a coordinate; alone it is a name that many repositories share (forks). */
function addCommit(
  builder: FactsBuilder,
  resource: ResourceDescriptor,
  value: string,
  ids: Identities,
): void {
  const commit = value.toLowerCase();
  if (!isCommit(commit)) {
    malformed(builder, resource, { algorithm: 'gitCommit', value });
    return;
  }
  const coordinate = findGitRef(resource.uri ?? resource.name ?? '', commit);
  if (coordinate !== undefined) (ids.coordinates ??= []).push(coordinate);
  else if (isHex(commit, 40)) (ids.nameRefs ??= []).push(`sha1:${commit}`);
  (ids.attributes ??= {})['gitCommit'] = commit;
}

/** `git+https://…@<commit>` and `https://…/commit/<id>`: the URI itself is the fixed reference. */
function addCommitOfUri(uri: string, { ref }: GitLocation, ids: Identities): void {
  const coordinate = ref === undefined || !isCommit(ref) ? undefined : findGitRef(uri, ref);
  if (coordinate !== undefined) ids.coordinates = [coordinate];
}

/**
 * Digests of content that are no file digest. git's own object ids are SHA-1 and are left out: gitoid refs count as
 * content identities, so only the SHA-256 kind may be one.
 */
function addContentRef(algorithm: string, value: string, ids: Identities): boolean {
  const lower = value.toLowerCase();
  const bare = lower.slice(lower.lastIndexOf(':') + 1);
  if (!isHex(bare, 64)) return false;
  const prefix = CONTENT_PREFIX.get(algorithm);
  if (prefix === undefined) return false;
  (ids.contentRefs ??= []).push(`${prefix}:${bare}`);
  return true;
}

const CONTENT_PREFIX = new Map([
  ['gitoid:sha256', 'gitoid:blob:sha256'],
  ['oms', 'oms'],
  ['dirhash', 'dirhash'],
]);

function malformed(builder: FactsBuilder, resource: ResourceDescriptor, entry: DigestEntry): void {
  const message = `not a ${entry.algorithm} value: "${entry.value}"`;
  builder.problem('digest-malformed', `${resource.pointer}/digest`, message);
}

function isHex(text: string, length: number): boolean {
  return text.length === length && findLowerHex(text) !== undefined;
}

/** Has a scheme: a URI that means the same thing in another document. A path does not. */
function isAbsoluteUri(uri: string | undefined): uri is string {
  return uri !== undefined && /^[a-z][a-z0-9+.-]{0,32}:\/\/[^/\s]/i.test(uri);
}

function resourceKinds(
  resource: ResourceDescriptor,
  coordinates: readonly string[],
): readonly Kind[] {
  if (coordinates.some((ref) => ref.startsWith('git:'))) return ['Code'];
  const text = resource.name ?? resource.uri ?? '';
  if (text.includes('@sha256:')) return IMAGE;
  if (isPurl(text)) return IMAGE_PURL.test(text) ? IMAGE : PACKAGE;
  return kindsOfFileName(withoutQuery(text));
}
