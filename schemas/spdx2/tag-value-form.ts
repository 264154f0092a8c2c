// SPDX-License-Identifier: Apache-2.0
import { excerpt } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { toArray } from '../../core/long-list.ts';
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import { TextTable } from '../../core/tables/text-table.ts';
import { innermost } from './draft.ts';
import { readTagAt, readTags, type TagValue } from './tag-value.ts';
import {
  addTo,
  checksumOf,
  DOCUMENT_TEXTS,
  readSection,
  Section,
  setFirst,
  splitWords,
  wordsOf,
  type FormObject,
  type Lines,
  type SectionList,
} from './tag-value-section.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { SpdxJsonForm } from './encoding.ts';
import type { SpdxProblem } from './model.ts';
import type { TagText } from './tag-text.ts';

const RELATIONSHIP_WORDS = ['spdxElementId', 'relationshipType', 'relatedSpdxElement'];

/**
 * Brings a tag-value document into the JSON form; places are `/line/<number>`. A tag belongs to the last package, file,
 * snippet or licence that began; files that follow a package are its files. Relationships and annotations stand anywhere.
 * Tags that nothing is read from are left out. The long lists of a large text hold no objects: what stands in them is read
 * from the text again whenever it is asked for.
 * @param text must not change as long as the form is used
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_LIMIT_ITEMS
 * @see https://spdx.github.io/spdx-spec/v2.3/
 */
export function formOfTagValue(text: TagText): SpdxJsonForm {
  const builder = new FormBuilder(text);
  readTags(text, undefined, (tag, offset) => builder.take(tag, offset));
  return builder.finish();
}

/** Lists of the root whose objects are found again by where they stand. */
type RootList = SectionList | 'relationships' | 'annotations' | 'externalDocumentRefs';

class FormBuilder {
  readonly #text: TagText;
  readonly #root: FormObject = {};
  readonly #creation: FormObject = {};
  readonly #problems: SpdxProblem[] = [];
  readonly #lists = new Map<RootList, Entries>();
  readonly #files = new FilesOfPackages();
  /** Where sections begin, all in one. */
  readonly #sections = new Entries();
  #section: Section | undefined;
  #package: FormObject | undefined;

  constructor(text: TagText) {
    this.#text = text;
  }

