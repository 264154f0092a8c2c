// SPDX-License-Identifier: Apache-2.0
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, pointerJoin, stringMember } from '../../core/json.ts';
import { mapLongList } from '../../core/large-json.ts';
import { itemsOf } from '../../core/long-list.ts';
import { TextTable } from '../../core/tables/text-table.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import { RelationshipColumns } from './relationship-columns.ts';
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
  const read = new WireReader();
  const at: Located = { value: root, pointer: '' };
  const ids = new ElementIds(
    !LISTS.some((key) => itemsOf(arrayMember(root, key) ?? []) !== undefined),
  );
  const creation = read.object(at, 'creationInfo') ?? { value: {}, pointer: '/creationInfo' };
  ids.add({ spdxId: stringMember(root, 'SPDXID') || undefined, pointer: '' });
  const elements = <T extends IdAtPlace>(key: string, parse: (item: Located) => T): readonly T[] =>
    read.each(at, key, (item) => {
      const element = parse(item);
      if (!read.isReadingAgain) ids.add(element);
      return element;
    });
  const document = {
    packages: elements('packages', (item) => parsePackage(read, item)),
    files: elements('files', (item) => parseFile(read, item)),
    snippets: elements('snippets', (item) => parseSnippet(read, item)),
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
    describes: references(read, at, 'documentDescribes'),
    relationships: parseRelationships(read, at),
    counts: countsOf(read, at),
  };
  ids.listRepeated(read);
  return { ...document, duplicateIds: ids.repeated, problems: read.problems };
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

/** They are walked several times: those of a large document are kept as numbers, which is quicker than reading them again. */
function parseRelationships(read: WireReader, at: Located): readonly Relationship[] {
  const parse = (item: Located): Relationship | undefined => parseRelationship(read, item);
  if (itemsOf(read.list(at, 'relationships')) === undefined) {
    return read.each(at, 'relationships', parse);
  }
  const columns = new RelationshipColumns();
  read.each(at, 'relationships', (item) => {
    const relationship = parse(item);
    if (relationship !== undefined) columns.add(relationship);
    return undefined;
  });
  return columns.list();
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
  const items = read.list(from, key);
  if (items.length === 0) return NO_REFERENCES;
  const base = pointerJoin(from.pointer, key);
  const make = (id: JsonValue | undefined, at: number): Reference | undefined =>
    typeof id === 'string' ? { pointer: `${base}/${at}`, id } : undefined;
  items.forEach((id, at) => {
    if (typeof id !== 'string') read.problem('wrong-type', `${base}/${at}`, 'not text');
  });
  return mapLongList(items, make, make) ?? items.flatMap((id, at) => make(id, at) ?? []);
}

const NO_REFERENCES: readonly Reference[] = [];

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

interface IdAtPlace {
  readonly spdxId: string | undefined;
  readonly pointer: string;
}

/** "Uniquely identify any element in an SPDX document" (7.2): an id that two bear means the first. */
class ElementIds {
  #seen: TextTable;
  /** Where the second element with an id stands. */
  readonly #repeated = new Map<string, string>();

  /** @param isHeld the document is, and with it every id */
  constructor(isHeld: boolean) {
    this.#seen = new TextTable(isHeld ? Number.POSITIVE_INFINITY : undefined);
  }

  add({ spdxId, pointer }: IdAtPlace): void {
    if (spdxId === undefined) return;
    const { size } = this.#seen;
    if (this.#seen.add(spdxId) === size || this.#repeated.has(spdxId)) return;
    this.#repeated.set(spdxId, pointer);
  }

  get repeated(): readonly string[] {
    return [...this.#repeated.keys()];
  }

  /** The last thing that is asked: which ids there are is forgotten, for those who read elements again hold on to all this. */
  listRepeated(read: WireReader): void {
    this.#seen = new TextTable();
    for (const [id, pointer] of this.#repeated) {
      read.problem('duplicate-id', pointer, `"${excerpt(id)}" is borne by several elements`);
    }
  }
}
