// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { conformsToOf, datasetsOf, findCroissantVersion, vocabularyOf } from './detect.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { CroissantProblem } from './model.ts';
import type { CroissantVocabulary } from './vocabulary.ts';

/**
 * What is wrong with a Croissant document by the rules that can be told from the document alone. The rules are those of the
 * reference implementation (mlcroissant 1.1): mandatory members, types, references, joins, data types, shapes. Not checked:
 * that a JSONPath parses, that addresses answer, dates, and RDF subtleties of contexts nobody writes.
 * @see https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
 */
export function findCroissantFaults(value: JsonValue): readonly CroissantProblem[] {
  const isArray = Array.isArray(value);
  return datasetsOf(value).flatMap((dataset, at) =>
    new ConformanceCheck(dataset, isArray ? pointerJoin('', at) : '').run(),
  );
}

interface Place {
  readonly value: JsonValue;
  readonly pointer: string;
}

interface FieldInfo extends Place {
  readonly uuid: string;
  readonly source: string | undefined;
  readonly references: string | undefined;
  readonly subFields: readonly FieldInfo[];
  readonly parent: string;
}

interface RecordSetInfo extends Place {
  readonly uuid: string;
  readonly fields: readonly FieldInfo[];
}

/** Data types that have a programmatic meaning. */
const DATA_TYPES = new Set([
  ...['Boolean', 'Date', 'DateTime', 'Float', 'Integer', 'Text', 'Time', 'URL'].map(
    (name) => `sc:${name}`,
  ),
  ...['AudioObject', 'ImageObject', 'VideoObject'].map((name) => `sc:${name}`),
  ...['BoundingBox', 'Float16', 'Float32', 'Float64', 'Int8', 'Int16', 'Int32', 'Int64'].map(
    (name) => `cr:${name}`,
  ),
  ...['UInt8', 'UInt16', 'UInt32', 'UInt64'].map((name) => `cr:${name}`),
]);
const FILE_PROPERTIES = ['content', 'filename', 'filepath', 'fullpath', 'lines', 'lineNumbers'];
/** Names are identifiers in 0.8. */
const NAME_0_8 = /^[a-zA-Z0-9\-_.]{1,255}$/;
/** Depth of fields inside fields; the reference implementation reads two. */
const SUB_FIELD_DEPTH = 20;

class ConformanceCheck {
  readonly #root: Place;
  readonly #vocabulary: CroissantVocabulary;
  readonly #is08: boolean;
  readonly #is11: boolean;
  readonly #faults: CroissantProblem[] = [];
  /** Every identified thing: its data types where it is a field, and the source that a join counts it by. */
  readonly #known = new Map<string, { parent: string; field?: FieldInfo }>();

  constructor(dataset: JsonValue, pointer: string) {
    this.#root = { value: dataset, pointer };
    this.#vocabulary = vocabularyOf(dataset);
    const version = findCroissantVersion(dataset);
    this.#is08 = version === '0.8' || version === null;
    this.#is11 = version === '1.1';
  }

  run(): readonly CroissantProblem[] {
    const root = this.#root;
    const conformsTo = conformsToOf(root.value);
    if (conformsTo.length > 0 && findCroissantVersion(root.value) === null) {
      this.#fault('conforms-to', root.pointer, 'conformsTo names no version of Croissant');
    }
    this.#checkIds(root);
    this.#checkTexts(root);
    if (this.#is08 && this.#name(root) === '') {
      this.#fault('mandatory', root.pointer, 'name is mandatory');
    }
    this.#checkLicense();
    const files = this.#list(root, 'sc:distribution');
    for (const file of files) this.#checkFile(file);
    const recordSets = this.#list(root, 'cr:recordSet').map((set) => this.#recordSet(set));
    for (const file of files) this.#checkContainers(file);
    for (const recordSet of recordSets) this.#checkRecordSet(recordSet);
    return this.#faults;
  }

