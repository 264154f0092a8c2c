// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { Draft, placeInside } from './draft.ts';
import { splitTagValue, type TagValue } from './tag-value.ts';
import type { SpdxJsonForm } from './encoding.ts';
import type { SpdxProblem } from './model.ts';

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

const CHECKSUM = /^([A-Za-z0-9_-]{1,32})[ \t]*:[ \t]*(\S+)$/;
const VERIFICATION_CODE = /^[0-9A-Fa-f]+/;

/**
 * Brings a tag-value document into the JSON form; places are `/line/<number>`. A tag belongs to the last package, file,
 * snippet or licence that began; files that follow a package are its files. Relationships and annotations stand anywhere.
 * Tags that nothing is read from are left out.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_LIMIT_ITEMS
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function formOfTagValue(text: string): SpdxJsonForm {
  const builder = new FormBuilder();
  for (const tag of splitTagValue(text)) builder.take(tag);
  return builder.finish();
}

type SectionKind = 'document' | 'package' | 'file' | 'snippet' | 'license';

class FormBuilder {
  readonly #root = new Draft('/line/1');
  readonly #creation = new Draft('/line/1');
  readonly #problems: SpdxProblem[] = [];
  #section = this.#root;
  #kind: SectionKind = 'document';
  #package: Draft | undefined;

  take(tag: TagValue): void {
    if (this.#begin(tag) || this.#anywhere(tag)) return;
    switch (this.#kind) {
      case 'document':
        this.#ofDocument(tag);
        break;
      case 'package':
        this.#ofPackage(tag);
        break;
      case 'file':
        this.#ofFile(tag);
        break;
      case 'snippet':
        this.#text(tag, SNIPPET_TEXTS);
        break;
      case 'license':
    }
  }

  finish(): SpdxJsonForm {
    this.#root.setObject('creationInfo', this.#creation);
    const places = new WeakMap<object, string>();
    const json = this.#root.toJson(places);
    const placeOf = (pointer: string): string => placeInside(json, places, pointer);
    return { json, placeOf, problems: this.#problems };
  }

  /** Tags that begin a section of their own. */
  #begin(tag: TagValue): boolean {
    switch (tag.tag) {
      case 'PackageName':
        this.#package = this.#open('packages', 'package', tag, 'name');
        return true;
      case 'FileName':
        this.#open('files', 'file', tag, 'fileName');
        return true;
      case 'SnippetSPDXID':
        this.#open('snippets', 'snippet', tag, 'SPDXID');
        return true;
      case 'LicenseID':
        this.#open('hasExtractedLicensingInfos', 'license', tag, 'licenseId');
        return true;
      default:
        return false;
    }
  }

  #open(list: string, kind: SectionKind, { value, line }: TagValue, key: string): Draft {
    this.#kind = kind;
    this.#section = new Draft(placeOfLine(line));
    this.#section.setText(key, value);
    this.#root.addObject(list, this.#section);
    return this.#section;
  }

  /** Tags that mean the same wherever they stand. */
  #anywhere(tag: TagValue): boolean {
    if (tag.tag === 'Relationship') this.#relationship(tag);
    else if (tag.tag === 'Annotator') this.#root.addObject('annotations', draftOf(tag));
    else if (tag.tag === 'ExternalDocumentRef') this.#externalDocument(tag);
    else return false;
    return true;
  }

  #ofDocument(tag: TagValue): void {
    if (tag.tag === 'Creator') this.#creation.addText('creators', tag.value);
    else if (tag.tag === 'Created') this.#creation.setText('created', tag.value);
    else this.#text(tag, DOCUMENT_TEXTS);
  }

  #ofPackage(tag: TagValue): void {
    if (tag.tag === 'PackageChecksum') this.#checksum(tag);
    else if (tag.tag === 'ExternalRef') this.#externalRef(tag);
    else if (tag.tag === 'PackageVerificationCode') this.#verificationCode(tag);
    else this.#text(tag, PACKAGE_TEXTS);
  }

  #ofFile(tag: TagValue): void {
    if (tag.tag === 'FileChecksum') this.#checksum(tag);
    else if (tag.tag === 'FileType') this.#section.addText('fileTypes', tag.value);
    else this.#text(tag, FILE_TEXTS);
    if (tag.tag === 'SPDXID') this.#package?.addText('hasFiles', tag.value);
  }

  /** The first of a tag counts; a repeated one is listed. */
  #text({ tag, value, line }: TagValue, texts: ReadonlyMap<string, string>): void {
    const key = texts.get(tag);
    if (key === undefined || this.#section.setText(key, value)) return;
    this.#problem('repeated-tag', line, `${tag} stands twice in one section`);
  }

  #checksum(tag: TagValue): void {
    const checksum = checksumDraft(tag.value, tag.line);
    if (checksum !== undefined) this.#section.addObject('checksums', checksum);
    else this.#problem('hash-incomplete', tag.line, `${tag.tag} is not "algorithm: value"`);
  }

  #verificationCode(tag: TagValue): void {
    const code = draftOf(tag);
    code.setText('packageVerificationCodeValue', VERIFICATION_CODE.exec(tag.value)?.[0] ?? '');
    this.#section.setObject('packageVerificationCode', code);
  }

  #externalRef(tag: TagValue): void {
    const keys = ['referenceCategory', 'referenceType', 'referenceLocator'];
    this.#section.addObject('externalRefs', wordsDraft(tag, keys));
  }

  #externalDocument(tag: TagValue): void {
    const document = wordsDraft(tag, ['externalDocumentId', 'spdxDocument']);
    const checksum = checksumDraft(words(tag.value).slice(2).join(' '), tag.line);
    if (checksum !== undefined) document.setObject('checksum', checksum);
    this.#root.addObject('externalDocumentRefs', document);
  }

  #relationship(tag: TagValue): void {
    if (tag.isRepaired === true) {
      this.#problem('tag-without-colon', tag.line, 'Relationship has no colon after it');
    }
    const keys = ['spdxElementId', 'relationshipType', 'relatedSpdxElement'];
    if (words(tag.value).length === keys.length) {
      this.#root.addObject('relationships', wordsDraft(tag, keys));
      return;
    }
    const message = `not "A TYPE B": "${excerpt(tag.value)}"`;
    this.#problem('relationship-incomplete', tag.line, message);
  }

  #problem(code: string, line: number, message: string): void {
    if (this.#problems.length >= LIMITS.problems) return;
    this.#problems.push({ code, pointer: placeOfLine(line), message });
  }
}

function placeOfLine(line: number): string {
  return `/line/${line}`;
}

function draftOf({ line }: TagValue): Draft {
  return new Draft(placeOfLine(line));
}

function checksumDraft(value: string, line: number): Draft | undefined {
  const match = CHECKSUM.exec(value);
  if (match === null) return undefined;
  const checksum = new Draft(placeOfLine(line));
  checksum.setText('algorithm', match[1] ?? '');
  checksum.setText('checksumValue', match[2] ?? '');
  return checksum;
}

/** An object whose members are the words of a value, in order. */
function wordsDraft(tag: TagValue, keys: readonly string[]): Draft {
  const draft = draftOf(tag);
  const values = words(tag.value);
  keys.forEach((key, at) => {
    const value = values[at];
    if (value !== undefined) draft.setText(key, value);
  });
  return draft;
}

function words(value: string): string[] {
  return value.split(/[ \t]+/).filter((word) => word !== '');
}

function textsOf(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(pairs);
}
