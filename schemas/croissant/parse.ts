// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, pointerJoin, stringMember } from '../../core/json.ts';
import { CONFORMS_TO, conformsToIn, datasetsOf, vocabularyOf } from './detect.ts';
import { wantMembers, type CroissantVocabulary, type FoundMember } from './vocabulary.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  CroissantActivity,
  CroissantDataset,
  CroissantEntity,
  CroissantFile,
  CroissantRecordSet,
} from './model.ts';

/**
 * Parses every dataset of a Croissant document. Tolerant: what is missing or of another type is left out; conform.ts says
 * what is wrong with it.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where there is no dataset in it
 * @see https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html
 */
export function parseCroissant(value: JsonValue): readonly CroissantDataset[] {
  const isArray = Array.isArray(value);
  const datasets = datasetsOf(value);
  if (datasets.length === 0 || !datasets.every(isJsonObject)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'no Croissant dataset in the document');
  }
  return datasets.map((dataset, at) =>
    new DatasetParser(dataset, isArray ? pointerJoin('', at) : '').parse(),
  );
}

const DATASET_MEMBERS = wantMembers({
  types: ['@type'],
  conformsTo: CONFORMS_TO,
  name: ['sc:name'],
  url: ['sc:url'],
  sameAs: ['sc:sameAs'],
  version: ['sc:version'],
  sdVersion: ['cr:sdVersion', 'sc:sdVersion'],
  datePublished: ['sc:datePublished'],
  citeAs: ['cr:citeAs', 'sc:citeAs'],
  license: ['sc:license'],
  creator: ['sc:creator'],
  distribution: ['sc:distribution'],
  recordSet: ['cr:recordSet'],
  derivedFrom: ['prov:wasDerivedFrom', 'sc:wasDerivedFrom'],
  basedOn: ['sc:isBasedOn'],
  generatedBy: ['prov:wasGeneratedBy', 'sc:wasGeneratedBy'],
});

const FILE_MEMBERS = wantMembers({
  types: ['@type'],
  name: ['sc:name'],
  contentUrl: ['sc:contentUrl'],
  encodingFormat: ['sc:encodingFormat'],
  sha256: ['sc:sha256', 'cr:sha256'],
  md5: ['cr:md5', 'sc:md5'],
  contentSize: ['sc:contentSize'],
  includes: ['cr:includes', 'sc:includes'],
  containedIn: ['cr:containedIn', 'sc:containedIn'],
});

const RECORD_SET_MEMBERS = wantMembers({ name: ['sc:name'], field: ['cr:field'] });

const ENTITY_MEMBERS = wantMembers({
  label: ['prov:label', 'sc:name'],
  location: ['prov:atLocation', 'prov:locatedAt', 'sc:url', 'sc:contentUrl', 'sc:identifier'],
});

const ACTIVITY_MEMBERS = wantMembers({
  description: ['prov:description', 'sc:description'],
  startedAt: ['prov:startedAtTime', 'sc:startedAtTime'],
  used: ['prov:used', 'sc:used', 'sc:usage', 'prov:usage'],
  agents: ['prov:wasAssociatedWith', 'sc:wasAssociatedWith', 'prov:isAssociatedWith'],
});

/** A value with its place. */
interface Placed {
  readonly value: JsonValue;
  readonly pointer: string;
}

class DatasetParser {
  readonly #dataset: JsonObject;
  readonly #pointer: string;
  readonly #vocabulary: CroissantVocabulary;

  constructor(dataset: JsonObject, pointer: string) {
    this.#dataset = dataset;
    this.#pointer = pointer;
    this.#vocabulary = vocabularyOf(dataset);
  }

