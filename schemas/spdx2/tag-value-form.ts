// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { isJsonObject, member } from '../../core/json.ts';
import { splitTagValue, type TagValue } from './tag-value.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SpdxJsonForm } from './encoding.ts';
import type { SpdxProblem } from './model.ts';

/** A tag-value document in JSON form, with what could not be brought into it. */
export interface TagValueForm extends SpdxJsonForm {
  readonly problems: readonly SpdxProblem[];
}

/** An object of the JSON form while its tags come in. */
interface Section {
  readonly members: Map<string, JsonValue | Section | Section[] | string[]>;
  readonly line: number;
}

/** Tags that are one text of the section they stand in. */
const DOCUMENT_TEXTS = textsOf([
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

/** `Tool: x` behind `SHA256: `; the algorithm of 2.2 and the hyphens of 2.3. */
const CHECKSUM = /^([A-Za-z0-9_-]{1,32})[ \t]*:[ \t]*(\S+)$/;
const VERIFICATION_CODE = /^([0-9A-Fa-f]+)/;

/**
 * Brings a tag-value document into the JSON form. A tag belongs to the last package, file, snippet or licence that began;
 * files that follow a package are its files. Relationships and annotations stand anywhere.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_LIMIT_ITEMS
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function formOfTagValue(text: string): TagValueForm {
  const builder = new FormBuilder();
  for (const tag of splitTagValue(text)) builder.take(tag);
  return builder.finish();
}

class FormBuilder {
  readonly #root = newSection(1);
  readonly #creation: Section;
  readonly #lists = new Map<string, Section[]>();
  readonly #described: string[] = [];
  readonly #problems: SpdxProblem[] = [];
  #section: Section = this.#root;
  #kind: 'document' | 'package' | 'file' | 'snippet' | 'license' = 'document';
  #package: Section | undefined;

  constructor() {
    this.#creation = newSection(1);
    this.#root.members.set('creationInfo', this.#creation);
  }

  take(tag: TagValue): void {
    if (this.#begin(tag) || this.#anywhere(tag)) return;
    switch (this.#kind) {
      case 'document':
        this.#ofDocument(tag);
        return;
      case 'package':
        this.#ofPackage(tag);
        return;
      case 'file':
        this.#ofFile(tag);
        return;
      case 'snippet':
        this.#text(tag, SNIPPET_TEXTS);
        return;
      case 'license':
    }
  }

  finish(): TagValueForm {
    for (const [name, sections] of this.#lists) this.#root.members.set(name, sections);
    const lines = new WeakMap<object, number>();
    const json = toJson(this.#root, lines);
    return { json, placeOf: (pointer) => lineOf(json, lines, pointer), problems: this.#problems };
  }

  /** Tags that begin a section of their own. */
  #begin({ tag, value, line }: TagValue): boolean {
    switch (tag) {
      case 'PackageName':
        this.#package = this.#open('packages', 'package', line, ['name', value]);
        return true;
      case 'FileName':
        this.#open('files', 'file', line, ['fileName', value]);
        return true;
      case 'SnippetSPDXID':
        this.#open('snippets', 'snippet', line, ['SPDXID', value]);
        return true;
      case 'LicenseID':
        this.#open('hasExtractedLicensingInfos', 'license', line, ['licenseId', value]);
        return true;
      default:
        return false;
    }
  }

  /** Tags that mean the same wherever they stand. */
  #anywhere(tag: TagValue): boolean {
    if (tag.tag === 'Relationship') this.#relationship(tag);
    else if (tag.tag === 'Annotator') this.#item('annotations', tag.line, [['annotator', tag.value]]);
    else if (tag.tag === 'ExternalDocumentRef') this.#externalDocument(tag);
    else return false;
    return true;
  }

  #ofDocument(tag: TagValue): void {
    if (tag.tag === 'Creator') append(this.#creation, 'creators', tag.value);
    else if (tag.tag === 'Created') this.#creation.members.set('created', tag.value);
    else this.#text(tag, DOCUMENT_TEXTS);
  }

  #ofPackage(tag: TagValue): void {
    switch (tag.tag) {
      case 'PackageChecksum':
        this.#checksum(tag);
        return;
      case 'ExternalRef':
        this.#externalRef(tag);
        return;
      case 'PackageVerificationCode': {
        const code = newSection(tag.line);
        code.members.set('packageVerificationCodeValue', VERIFICATION_CODE.exec(tag.value)?.[1] ?? '');
        this.#section.members.set('packageVerificationCode', code);
        return;
      }
      default:
        this.#text(tag, PACKAGE_TEXTS);
    }
  }

  #ofFile(tag: TagValue): void {
    if (tag.tag === 'FileChecksum') this.#checksum(tag);
    else if (tag.tag === 'FileType') append(this.#section, 'fileTypes', tag.value);
    else this.#text(tag, FILE_TEXTS);
    if (tag.tag === 'SPDXID' && this.#package !== undefined) {
      append(this.#package, 'hasFiles', tag.value);
    }
  }

  /** The first of a tag counts; a repeated one is listed. */
  #text({ tag, value, line }: TagValue, texts: ReadonlyMap<string, string>): void {
    const key = texts.get(tag);
    if (key === undefined) return;
    if (this.#section.members.has(key)) {
      this.#problem('repeated-tag', line, `${tag} stands twice in one section`);
    } else {
      this.#section.members.set(key, value);
    }
  }

  #checksum({ tag, value, line }: TagValue): void {
    const match = CHECKSUM.exec(value);
    if (match === null) {
      this.#problem('hash-incomplete', line, `${tag} is not "algorithm: value"`);
      return;
    }
    const checksum = newSection(line);
    checksum.members.set('algorithm', match[1] ?? '');
    checksum.members.set('checksumValue', match[2] ?? '');
    appendSection(this.#section, 'checksums', checksum);
  }

  #externalRef({ value, line }: TagValue): void {
    const [category, type, locator] = value.split(/[ \t]+/);
    const ref = newSection(line);
    if (category !== undefined) ref.members.set('referenceCategory', category);
    if (type !== undefined) ref.members.set('referenceType', type);
    if (locator !== undefined) ref.members.set('referenceLocator', locator);
    appendSection(this.#section, 'externalRefs', ref);
  }

  #externalDocument({ value, line }: TagValue): void {
    const [id = '', namespace = '', ...rest] = value.split(/[ \t]+/);
    const section = newSection(line);
    section.members.set('externalDocumentId', id);
    section.members.set('spdxDocument', namespace);
    const match = CHECKSUM.exec(rest.join(' '));
    if (match !== null) {
      const checksum = newSection(line);
      checksum.members.set('algorithm', match[1] ?? '');
      checksum.members.set('checksumValue', match[2] ?? '');
      section.members.set('checksum', checksum);
    }
    this.#listOf('externalDocumentRefs').push(section);
  }

  #relationship({ value, line }: TagValue): void {
    const [from, type, to, ...more] = value.split(/[ \t]+/);
    if (from === undefined || type === undefined || to === undefined || more.length > 0) {
      this.#problem('relationship-incomplete', line, `not "A TYPE B": "${excerpt(value)}"`);
      return;
    }
    this.#item('relationships', line, [
      ['spdxElementId', from],
      ['relationshipType', type],
      ['relatedSpdxElement', to],
    ]);
  }

  #open(list: string, kind: FormBuilder['#kind'], line: number, first: [string, string]): Section {
    this.#kind = kind;
    this.#section = this.#item(list, line, [first]);
    return this.#section;
  }

  #item(list: string, line: number, texts: readonly (readonly [string, string])[]): Section {
    const section = newSection(line);
    for (const [key, value] of texts) section.members.set(key, value);
    this.#listOf(list).push(section);
    return section;
  }

  #listOf(name: string): Section[] {
    const known = this.#lists.get(name) ?? [];
    this.#lists.set(name, known);
    return known;
  }

  #problem(code: string, line: number, message: string): void {
    this.#problems.push({ code, pointer: `/line/${line}`, message });
  }
}

function newSection(line: number): Section {
  return { members: new Map(), line };
}

function append(section: Section, key: string, value: string): void {
  const known = section.members.get(key);
  if (Array.isArray(known)) (known as string[]).push(value);
  else section.members.set(key, [value]);
}

function appendSection(section: Section, key: string, value: Section): void {
  const known = section.members.get(key);
  if (Array.isArray(known)) (known as Section[]).push(value);
  else section.members.set(key, [value]);
}

function textsOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs);
}