  #fault(code: string, pointer: string, message: string): void {
    this.#faults.push({ code, pointer, message });
  }

  #checkIds(root: Place): void {
    const stack = [root];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (typeof top.value !== 'object' || top.value === null) continue;
      const id = member(top.value, '@id');
      if (typeof id === 'string' && /\s/.test(id) && !top.pointer.includes('/@context')) {
        this.#fault('id-whitespace', pointerJoin(top.pointer, '@id'), 'an @id has no spaces');
      }
      for (const [key, value] of Object.entries(top.value)) {
        stack.push({ value: value as JsonValue, pointer: pointerJoin(top.pointer, key) });
      }
    }
  }

  #checkLicense(): void {
    for (const { value, pointer } of this.#list(this.#root, 'sc:license')) {
      const isWork = this.#vocabulary.typesOf(value).includes('sc:CreativeWork');
      if (typeof value !== 'string' && !isWork && member(value, '@id') === undefined) {
        this.#fault('license-type', pointer, 'a licence is text or a CreativeWork');
      }
    }
  }

  #checkFile(file: Place): void {
    const types = this.#vocabulary.typesOf(file.value);
    const prefix = this.#is08 ? 'sc:' : 'cr:';
    const isObject = types.includes(`${prefix}FileObject`);
    if (!isObject && !types.includes(`${prefix}FileSet`)) {
      this.#fault('distribution-type', file.pointer, 'neither a FileObject nor a FileSet');
      return;
    }
    this.#declare(file, undefined, this.#uuid(file));
    this.#checkName(file);
    this.#checkTexts(file);
    this.#require(file, 'encodingFormat', 'sc:encodingFormat');
    if (!isObject) {
      this.#require(file, 'includes', 'cr:includes');
      return;
    }
    if (this.#list(file, 'sc:containedIn', 'cr:containedIn').length > 0) return;
    this.#require(file, 'contentUrl', 'sc:contentUrl');
    const isLive = this.#vocabulary.find(this.#root.value, 'cr:isLiveDataset')?.value === true;
    if (!isLive) this.#require(file, 'sha256 or md5', 'sc:sha256', 'cr:sha256', 'cr:md5', 'sc:md5');
  }

  #checkContainers(file: Place): void {
    for (const { value, pointer } of this.#list(file, 'sc:containedIn', 'cr:containedIn')) {
      const inner = this.#vocabulary.find(value, 'cr:fileObject', 'cr:fileSet')?.value ?? value;
      this.#checkReference(referenceOf(inner), pointer);
    }
  }

  #checkReference(id: string | undefined, pointer: string): void {
    if (id !== undefined && !this.#known.has(id)) {
      this.#fault('dangling-ref', pointer, `refers to "${id}", which is not in the document`);
    }
  }

  #recordSet(set: Place): RecordSetInfo {
    if (!this.#vocabulary.typesOf(set.value).includes('cr:RecordSet')) {
      this.#fault('record-set-type', set.pointer, 'not a RecordSet');
    }
    const uuid = this.#uuid(set);
    this.#declare(set, undefined, uuid);
    this.#checkName(set);
    this.#checkTexts(set);
    const fields = this.#list(set, 'cr:field').map((field) => this.#field(field, uuid, 0));
    return { ...set, uuid, fields };
  }

  #field(field: Place, parent: string, depth: number): FieldInfo {
    if (!this.#vocabulary.typesOf(field.value).includes('cr:Field')) {
      this.#fault('field-type', field.pointer, 'not a Field');
    }
    this.#checkName(field);
    this.#checkTexts(field);
    const name = this.#name(field);
    const uuid = this.#is08 ? `${parent}/${name}` : this.#uuid(field);
    const inner = depth < SUB_FIELD_DEPTH ? this.#list(field, 'cr:subField') : [];
    const info: FieldInfo = {
      ...field,
      uuid,
      parent,
      source: this.#sourceOf(field, 'cr:source'),
      references: this.#sourceOf(field, 'cr:references'),
      subFields: inner.map((sub) => this.#field(sub, uuid, depth + 1)),
    };
    this.#declare(field, info, parent);
    this.#checkArrayShape(field);
    return info;
  }

  #declare(place: Place, field: FieldInfo | undefined, parent: string): void {
    const uuid = field?.uuid ?? this.#uuid(place);
    if (uuid === '') return;
    if (this.#known.has(uuid)) {
      this.#fault('duplicate-id', place.pointer, `"${uuid}" names two things`);
    }
    this.#known.set(uuid, { parent, ...(field === undefined ? {} : { field }) });
  }

  /** What a source or reference points to; undefined where there is none. Faults in its shape are recorded here, once. */
  #sourceOf(field: Place, meaning: string): string | undefined {
    const [source] = this.#list(field, meaning);
    if (source === undefined || !isJsonObject(source.value)) return undefined;
    const kinds = this.#is08
      ? ['cr:field', 'sc:distribution']
      : ['cr:field', 'cr:fileObject', 'cr:fileSet'];
    const targets = kinds.flatMap((kind) => this.#list(source, kind));
    if (targets.length !== 1) {
      this.#fault(
        'source-target',
        source.pointer,
        'a source names exactly one field, file or file set',
      );
    }
    this.#checkExtract(source);
    for (const transform of this.#list(source, 'cr:transform')) this.#checkTransform(transform);
    return targets[0] === undefined ? undefined : referenceOf(targets[0].value);
  }

  #checkExtract(source: Place): void {
    const [extract] = this.#list(source, 'cr:extract');
    if (extract === undefined) return;
    const ways = ['cr:column', 'cr:fileProperty', 'cr:jsonPath'].flatMap((way) =>
      this.#list(extract, way),
    );
    if (ways.length !== 1) {
      this.#fault('extract', extract.pointer, 'exactly one of column, fileProperty and jsonPath');
    }
    const [property] = this.#list(extract, 'cr:fileProperty');
    if (property !== undefined && !FILE_PROPERTIES.some((name) => name === property.value)) {
      this.#fault('file-property', property.pointer, 'no such property of a file');
    }
  }

  #checkTransform(transform: Place): void {
    const texts = ['cr:format', 'cr:jsonPath', 'cr:regex', 'cr:replace', 'cr:separator'].filter(
      (name) => this.#list(transform, name).length > 0,
    );
    const flags = ['cr:readLines', 'cr:unArchive'].filter(
      (name) => this.#vocabulary.find(transform.value, name)?.value === true,
    );
    if (texts.length > 1 || texts.length + flags.length === 0) {
      this.#fault('transform', transform.pointer, 'a transform does exactly one thing');
    }
  }

  #checkArrayShape(field: Place): void {
    const [shape] = this.#list(field, 'cr:arrayShape');
    if (shape === undefined) return;
    const isArray = this.#vocabulary.find(field.value, 'cr:isArray')?.value === true;
    if (!isArray) this.#fault('array-shape', shape.pointer, 'arrayShape without isArray');
    const dimensions = typeof shape.value === 'string' ? shape.value.split(',') : [''];
    if (!dimensions.every((dimension) => /^\s*[+-]?\d+\s*$/.test(dimension))) {
      this.#fault('array-shape', shape.pointer, 'arrayShape is whole numbers separated by commas');
    }
  }

  #checkRecordSet(set: RecordSetInfo): void {
    const all = set.fields.flatMap((field) => [field, ...field.subFields]);
    for (const field of all) {
      this.#checkReference(field.source, pointerJoin(field.pointer, 'source'));
      this.#checkReference(field.references, pointerJoin(field.pointer, 'references'));
      if (field.source !== undefined && this.#hasValue(field)) {
        this.#fault('field-source', field.pointer, 'a field has a source or a value, not both');
      }
      this.#checkDataType(field);
    }
    const data = this.#list(set, 'cr:data');
    if (data.length > 0) this.#checkData(set, data);
    else if (!all.some((field) => this.#isConnected(field))) this.#checkUnsourced(set);
    this.#checkJoins(set);
  }

  #isConnected(field: FieldInfo): boolean {
    return [field.source, field.references].some((id) => id !== undefined && this.#known.has(id));
  }

  #checkUnsourced(set: RecordSetInfo): void {
    for (const field of set.fields) {
      if (field.source !== undefined || field.subFields.length > 0) continue;
      if (!this.#hasValue(field)) {
        this.#fault('field-source', field.pointer, 'a field has neither a source nor a value');
      } else if (this.#list(field, 'cr:dataType').length === 0) {
        this.#fault('data-type', field.pointer, 'a constant value without a data type');
      }
    }
  }

  #hasValue(field: Place): boolean {
    return this.#list(field, 'sc:value', 'cr:value').length > 0;
  }

  /** A leaf has a data type of its own, or takes it from the field it reads. */
  #checkDataType(field: FieldInfo): void {
    const seen = new Set<FieldInfo>();
    let current: FieldInfo | undefined = field;
    while (current !== undefined && !seen.has(current)) {
      if (current.subFields.length > 0) return;
      seen.add(current);
      if (this.#dataTypes(current).some((type) => DATA_TYPES.has(type))) return;
      current = current.source === undefined ? undefined : this.#known.get(current.source)?.field;
    }
    this.#fault('data-type', field.pointer, 'no data type that a program knows');
  }

  #dataTypes(field: Place): string[] {
    return this.#list(field, 'cr:dataType').flatMap(({ value }) => {
      const text = referenceOf(value);
      return text === undefined ? [] : [this.#vocabulary.meaning(text)];
    });
  }

  #checkData(set: RecordSetInfo, rows: readonly Place[]): void {
    const expected = set.fields
      .map((field) => (this.#is08 ? this.#name(field) : field.uuid))
      .sort()
      .join('\n');
    for (const row of rows) {
      const written = isJsonObject(row.value)
        ? Object.keys(row.value).sort().join('\n')
        : undefined;
      if (written !== expected) {
        this.#fault(
          'data-columns',
          row.pointer,
          'a record does not have the fields of its record set',
        );
      }
    }
  }

  /** Fields of one record set that read from several places need a declared join between each two of these. */
  #checkJoins(set: RecordSetInfo): void {
    const joined = new Set<string>();
    const sources = new Set<string>();
    for (const field of set.fields) {
      const source = this.#placeOf(field.source);
      const references = this.#placeOf(field.references);
      if (source === undefined) continue;
      sources.add(source);
      if (references === undefined) continue;
      joined.add(JSON.stringify([source, references])).add(JSON.stringify([references, source]));
    }
    const needed = (sources.size * (sources.size - 1)) / 2;
    // a hostile document could name a million sources; the joins it declares bound what can be right
    if (needed > joined.size)
      this.#fault('join', set.pointer, 'sources without a join between them');
    else this.#checkEachJoin(set, [...sources], joined);
  }

  #checkEachJoin(
    set: RecordSetInfo,
    sources: readonly string[],
    joined: ReadonlySet<string>,
  ): void {
    for (const [at, one] of sources.entries()) {
      for (const other of sources.slice(at + 1)) {
        if (joined.has(JSON.stringify([one, other]))) continue;
        this.#fault('join', set.pointer, `no join declared between "${one}" and "${other}"`);
        return;
      }
    }
  }

  #placeOf(id: string | undefined): string | undefined {
    return id === undefined ? undefined : this.#known.get(id)?.parent;
  }

  #require(place: Place, label: string, ...meanings: string[]): void {
    const found = meanings.flatMap((meaning) => this.#list(place, meaning));
    if (!found.some(({ value }) => value !== '' && value !== null)) {
      this.#fault('mandatory', place.pointer, `${label} is mandatory`);
    }
  }

  #checkName(place: Place): void {
    if (!this.#is08) return;
    const name = this.#name(place);
    if (name === '') this.#fault('mandatory', place.pointer, 'name is mandatory');
    else if (!NAME_0_8.test(name)) {
      this.#fault('name', place.pointer, 'a name of forbidden characters');
    }
  }

  /** Names and descriptions are text; in 1.1 also text by language. */
  #checkTexts(place: Place): void {
    for (const meaning of ['sc:name', 'sc:description']) {
      for (const { value, pointer } of this.#list(place, meaning)) {
        if (typeof value === 'string') continue;
        const texts = isJsonObject(value) ? Object.values(value) : [value];
        const isByLanguage = isJsonObject(value) && (this.#is11 || '@value' in value);
        if (!isByLanguage || !texts.every((text) => typeof text === 'string')) {
          this.#fault('text-type', pointer, 'not text');
        }
      }
    }
  }

  #name(place: Place): string {
    const [name] = this.#list(place, 'sc:name');
    return typeof name?.value === 'string' ? name.value : '';
  }

  #uuid(place: Place): string {
    const id = member(place.value, '@id');
    if (this.#is08) return this.#name(place);
    return typeof id === 'string' ? id : `_:${place.pointer}`;
  }

  #list(place: Place, ...meanings: string[]): Place[] {
    const found = this.#vocabulary.find(place.value, ...meanings);
    if (found === undefined || found.value === null) return [];
    const pointer = pointerJoin(place.pointer, found.key);
    if (!Array.isArray(found.value)) return [{ value: found.value, pointer }];
    return (found.value as readonly JsonValue[]).map((value, at) => ({
      value,
      pointer: pointerJoin(pointer, at),
    }));
  }
}

/** A name (0.8), a reference, or a value object; a leading `#` is how 0.8 once wrote references. */
function referenceOf(value: JsonValue): string | undefined {
  const text = isJsonObject(value) ? (member(value, '@id') ?? member(value, '@value')) : value;
  return typeof text === 'string' ? text : undefined;
}
