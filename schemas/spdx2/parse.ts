// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, stringMember } from '../../core/json.ts';
import { itemsOf } from '../../core/long-list.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import { ElementIds } from './element-ids.ts';
import { Elements, type BearsId } from './elements.ts';
import { joinProblems } from './problems.ts';
import { readReferences, type References } from './references.ts';
import { RootList, type ParseItem } from './root-list.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  Checksum,
  ExternalDocument,
  ExternalRef,
  Relationship,
  SpdxDocument,
  SpdxFile,
  SpdxPackage,
  SpdxProblem,
  SpdxSnippet,
} from './model.ts';

/** Lists of elements. */
const LISTS = ['packages', 'files', 'snippets'];

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
  const at: Located = { value: root, pointer: '' };
  const isHeld = !LISTS.some((key) => itemsOf(arrayMember(root, key) ?? []) !== undefined);
  const ids = new ElementIds(isHeld);
  const ownId = stringMember(root, 'SPDXID');
  if (ownId !== undefined && ownId !== '') ids.add(ownId, at);
  // what is wrong with elements is told first, and what is wrong with relationships late, whenever they are walked over
  const ofElements = new WireReader();
  const creation = ofElements.object(at, 'creationInfo') ?? { value: {}, pointer: '/creationInfo' };
  const elements = <T extends BearsId>(key: string, parse: ParseItem<T>): Elements<T> =>
    new Elements(new RootList(ofElements, { root: at, key }, parse), ids);
  const packages = elements('packages', parsePackage);
  const read = new WireReader();
  const late = new WireReader();
  return {
    packages,
    files: elements('files', parseFile),
    snippets: elements('snippets', parseSnippet),
    spdxVersion: parseVersion(read, at),
    spdxId: read.text(at, 'SPDXID'),
    name: read.text(at, 'name'),
    namespace: read.text(at, 'documentNamespace'),
    dataLicense: read.text(at, 'dataLicense'),
    created: read.text(creation, 'created'),
    creators: read.texts(creation, 'creators'),
    externalDocuments: read.each(at, 'externalDocumentRefs', parseExternalDocument),
    describes: readReferences(read, at, 'documentDescribes'),
    relationships: new RootList(read, { root: at, key: 'relationships' }, parseRelationship),
    counts: countsOf(late, at),
    ids,
    filesOf: (position) => filesOf(packages.itemAt(position)),
    get problems() {
      return joinProblems([ofElements.problems, read.problems, late.problems, problemsOfIds(ids)]);
    },
  };
}

function filesOf(item: Located | undefined): References {
  return readReferences(new WireReader(), item ?? NO_PACKAGE, 'hasFiles');
}

const NO_PACKAGE: Located = { value: {}, pointer: '' };

/** "Uniquely identify any element in an SPDX document" (7.2): an id that two bear means the first. */
function problemsOfIds(ids: ElementIds): readonly SpdxProblem[] {
  const read = new WireReader();
  for (const [id, pointer] of ids.repeated) {
    read.problem('duplicate-id', pointer, `"${excerpt(id)}" is borne by several elements`);
  }
  return read.problems;
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

function parsePackage(item: Located, read: WireReader): SpdxPackage {
  const code = read.object(item, 'packageVerificationCode');
  return {
    pointer: item.pointer,
    spdxId: parseId(item, read),
    name: read.text(item, 'name'),
    licenseConcluded: read.text(item, 'licenseConcluded'),
    version: read.textOrNumber(item, 'versionInfo'),
    supplier: read.text(item, 'supplier'),
    originator: read.text(item, 'originator'),
    downloadLocation: read.text(item, 'downloadLocation'),
    licenseDeclared: read.text(item, 'licenseDeclared'),
    checksums: read.each(item, 'checksums', parseChecksum),
    verificationCode:
      code === undefined ? undefined : read.text(code, 'packageVerificationCodeValue'),
    externalRefs: read.each(item, 'externalRefs', parseExternalRef),
    purpose: read.text(item, 'primaryPackagePurpose'),
    hasFiles: readReferences(read, item, 'hasFiles'),
  };
}

function parseFile(item: Located, read: WireReader): SpdxFile {
  return {
    pointer: item.pointer,
    spdxId: parseId(item, read),
    name: read.text(item, 'fileName'),
    licenseConcluded: read.text(item, 'licenseConcluded'),
    checksums: read.each(item, 'checksums', parseChecksum),
    types: read.texts(item, 'fileTypes'),
  };
}

function parseSnippet(item: Located, read: WireReader): SpdxSnippet {
  return {
    pointer: item.pointer,
    spdxId: parseId(item, read),
    name: read.text(item, 'name'),
    licenseConcluded: read.text(item, 'licenseConcluded'),
    fromFile: read.text(item, 'snippetFromFile'),
  };
}

function parseId(item: Located, read: WireReader): string | undefined {
  const id = read.text(item, 'SPDXID');
  if (id === undefined) read.problem('missing-id', item.pointer, 'has no SPDXID');
  return id;
}

function parseChecksum(item: Located, read: WireReader): Checksum | undefined {
  const algorithm = read.text(item, 'algorithm');
  const hex = read.text(item, 'checksumValue');
  if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
  read.problem('hash-incomplete', item.pointer, 'a checksum needs algorithm and checksumValue');
  return undefined;
}

function parseExternalRef(item: Located, read: WireReader): ExternalRef | undefined {
  const locator = read.text(item, 'referenceLocator');
  if (locator === undefined) {
    read.problem('reference-without-locator', item.pointer, 'external reference to nothing');
    return undefined;
  }
  return {
    pointer: item.pointer,
    category: read.text(item, 'referenceCategory'),
    type: nameOfType(read.text(item, 'referenceType')),
    locator,
  };
}

/** The name of a listed type, where its IRI is written. */
function nameOfType(type: string | undefined): string | undefined {
  return type?.startsWith('http') === true ? type.replace(LISTED_TYPE, '') : type;
}

function parseExternalDocument(item: Located, read: WireReader): ExternalDocument {
  const checksum = read.object(item, 'checksum');
  return {
    pointer: item.pointer,
    id: read.text(item, 'externalDocumentId'),
    namespace: read.text(item, 'spdxDocument'),
    checksum: checksum === undefined ? undefined : parseChecksum(checksum, read),
  };
}

function parseRelationship(item: Located, read: WireReader): Relationship | undefined {
  const from = read.text(item, 'spdxElementId');
  const type = read.text(item, 'relationshipType');
  const to = read.text(item, 'relatedSpdxElement');
  if (from !== undefined && type !== undefined && to !== undefined) {
    return { pointer: item.pointer, from, type, to };
  }
  read.problem('relationship-incomplete', item.pointer, 'needs two elements and a type');
  return undefined;
}

/** What is counted of a document that only some ask for. */
function countsOf(read: WireReader, root: Located): SpdxDocument['counts'] {
  const extractedLicenses = read.list(root, 'hasExtractedLicensingInfos').length;
  const annotations = read.list(root, 'annotations').length;
  return {
    extractedLicenses,
    get annotations() {
      return annotations + countInnerAnnotations(root);
    },
  };
}

/** Annotations stand at the document and at each element. */
function countInnerAnnotations(root: Located): number {
  let count = 0;
  for (const key of LISTS) {
    for (const item of arrayMember(root.value, key) ?? []) {
      count += arrayMember(item, 'annotations')?.length ?? 0;
    }
  }
  return count;
}