  take(tag: TagValue, offset: number): void {
    const section = Section.begin(tag);
    if (section !== undefined) this.#begin(section, tag, offset);
    else if (!this.#anywhere(tag, offset)) this.#inside(tag);
  }

  finish(): SpdxJsonForm {
    this.#root['creationInfo'] = this.#creation;
    for (const [key, entries] of this.#lists) this.#root[key] = this.#itemsOf(key, entries);
    const placeOf = (pointer: string): string => `/line/${this.#lineOf(pointer)}`;
    return { json: this.#root, placeOf, problems: this.#problems };
  }

  #begin(section: Section, { line }: TagValue, offset: number): void {
    this.#section = section;
    this.#sections.add(offset, line);
    this.#add(section.list, section.object, this.#sections.count - 1, line);
    if (section.list !== 'packages') return;
    this.#package = section.object;
    this.#files.beginPackage();
  }

  #add(list: RootList, object: JsonObject, place: number, line: number): void {
    let entries = this.#lists.get(list);
    if (entries === undefined) this.#lists.set(list, (entries = new Entries()));
    entries.add(place, line);
    if (!this.#text.isLarge) entries.held.push(object);
  }

  #anywhere(tag: TagValue, offset: number): boolean {
    if (tag.tag === 'Relationship') this.#relationship(tag, offset);
    else if (tag.tag === 'Annotator') this.#add('annotations', {}, offset, tag.line);
    else if (tag.tag === 'ExternalDocumentRef') this.#externalDocument(tag, offset);
    else return false;
    return true;
  }

  #inside(tag: TagValue): void {
    if (this.#section === undefined) {
      this.#ofDocument(tag);
      return;
    }
    this.#section.take(tag, this.#report);
    if (tag.tag === 'SPDXID' && this.#section.list === 'files') this.#addFile(tag.value);
  }

  #addFile(id: string): void {
    if (this.#package === undefined) return;
    if (this.#text.isLarge) this.#files.add(id);
    else addTo(this.#package, 'hasFiles', id);
  }

  #ofDocument(tag: TagValue): void {
    if (tag.tag === 'Creator') addTo(this.#creation, 'creators', tag.value);
    else if (tag.tag === 'Created') this.#creation['created'] ??= tag.value;
    else setFirst(this.#root, DOCUMENT_TEXTS, tag, this.#report);
  }

  #externalDocument(tag: TagValue, offset: number): void {
    this.#add('externalDocumentRefs', externalDocumentOf(tag.value), offset, tag.line);
  }

  #relationship(tag: TagValue, offset: number): void {
    if (tag.isRepaired === true) {
      this.#report('tag-without-colon', tag.line, 'Relationship has no colon after it');
    }
    const words = splitWords(tag.value);
    if (words.length === RELATIONSHIP_WORDS.length) {
      this.#add('relationships', wordsOf(words, RELATIONSHIP_WORDS), offset, tag.line);
      return;
    }
    const message = `not "A TYPE B": "${excerpt(tag.value)}"`;
    this.#report('relationship-incomplete', tag.line, message);
  }

  readonly #report = (code: string, line: number, message: string): void => {
    if (this.#problems.length >= LIMITS.problems) return;
    this.#problems.push({ code, pointer: `/line/${line}`, message });
  };

  #itemsOf(list: RootList, entries: Entries): readonly JsonValue[] {
    if (!this.#text.isLarge) return entries.held;
    return toArray({
      count: entries.count,
      item: (at) =>
        at >= 0 && at < entries.count ? this.#readAgain(list, entries, at) : undefined,
    });
  }

  #readAgain(list: RootList, entries: Entries, at: number): JsonObject {
    switch (list) {
      case 'annotations':
        return {};
      case 'relationships':
        return wordsOf(splitWords(this.#valueAt(entries, at)), RELATIONSHIP_WORDS);
      case 'externalDocumentRefs':
        return externalDocumentOf(this.#valueAt(entries, at));
      case 'packages':
        return this.#files.withFiles(this.#readSection(entries, at), at);
      default:
        return this.#readSection(entries, at);
    }
  }

  #valueAt(entries: Entries, at: number): string {
    return readTagAt(this.#text, entries.placeOf(at), entries.lineOf(at))?.value ?? '';
  }

  #readSection(entries: Entries, at: number, lines?: Lines): JsonObject {
    const section = entries.placeOf(at);
    const isLast = section + 1 === this.#sections.count;
    const range = {
      from: this.#sections.placeOf(section),
      to: isLast ? this.#text.end : this.#sections.placeOf(section + 1),
      line: entries.lineOf(at),
    };
    return readSection(this.#text, range, lines);
  }

  /** The line of the innermost object that a pointer leads into. What stands in no list stands on the first. */
  #lineOf(pointer: string): number {
    const [, list = '', index = '', ...inner] = pointer.split('/');
    const entries = this.#lists.get(list as RootList);
    const at = index === '' ? Number.NaN : Number(index);
    if (entries === undefined || !(at < entries.count)) return 1;
    const line = entries.lineOf(at);
    if (inner.length === 0 || !WITH_LINES_INSIDE.has(inner[0] ?? '')) return line;
    const lines: Lines = new WeakMap();
    const object = this.#readSection(entries, at, lines);
    return innermost(object, inner, (value) => lines.get(value)) ?? line;
  }
}

/** Members of sections whose objects stand on lines of their own. */
const WITH_LINES_INSIDE = new Set(['checksums', 'externalRefs', 'packageVerificationCode']);

function externalDocumentOf(value: string): JsonObject {
  const words = splitWords(value);
  const document = wordsOf(words, ['externalDocumentId', 'spdxDocument']);
  const checksum = checksumOf(words.slice(2).join(' '));
  return checksum === undefined ? document : { ...document, checksum };
}

/** Where the objects of one list stand. */
class Entries {
  /** Of a text that is not large. */
  readonly held: JsonObject[] = [];
  /** Offset of a line, or number of a section. */
  readonly #places = new GrowingInts();
  readonly #lines = new GrowingInts();

  get count(): number {
    return this.#places.length;
  }

  add(place: number, line: number): void {
    this.#places.push(place);
    this.#lines.push(line);
  }

  placeOf(at: number): number {
    return this.#places.at(at);
  }

  lineOf(at: number): number {
    return this.#lines.at(at);
  }
}

/** The files that follow each package of a large text: their sections do not say whose they are. */
class FilesOfPackages {
  readonly #ids = new TextTable();
  readonly #files = new GrowingInts();
  /** The first file of each package. */
  readonly #starts = new GrowingInts();

  beginPackage(): void {
    this.#starts.push(this.#files.length);
  }

  add(id: string): void {
    this.#files.push(this.#ids.add(id));
  }

  withFiles(object: JsonObject, number: number): JsonObject {
    const isLast = number + 1 === this.#starts.length;
    const start = this.#starts.at(number);
    const count = (isLast ? this.#files.length : this.#starts.at(number + 1)) - start;
    if (count === 0) return object;
    const item = (at: number): string | undefined =>
      at >= 0 && at < count ? this.#ids.get(this.#files.at(start + at)) : undefined;
    return { ...object, hasFiles: toArray<JsonValue>({ count, item: (at) => item(at) ?? null }) };
  }
}
