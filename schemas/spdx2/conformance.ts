// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { checkMemberTypes, type MemberPlace } from './member-types.ts';
import {
  ANNOTATION_TYPES,
  CHECKSUM_ALGORITHMS,
  FILE_TYPES,
  OLD_CHECKSUM_ALGORITHMS,
  PACKAGE_PURPOSES,
  REFERENCE_CATEGORIES,
  RELATIONSHIP_TYPES,
} from './terms.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SpdxProblem } from './model.ts';

/** Whether a document breaks a rule of SPDX 2, and which. */
export interface Spdx2Conformance {
  readonly conformant: boolean;
  readonly problems: readonly SpdxProblem[];
}

const VERSIONS = new Set(['SPDX-2.0', 'SPDX-2.1', 'SPDX-2.2', 'SPDX-2.3']);
/** Clause 3.2 of each: letters, digits, `.` and `-`. */
const ELEMENT_ID = /^SPDXRef-[a-zA-Z0-9.-]+$/;
const ANY_ID = /^(?:DocumentRef-[a-zA-Z0-9.+-]+:)?SPDXRef-[a-zA-Z0-9.-]+$|^NONE$|^NOASSERTION$/;
const EXTERNAL = /^(DocumentRef-[a-zA-Z0-9.+-]+):/;
/** RFC 9110, 4.2.1: such a URI has a host. */
const NO_HOST = /^https?:\/\/(?:\/|$)/;
/** 6.9: "YYYY-MM-DDThh:mm:ssZ". */
const CREATED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const CREATOR = /^(?:Tool|Organization|Person): ?\S/;
const PURL = /^pkg:[A-Za-z][A-Za-z0-9.+-]*\/./;
/** New in 2.3. */
const NEW_PACKAGE_MEMBERS = ['primaryPackagePurpose', 'builtDate', 'releaseDate', 'validUntilDate'];
/** Mandatory up to 2.2, optional in 2.3. */
const OLD_PACKAGE_MEMBERS = ['licenseConcluded', 'licenseDeclared', 'copyrightText'];
/** Mandatory, and taken empty by the JSON schema and by spdx-tools. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['name', 'fileName', 'comment']);
/** Of files and snippets, mandatory up to 2.2. */
const OLD_LICENCE_MEMBERS = ['licenseConcluded', 'copyrightText'];
const MAX_LISTED = 20;

