// SPDX-License-Identifier: Apache-2.0
import { isBlank, readTags, type TagRange, type TagValue } from './tag-value.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { TagText } from './tag-text.ts';

/** An object of the JSON form that is being put together. */
export interface FormObject {
  [key: string]: JsonValue;
}

/** Lists of the JSON form whose objects are sections of their own. */
export type SectionList = 'packages' | 'files' | 'snippets' | 'hasExtractedLicensingInfos';

/** Lists a fault of a line. */
export type Report = (code: string, line: number, message: string) => void;

/** Lines of the objects that are made, where somebody wants to know them. */
export type Lines = WeakMap<object, number>;

/** Tags that are one text of the section they stand in: here of the document. */
export const DOCUMENT_TEXTS = textsOf([
  ['SPDXVersion', 'spdxVersion'],
  ['DataLicense', 'dataLicense'],
  ['DocumentNamespace', 'documentNamespace'],
  ['DocumentName', 'name'],
  ['SPDXID', 'SPDXID'],
]);
const PACKAGE_TEXTS = textsOf([
  ['SPDXID', 'SPDXID'],
  ['PackageVersion', 'versionInfo'],
  ['PackageSupplier', 'supplier'],
  ['PackageOriginator', 'originator'],
  ['PackageDownloadLocation', 'downloadLocation'],
  ['PackageLicenseConcluded', 'licenseConcluded'],
  ['PackageLicenseDeclared', 'licenseDeclared'],
  ['PackageCopyrightText', 'copyrightText'],
  ['PrimaryPackagePurpose', 'primaryPackagePurpose'],
  ['BuiltDate', 'builtDate'],
  ['ReleaseDate', 'releaseDate'],
  ['ValidUntilDate', 'validUntilDate'],
]);
const FILE_TEXTS = textsOf([
  ['SPDXID', 'SPDXID'],
  ['LicenseConcluded', 'licenseConcluded'],
]);
const SNIPPET_TEXTS = textsOf([
  ['SnippetFromFileSPDXID', 'snippetFromFile'],
  ['SnippetName', 'name'],
  ['SnippetLicenseConcluded', 'licenseConcluded'],
]);

const CHECKSUM = /^([A-Za-z0-9_-]{1,32})[ \t]*:[ \t]*(\S+)$/;
const REFERENCE_WORDS = ['referenceCategory', 'referenceType', 'referenceLocator'];
const VERIFICATION_CODE = /^[0-9A-Fa-f]+/;

/** Tags that begin a section: the list that it belongs to, and what their value is there. */
const BEGINNINGS: ReadonlyMap<string, { readonly list: SectionList; readonly key: string }> =
  new Map([
    ['PackageName', { list: 'packages', key: 'name' }],
    ['FileName', { list: 'files', key: 'fileName' }],
    ['SnippetSPDXID', { list: 'snippets', key: 'SPDXID' }],
    ['LicenseID', { list: 'hasExtractedLicensingInfos', key: 'licenseId' }],
  ]);
/** Tags that mean the same wherever they stand, and belong to no section. */
const ANYWHERE = new Set(['Relationship', 'Annotator', 'ExternalDocumentRef']);

/** One package, file, snippet or licence, tag by tag. */
export class Section {
  readonly list: SectionList;
  readonly object: FormObject = {};
  readonly #lines: Lines | undefined;

  private constructor(list: SectionList, lines: Lines | undefined) {
    this.list = list;
    this.#lines = lines;
  }

  /** The section that a tag begins; undefined for every other tag. */
  static begin({ tag, value, line }: TagValue, lines?: Lines): Section | undefined {
    const beginning = BEGINNINGS.get(tag);
    if (beginning === undefined) return undefined;
    const section = new Section(beginning.list, lines);
    section.object[beginning.key] = value;
    lines?.set(section.object, line);
    return section;
  }

  take(tag: TagValue, report: Report): void {
    switch (this.list) {
      case 'packages':
        this.#ofPackage(tag, report);
        break;
      case 'files':
        this.#ofFile(tag, report);
        break;
      case 'snippets':
        setFirst(this.object, SNIPPET_TEXTS, tag, report);
        break;
      case 'hasExtractedLicensingInfos':
    }
  }

  #ofPackage(tag: TagValue, report: Report): void {
    if (tag.tag === 'PackageChecksum') this.#checksum(tag, report);
    else if (tag.tag === 'ExternalRef') {
      this.#add('externalRefs', wordsOf(splitWords(tag.value), REFERENCE_WORDS), tag.line);
    } else if (tag.tag === 'PackageVerificationCode') {
      const code = { packageVerificationCodeValue: VERIFICATION_CODE.exec(tag.value)?.[0] ?? '' };
      this.#lines?.set(code, tag.line);
      this.object['packageVerificationCode'] = code;
    } else setFirst(this.object, PACKAGE_TEXTS, tag, report);
  }

  #ofFile(tag: TagValue, report: Report): void {
    if (tag.tag === 'FileChecksum') this.#checksum(tag, report);
    else if (tag.tag === 'FileType') addTo(this.object, 'fileTypes', tag.value);
    else setFirst(this.object, FILE_TEXTS, tag, report);
  }

  #checksum({ tag, value, line }: TagValue, report: Report): void {
    const checksum = checksumOf(value);
    if (checksum !== undefined) this.#add('checksums', checksum, line);
    else report('hash-incomplete', line, `${tag} is not "algorithm: value"`);
  }

  #add(key: string, inner: JsonObject, line: number): void {
    this.#lines?.set(inner, line);
    addTo(this.object, key, inner);
  }
}

/** The section that a range begins with, read once more; its faults have been listed. */
export function readSection(text: TagText, range: TagRange, lines?: Lines): JsonObject {
  let section: Section | undefined;
  readTags(text, range, (tag) => {
    if (section === undefined) section = Section.begin(tag, lines);
    else if (!ANYWHERE.has(tag.tag)) section.take(tag, () => undefined);
  });
  return (section as Section | undefined)?.object ?? {};
}

/** Sets the text that a tag is. The first of a tag counts; a repeated one is listed. */
export function setFirst(
  object: FormObject,
  texts: ReadonlyMap<string, string>,
  { tag, value, line }: TagValue,
  report: Report,
): void {
  const key = texts.get(tag);
  if (key === undefined) return;
  if (object[key] === undefined) object[key] = value;
  else report('repeated-tag', line, `${tag} stands twice in one section`);
}

/** Appends to a list of an object that is being put together. */
export function addTo(object: FormObject, key: string, item: JsonValue): void {
  const list = object[key];
  if (Array.isArray(list)) list.push(item);
  else object[key] = [item];
}

/** `algorithm: value`; undefined for anything else. */
export function checksumOf(value: string): JsonObject | undefined {
  const [, algorithm, checksumValue] = CHECKSUM.exec(value) ?? [];
  return algorithm === undefined || checksumValue === undefined
    ? undefined
    : { algorithm, checksumValue };
}

/** An object whose members are the words of a value, in order. */
export function wordsOf(words: readonly string[], keys: readonly string[]): JsonObject {
  const object: FormObject = {};
  const count = Math.min(words.length, keys.length);
  for (let at = 0; at < count; at++) object[keys[at] ?? ''] = words[at] ?? '';
  return object;
}

/** What stands between spaces and tabs. */
export function splitWords(value: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < value.length;) {
    let end = at;
    while (end < value.length && !isBlank(value.charCodeAt(end))) end++;
    if (end > at) words.push(value.slice(at, end));
    at = end + 1;
  }
  return words;
}

function textsOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs);
}