  parse(): CroissantDataset {
    const pointer = this.#pointer;
    const found = this.#vocabulary.findAll(this.#dataset, DATASET_MEMBERS);
    return {
      conformsTo: conformsToIn(found.conformsTo),
      types: this.#vocabulary.typesIn(found.types),
      name: this.#text(found.name) ?? '',
      url: present(this.#text(found.url)),
      sameAs: this.#texts(found.sameAs),
      datasetVersion: present(this.#text(found.version)),
      sdVersion: present(this.#text(found.sdVersion)),
      datePublished: present(this.#text(found.datePublished)),
      citeAs: present(this.#text(found.citeAs)),
      responsible: this.#responsible(),
      licenses: this.#entities(pointer, found.license),
      creators: this.#creators(found.creator),
      files: this.#files(found.distribution),
      recordSets: () => listOf(found.recordSet).map((item) => this.#recordSet(item)),
      derivedFrom: [
        ...this.#entities(pointer, found.derivedFrom),
        ...this.#entities(pointer, found.basedOn),
      ],
      generatedBy: placedList(pointer, found.generatedBy).map((item) => this.#activity(item)),
      pointer,
    };
  }

  /** @see https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html */
  #responsible(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const key in this.#dataset) {
      const meaning = this.#vocabulary.meaning(key);
      if (!meaning.startsWith('rai:')) continue;
      const text = this.#plain(this.#dataset[key]);
      if (text !== undefined) found.set(meaning.slice('rai:'.length), text);
    }
    return found;
  }

  #creators(found: FoundMember | undefined): string[] {
    const names: string[] = [];
    for (const creator of listOf(found)) {
      const name = this.#plain(creator) ?? this.#text(this.#vocabulary.find(creator, 'sc:name'));
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  #files(distribution: FoundMember | undefined): CroissantFile[] {
    const files: CroissantFile[] = [];
    for (const { value, pointer } of placedList(this.#pointer, distribution)) {
      if (isJsonObject(value)) files.push(this.#file(value, pointer));
    }
    return files;
  }

  #file(value: JsonObject, pointer: string): CroissantFile {
    const found = this.#vocabulary.findAll(value, FILE_MEMBERS);
    const types = this.#vocabulary.typesIn(found.types);
    const isSet = types.includes('cr:FileSet') || types.includes('sc:FileSet');
    const isObject = types.includes('cr:FileObject') || types.includes('sc:FileObject');
    const name = this.#text(found.name) ?? '';
    return {
      type: isSet ? 'FileSet' : isObject ? 'FileObject' : 'other',
      id: stringMember(value, '@id') ?? name,
      name,
      contentUrl: present(this.#text(found.contentUrl)),
      encodingFormats: this.#texts(found.encodingFormat),
      sha256: present(this.#text(found.sha256)),
      md5: present(this.#text(found.md5)),
      contentSize: present(this.#text(found.contentSize)),
      includes: this.#texts(found.includes),
      containedIn: this.#containers(found.containedIn),
      pointer,
    };
  }

  /** `containedIn` is a name (0.8), a reference, a source that holds a reference, or a list of these. */
  #containers(found: FoundMember | undefined): string[] {
    const ids: string[] = [];
    for (const container of listOf(found)) {
      const inner = this.#vocabulary.find(container, 'cr:fileObject', 'cr:fileSet')?.value;
      const id = this.#plain(inner ?? container);
      if (id !== undefined) ids.push(id);
    }
    return ids;
  }

  #recordSet(value: JsonValue): CroissantRecordSet {
    const found = this.#vocabulary.findAll(value, RECORD_SET_MEMBERS);
    const name = this.#text(found.name) ?? '';
    return {
      id: stringMember(value, '@id') ?? name,
      name,
      fields: listOf(found.field).length,
    };
  }

  #entities(at: string, found: FoundMember | undefined): CroissantEntity[] {
    const entities: CroissantEntity[] = [];
    for (const item of placedList(at, found)) {
      const entity = this.#entity(item);
      if (entity !== undefined) entities.push(entity);
    }
    return entities;
  }

  /** An IRI, a plain text, or a node with a label and a place (`prov:atLocation`; `prov:locatedAt` in real documents). */
  #entity({ value, pointer }: Placed): CroissantEntity | undefined {
    if (typeof value === 'string') return { label: value, url: findUrl(value), pointer };
    if (!isJsonObject(value)) return undefined;
    const found = this.#vocabulary.findAll(value, ENTITY_MEMBERS);
    const id = stringMember(value, '@id') ?? stringMember(value, 'id');
    const located = this.#text(found.location);
    const label = this.#text(found.label) ?? id ?? located;
    const url = findUrl(located) ?? findUrl(id);
    return label === undefined ? undefined : { label, url, pointer };
  }

  #activity(item: Placed): CroissantActivity {
    const { value, pointer } = item;
    const self = this.#entity(item);
    const found = this.#vocabulary.findAll(value, ACTIVITY_MEMBERS);
    return {
      label: self?.label ?? 'activity',
      description: present(this.#text(found.description)),
      startedAt: present(this.#text(found.startedAt)),
      used: this.#entities(pointer, found.used),
      agents: this.#entities(pointer, found.agents),
      pointer,
    };
  }

  #texts(found: FoundMember | undefined): string[] {
    const texts: string[] = [];
    for (const value of listOf(found)) {
      const text = this.#plain(value);
      if (text !== undefined) texts.push(text);
    }
    return texts;
  }

  /** The first text; for a text in several languages the first that is written. */
  #text(found: FoundMember | undefined): string | undefined {
    const value = found?.value;
    if (typeof value === 'string') return value;
    const first = Array.isArray(value) ? (value as readonly JsonValue[])[0] : value;
    const plain = this.#plain(first);
    if (plain !== undefined || !isJsonObject(first)) return plain;
    return Object.values(first).find((value) => typeof value === 'string');
  }

  /** Text of a plain value, of a value object, or the id of a reference. */
  #plain(value: JsonValue | undefined): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    return stringMember(value, '@value') ?? stringMember(value, '@id');
  }
}

const NOTHING: readonly JsonValue[] = [];

/** A list, or one value that stands for a list of it; null says nothing. */
function listOf(found: FoundMember | undefined): readonly JsonValue[] {
  if (found === undefined || found.value === null) return NOTHING;
  return Array.isArray(found.value) ? (found.value as readonly JsonValue[]) : [found.value];
}

/** @param at JSON Pointer of the node whose member it is */
function placedList(at: string, found: FoundMember | undefined): readonly Placed[] {
  if (found === undefined) return NOTHING_PLACED;
  const pointer = pointerJoin(at, found.key);
  if (!Array.isArray(found.value)) return listOf(found).map((value) => ({ value, pointer }));
  return listOf(found).map((value, index) => ({ value, pointer: `${pointer}/${index}` }));
}

const NOTHING_PLACED: readonly Placed[] = [];

/** Empty text says nothing. */
function present(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function findUrl(text: string | undefined): string | undefined {
  return text !== undefined && /^(?:https?|s3|gs|hf|doi|ftp):/.test(text) ? text : undefined;
}
