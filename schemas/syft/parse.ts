// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  SyftArtifact,
  SyftDigest,
  SyftFile,
  SyftRelationship,
  SyftReport,
  SyftSource,
} from './model.ts';

/**
 * Parses Syft JSON of any schema version (the source was `target` up to 3.x, licences and CPEs were texts). Linear.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 */
export function parseSyft(root: JsonValue): SyftReport {
  if (!isJsonObject(root)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'a Syft report is an object', { at: '' });
  }
  const read = new WireReader();
  const at: Located = { value: root, pointer: '' };
  const descriptor = read.object(at, 'descriptor');
  const distro = read.object(at, 'distro');
  return {
    schemaVersion: stringMember(member(root, 'schema'), 'version') ?? null,
    toolName: descriptor === undefined ? undefined : read.text(descriptor, 'name'),
    toolVersion: descriptor === undefined ? undefined : read.text(descriptor, 'version'),
    distro:
      distro === undefined ? undefined : (read.text(distro, 'id') ?? read.text(distro, 'name')),
    source: parseSource(read, at),
    artifacts: read.each(at, 'artifacts', (item) => parseArtifact(read, item)),
    files: read.each(at, 'files', (item) => parseFile(read, item)),
    relationships: read.each(at, 'artifactRelationships', (item) => parseRelationship(read, item)),
    problems: read.problems,
  };
}

function parseSource(read: WireReader, root: Located): SyftSource {
  const at = read.object(root, 'source') ?? { value: {}, pointer: '/source' };
  const details = detailsOf(read, at);
  const path = member(at.value, 'target');
  return {
    pointer: at.pointer,
    id: read.text(at, 'id'),
    type: read.text(at, 'type'),
    name: read.text(at, 'name'),
    version: read.text(at, 'version'),
    userInput:
      typeof path === 'string'
        ? path
        : (read.text(details, 'userInput') ?? read.text(details, 'path')),
    imageId: read.text(details, 'imageID'),
    manifestDigest: read.text(details, 'manifestDigest'),
    repoDigests: read.texts(details, 'repoDigests'),
    tags: read.texts(details, 'tags'),
    digests: parseDigests(read, details, 'digests'),
  };
}

/** `metadata`, called `target` in early schemas; the target of a directory is its path. */
function detailsOf(read: WireReader, source: Located): Located {
  const metadata = read.object(source, 'metadata');
  if (metadata !== undefined) return metadata;
  const target = member(source.value, 'target');
  return {
    value: isJsonObject(target) ? target : {},
    pointer: `${source.pointer}/target`,
  };
}

function parseArtifact(read: WireReader, item: Located): SyftArtifact {
  const metadata = member(item.value, 'metadata');
  const details = {
    value: isJsonObject(metadata) ? metadata : {},
    pointer: `${item.pointer}/metadata`,
  };
  const isJava = Array.isArray(member(details.value, 'digest'));
  return {
    pointer: item.pointer,
    id: read.text(item, 'id'),
    name: read.text(item, 'name'),
    version: read.textOrNumber(item, 'version'),
    type: read.text(item, 'type'),
    language: read.text(item, 'language'),
    purl: read.text(item, 'purl'),
    cpes: textsOrMembers(read, item, 'cpes', 'cpe'),
    licenses: textsOrMembers(read, item, 'licenses', 'value'),
    digests: isJava ? parseDigests(read, details, 'digest') : [],
  };
}

function parseFile(read: WireReader, item: Located): SyftFile {
  const location = read.object(item, 'location');
  return {
    pointer: item.pointer,
    id: read.text(item, 'id'),
    path: location === undefined ? undefined : read.text(location, 'path'),
    digests: parseDigests(read, item, 'digests'),
  };
}

function parseDigests(read: WireReader, from: Located, key: string): readonly SyftDigest[] {
  return read.each(from, key, (item) => {
    const algorithm = read.text(item, 'algorithm');
    const hex = read.text(item, 'value');
    if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
    read.problem('hash-incomplete', item.pointer, 'a digest needs algorithm and value');
    return undefined;
  });
}

function parseRelationship(read: WireReader, item: Located): SyftRelationship | undefined {
  const parent = read.text(item, 'parent');
  const child = read.text(item, 'child');
  const type = read.text(item, 'type');
  if (parent !== undefined && child !== undefined && type !== undefined) {
    return { pointer: item.pointer, parent, child, type };
  }
  read.problem('relationship-incomplete', item.pointer, 'needs parent, child and type');
  return undefined;
}

/** A list of texts (early schemas), or of objects that hold one. */
function textsOrMembers(
  read: WireReader,
  from: Located,
  key: string,
  inner: string,
): readonly string[] {
  const value = member(from.value, key);
  // early schemas write null for none
  if (value === null || value === undefined) return [];
  return read.list(from, key).flatMap((item) => {
    const text = typeof item === 'string' ? item : stringMember(item, inner);
    return text === undefined || text === '' ? [] : [text];
  });
}