/**
 * Checks the rules of SPDX 2 on mandatory members, identifiers, versions, times and listed terms over the JSON form, and in
 * documents of that form what each member holds. Licence
 * expressions are not judged, and members that the specification does not know are let be.
 * @param format of the document: only JSON and YAML forms hold members that carry no lineage (annotations, ranges, licence texts)
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function checkSpdx2Conformance(root: JsonValue, format: string): Spdx2Conformance {
  const rules = new Rules(format);
  if (isJsonObject(root)) rules.checkDocument(root);
  else rules.fault('', 'not an object');
  const { problems } = rules;
  return { conformant: problems.length === 0, problems };
}

class Rules {
  readonly problems: SpdxProblem[] = [];
  /** True where the form holds every member of the document. */
  readonly #isWhole: boolean;
  #isBefore23 = false;

  /** True where the form writes data types: YAML and XML leave them to their readers. */
  readonly #hasTypes: boolean;
  readonly #externalDocuments = new Set<string>();

  constructor(format: string) {
    this.#isWhole = format === 'spdx2-json' || format === 'spdx2-yaml';
    this.#hasTypes = format === 'spdx2-json';
  }

  fault(pointer: string, message: string): void {
    if (this.problems.length < MAX_LISTED) {
      this.problems.push({ code: 'spdx2:rule', pointer, message: excerpt(message, 160) });
    }
  }

  checkDocument(root: JsonObject): void {
    const version = stringMember(root, 'spdxVersion');
    if (version === undefined || !VERSIONS.has(version)) {
      this.fault('/spdxVersion', 'not SPDX-2.0 to SPDX-2.3');
    }
    this.#isBefore23 = version !== 'SPDX-2.3';
    if (stringMember(root, 'dataLicense') !== 'CC0-1.0') this.fault('/dataLicense', 'not CC0-1.0');
    if (stringMember(root, 'SPDXID') !== 'SPDXRef-DOCUMENT') {
      this.fault('/SPDXID', 'not SPDXRef-DOCUMENT');
    }
    this.#text(root, 'name', '');
    this.#checkNamespace(root);
    if (this.#hasTypes) {
      checkMemberTypes(root, (place, message) => {
        this.fault(pointerOf(place), message);
        return this.problems.length < MAX_LISTED;
      });
    }
    this.#checkCreation(member(root, 'creationInfo'));
    const ids = new Set<string>(['SPDXRef-DOCUMENT']);
    this.#each(root, 'packages', (item, pointer) => this.#checkPackage(item, pointer, ids));
    this.#each(root, 'files', (item, pointer) => this.#checkFile(item, pointer, ids));
    this.#each(root, 'snippets', (item, pointer) => this.#checkSnippet(item, pointer, ids));
    this.#each(root, 'externalDocumentRefs', (item, pointer) => {
      this.#texts(item, ['externalDocumentId', 'spdxDocument'], pointer);
      this.#externalDocuments.add(stringMember(item, 'externalDocumentId') ?? '');
      const checksum = member(item, 'checksum');
      if (isJsonObject(checksum)) this.#checkAlgorithm(checksum, `${pointer}/checksum`);
    });
    this.#each(root, 'relationships', (item, pointer) =>
      this.#checkRelationship(item, pointer, ids),
    );
    this.#checkAnnotations(root, '');
    if (this.#isWhole) {
      this.#each(root, 'hasExtractedLicensingInfos', (item, pointer) =>
        this.#texts(item, ['licenseId', 'extractedText'], pointer),
      );
    }
  }

  #checkNamespace(root: JsonObject): void {
    const namespace = stringMember(root, 'documentNamespace');
    if (namespace === undefined || namespace.includes('#') || !/^[a-zA-Z][\w+.-]*:/.test(namespace))
      this.fault('/documentNamespace', 'not a URI without a fragment (6.5)');
  }

  #checkCreation(creation: JsonValue | undefined): void {
    if (!CREATED.test(stringMember(creation, 'created') ?? '')) {
      this.fault('/creationInfo/created', 'not YYYY-MM-DDThh:mm:ssZ (6.9)');
    }
    const creators = member(creation, 'creators');
    const list: readonly JsonValue[] = Array.isArray(creators) ? creators : [];
    if (list.length === 0) this.fault('/creationInfo/creators', 'no creator (6.8)');
    list.forEach((creator, at) => {
      if (typeof creator !== 'string' || !CREATOR.test(creator)) {
        this.fault(`/creationInfo/creators/${at}`, 'not "Tool: ", "Organization: " or "Person: "');
      }
    });
  }

  #checkPackage(item: JsonObject, pointer: string, ids: Set<string>): void {
    this.#checkId(item, pointer, ids);
    this.#text(item, 'name', pointer);
    this.#text(item, 'downloadLocation', pointer);
    if (NO_HOST.test(stringMember(item, 'downloadLocation') ?? '')) {
      this.fault(`${pointer}/downloadLocation`, 'a URL without a host (7.7)');
    }
    this.#checkChecksums(item, pointer);
    this.#checkAnnotations(item, pointer);
    this.#term(item, 'primaryPackagePurpose', pointer, PACKAGE_PURPOSES);
    if (this.#isBefore23) {
      for (const key of OLD_PACKAGE_MEMBERS) this.#text(item, key, pointer);
      for (const key of NEW_PACKAGE_MEMBERS) {
        if (member(item, key) !== undefined) this.fault(`${pointer}/${key}`, 'is new in SPDX-2.3');
      }
    }
    this.#each(
      item,
      'externalRefs',
      (ref, at) => {
        const locator = stringMember(ref, 'referenceLocator') ?? '';
        this.#texts(ref, ['referenceCategory', 'referenceType', 'referenceLocator'], at);
        this.#term(ref, 'referenceCategory', at, REFERENCE_CATEGORIES);
        if (stringMember(ref, 'referenceType') === 'purl' && !PURL.test(locator)) {
          this.fault(`${at}/referenceLocator`, `not a purl: "${locator}"`);
        }
      },
      pointer,
    );
  }

  #checkFile(item: JsonObject, pointer: string, ids: Set<string>): void {
    this.#checkId(item, pointer, ids);
    this.#text(item, 'fileName', pointer);
    if (stringMember(item, 'fileName')?.startsWith('/') === true) {
      this.fault(`${pointer}/fileName`, 'an absolute path (8.1)');
    }
    this.#checkChecksums(item, pointer);
    this.#checkAnnotations(item, pointer);
    if (this.#hasTypes && this.#isBefore23) this.#texts(item, OLD_LICENCE_MEMBERS, pointer);
    const types = member(item, 'fileTypes');
    (Array.isArray(types) ? (types as readonly JsonValue[]) : []).forEach((type, at) => {
      if (typeof type !== 'string' || !FILE_TYPES.has(type))
        this.fault(`${pointer}/fileTypes/${at}`, 'no type of a file (8.3)');
    });
    const checksums = member(item, 'checksums');
    const list: readonly JsonValue[] = Array.isArray(checksums) ? checksums : [];
    if (!list.some((checksum) => stringMember(checksum, 'algorithm') === 'SHA1')) {
      this.fault(`${pointer}/checksums`, 'no SHA1 (8.4)');
    }
  }

  #checkChecksums(item: JsonObject, pointer: string): void {
    this.#each(
      item,
      'checksums',
      (checksum, at) => {
        this.#checkAlgorithm(checksum, at);
        this.#text(checksum, 'checksumValue', at);
      },
      pointer,
    );
  }

  #checkAlgorithm(checksum: JsonObject, pointer: string): void {
    const algorithm = stringMember(checksum, 'algorithm') ?? '';
    const known = this.#isBefore23 ? OLD_CHECKSUM_ALGORITHMS : CHECKSUM_ALGORITHMS;
    if (!known.has(algorithm)) {
      this.fault(`${pointer}/algorithm`, `"${algorithm}" is unknown, or new in SPDX-2.3`);
    }
  }

  #checkId(item: JsonObject, pointer: string, ids: Set<string>): void {
    const id = stringMember(item, 'SPDXID') ?? '';
    if (!ELEMENT_ID.test(id)) this.fault(`${pointer}/SPDXID`, `not SPDXRef-[idstring]: "${id}"`);
    else if (ids.has(id)) this.fault(`${pointer}/SPDXID`, `"${id}" is borne by another element`);
    ids.add(id);
  }

  #checkSnippet(item: JsonObject, pointer: string, ids: Set<string>): void {
    this.#checkId(item, pointer, ids);
    this.#text(item, 'snippetFromFile', pointer);
    if (this.#hasTypes && this.#isBefore23) this.#texts(item, OLD_LICENCE_MEMBERS, pointer);
    const ranges = member(item, 'ranges');
    if (this.#isWhole && (!Array.isArray(ranges) || ranges.length === 0)) {
      this.fault(`${pointer}/ranges`, 'is mandatory (9.3)');
    }
    this.#each(item, 'ranges', (range, at) => this.#checkRange(range, at), pointer);
  }

  /** 9.3, 9.4: a range of bytes or of lines. */
  #checkRange(range: JsonObject, pointer: string): void {
    for (const key of ['startPointer', 'endPointer']) {
      const end = member(range, key);
      const places = [member(end, 'offset'), member(end, 'lineNumber')];
      if (isJsonObject(end) && places.every((place) => (place ?? null) === null)) {
        this.fault(`${pointer}/${key}`, 'neither an offset nor a line');
      }
    }
  }

  #checkAnnotations(item: JsonObject, pointer: string): void {
    if (!this.#isWhole) return;
    this.#each(
      item,
      'annotations',
      (annotation, at) => {
        this.#texts(annotation, ['annotator', 'annotationDate', 'annotationType', 'comment'], at);
        this.#term(annotation, 'annotationType', at, ANNOTATION_TYPES);
      },
      pointer,
    );
  }

  #checkRelationship(item: JsonObject, pointer: string, ids: ReadonlySet<string>): void {
    for (const key of ['spdxElementId', 'relatedSpdxElement']) {
      const id = stringMember(item, key) ?? '';
      const isHere = !id.startsWith('SPDXRef-') || ids.has(id);
      const [, document] = EXTERNAL.exec(id) ?? [];
      const isThere = document === undefined || this.#externalDocuments.has(document);
      if (!ANY_ID.test(id) || !isHere || !isThere)
        this.fault(`${pointer}/${key}`, `not an element: "${id}"`);
    }
    this.#text(item, 'relationshipType', pointer);
    this.#term(item, 'relationshipType', pointer, RELATIONSHIP_TYPES);
  }

  #texts(item: JsonObject, keys: readonly string[], pointer: string): void {
    for (const key of keys) this.#text(item, key, pointer);
  }

  /** A member that is there is one of the listed terms. */
  #term(item: JsonObject, key: string, pointer: string, terms: ReadonlySet<string>): void {
    const text = stringMember(item, key);
    if (text !== undefined && text !== '' && !terms.has(text))
      this.fault(`${pointer}/${key}`, `not a listed term: "${text}"`);
  }

  #text(item: JsonObject, key: string, pointer: string): void {
    const text = stringMember(item, key);
    if (text === undefined || (text === '' && !MAY_BE_EMPTY.has(key)))
      this.fault(`${pointer}/${key}`, 'is mandatory');
  }

  #each(
    from: JsonObject,
    key: string,
    check: (item: JsonObject, pointer: string) => void,
    base = '',
  ): void {
    const items = member(from, key);
    if (!Array.isArray(items)) return;
    (items as readonly JsonValue[]).forEach((item, at) => {
      if (isJsonObject(item)) check(item, pointerJoin(base, key, at));
    });
  }
}

function pointerOf(place: MemberPlace): string {
  const keys: (string | number)[] = [];
  for (let at: MemberPlace | undefined = place; at !== undefined; at = at.parent) keys.push(at.key);
  return pointerJoin('', ...keys.reverse());
}
