// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  Checksum,
  ExternalDocument,
  ExternalRef,
  Reference,
  Relationship,
  SpdxDocument,
  SpdxFile,
  SpdxPackage,
  SpdxSnippet,
} from './model.ts';

/** Listed types by their IRI, which some documents write in full. */
const LISTED_TYPE = /^https?:\/\/spdx\.org\/rdf\/references\//;

/**
 * Parses the JSON form of an SPDX 2 document (2.0 to 2.3) to the typed model. Tolerant where real documents are: fractional
 * seconds, creators without prefix, missing download locations, versions as numbers. A member that is not what the
 * specification says counts as missing and is listed. Linear in the document.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function parseSpdx2(root: JsonValue): SpdxDocument {
  if (!isJsonObject(root)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an SPDX 2 document is an object', { at: '' });
  }
  const read = new WireReader();
  const at: Located = { value: root, pointer: '' };
  const creation = read.object(at, 'creationInfo') ?? { value: {}, pointer: '/creationInfo' };
  const packages = read.each(at, 'packages', (item) => parsePackage(read, item));
  const files = read.each(at, 'files', (item) => parseFile(read, item));
  const snippets = read.each(at, 'snippets', (item) => parseSnippet(read, item));
  return {
    spdxVersion: parseVersion(read, at),
    spdxId: read.text(at, 'SPDXID'),
    name: read.text(at, 'name'),
    namespace: read.text(at, 'documentNamespace'),
    dataLicense: read.text(at, 'dataLicense'),
    created: read.text(creation, 'created'),
    creators: read.texts(creation, 'creators'),
    externalDocuments: read.each(at, 'externalDocumentRefs', (item) =>
      parseExternalDocument(read, item),
    ),
    packages,
    files,
    snippets,
    describes: references(read, at, 'documentDescribes'),
    relationships: read.each(at, 'relationships', (item) => parseRelationship(read, item)),
    counts: {
      extractedLicenses: read.list(at, 'hasExtractedLicensingInfos').length,
      annotations: countAnnotations(read, at),
    },
    duplicateIds: repeatedIds(read, [
      [{ spdxId: read.text(at, 'SPDXID'), pointer: '' }],
      packages,
      files,
      snippets,
    ]),
    problems: read.problems,
  };
}

function parseVersion(read: WireReader, at: Located): string | null {
  const version = read.textOrNumber(at, 'spdxVersion');
  if (version === undefined) {
    read.problem('spec-version-missing', '/spdxVersion', 'names no specification version');
    return null;
  }
  if (!/^SPDX-2\.[0-3]$/.test(version)) {
    read.problem('spec-version-unknown', '/spdxVersion', `no such version: "${excerpt(version)}"`);
  }
  return version;
}

function parsePackage(read: WireReader, item: Located): SpdxPackage {
  const code = read.object(item, 'packageVerificationCode');
  return {
    ...parseElement(read, item, 'name'),
    version: read.textOrNumber(item, 'versionInfo'),
    supplier: read.text(item, 'supplier'),
    originator: read.text(item, 'originator'),
    downloadLocation: read.text(item, 'downloadLocation'),
    licenseDeclared: read.text(item, 'licenseDeclared'),
    checksums: parseChecksums(read, item),
    verificationCode:
      code === undefined ? undefined : read.text(code, 'packageVerificationCodeValue'),
    externalRefs: read.each(item, 'externalRefs', (ref) => parseExternalRef(read, ref)),
    purpose: read.text(item, 'primaryPackagePurpose'),
    hasFiles: references(read, item, 'hasFiles'),
  };
}

function parseFile(read: WireReader, item: Located): SpdxFile {
  return {
    ...parseElement(read, item, 'fileName'),
    checksums: parseChecksums(read, item),
    types: read.texts(item, 'fileTypes'),
  };
}

function parseSnippet(read: WireReader, item: Located): SpdxSnippet {
  return { ...parseElement(read, item, 'name'), fromFile: read.text(item, 'snippetFromFile') };
}

function parseElement(
  read: WireReader,
  item: Located,
  nameKey: 'name' | 'fileName',
): Pick<SpdxFile, 'pointer' | 'spdxId' | 'name' | 'licenseConcluded'> {
  const spdxId = read.text(item, 'SPDXID');
  if (spdxId === undefined) read.problem('missing-id', item.pointer, 'has no SPDXID');
  return {
    pointer: item.pointer,
    spdxId,
    name: read.text(item, nameKey),
    licenseConcluded: read.text(item, 'licenseConcluded'),
  };
}

function parseChecksums(read: WireReader, from: Located): readonly Checksum[] {
  return read.each(from, 'checksums', (item) => parseChecksum(read, item));
}

function parseChecksum(read: WireReader, item: Located): Checksum | undefined {
  const algorithm = read.text(item, 'algorithm');
  const hex = read.text(item, 'checksumValue');
  if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
  read.problem('hash-incomplete', item.pointer, 'a checksum needs algorithm and checksumValue');
  return undefined;
}

function parseExternalRef(read: WireReader, item: Located): ExternalRef | undefined {
  const locator = read.text(item, 'referenceLocator');
  if (locator === undefined) {
    read.problem('reference-without-locator', item.pointer, 'external reference to nothing');
    return undefined;
  }
  return {
    pointer: item.pointer,
    category: read.text(item, 'referenceCategory'),
    type: read.text(item, 'referenceType')?.replace(LISTED_TYPE, ''),
    locator,
  };
}

function parseExternalDocument(read: WireReader, item: Located): ExternalDocument {
  const checksum = read.object(item, 'checksum');
  return {
    pointer: item.pointer,
    id: read.text(item, 'externalDocumentId'),
    namespace: read.text(item, 'spdxDocument'),
    checksum: checksum === undefined ? undefined : parseChecksum(read, checksum),
  };
}

function parseRelationship(read: WireReader, item: Located): Relationship | undefined {
  const from = read.text(item, 'spdxElementId');
  const type = read.text(item, 'relationshipType');
  const to = read.text(item, 'relatedSpdxElement');
  if (from !== undefined && type !== undefined && to !== undefined) {
    return { pointer: item.pointer, from, type, to };
  }
  read.problem('relationship-incomplete', item.pointer, 'needs two elements and a type');
  return undefined;
}

function references(read: WireReader, from: Located, key: string): readonly Reference[] {
  const base = pointerJoin(from.pointer, key);
  const found: Reference[] = [];
  read.list(from, key).forEach((id, at) => {
    const pointer = `${base}/${at}`;
    if (typeof id === 'string') found.push({ pointer, id });
    else read.problem('wrong-type', pointer, 'not text');
  });
  return found;
}

/** Annotations stand at the document and at each element. */
function countAnnotations(read: WireReader, root: Located): number {
  let count = read.list(root, 'annotations').length;
  for (const key of ['packages', 'files', 'snippets']) {
    const items = member(root.value, key);
    if (!Array.isArray(items)) continue;
    for (const item of items as readonly JsonValue[]) {
      const annotations = member(item, 'annotations');
      if (Array.isArray(annotations)) count += annotations.length;
    }
  }
  return count;
}

/** "Uniquely identify any element in an SPDX document" (7.2): an id that two bear means the first. */
function repeatedIds(
  read: WireReader,
  lists: readonly (readonly { readonly spdxId: string | undefined; readonly pointer: string }[])[],
): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const elements of lists) {
    for (const { spdxId, pointer } of elements) {
      if (spdxId === undefined) continue;
      if (seen.has(spdxId) && !repeated.has(spdxId)) {
        repeated.add(spdxId);
        read.problem('duplicate-id', pointer, `"${excerpt(spdxId)}" is borne by several elements`);
      }
      seen.add(spdxId);
    }
  }
  return [...repeated];
}
