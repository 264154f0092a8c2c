// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, pointerJoin, stringMember } from '../../core/json.ts';
import { conformsToOf, datasetsOf, findCroissantVersion, vocabularyOf } from './detect.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  CroissantActivity,
  CroissantDataset,
  CroissantEntity,
  CroissantFile,
  CroissantRecordSet,
} from './model.ts';
import type { CroissantVocabulary } from './vocabulary.ts';

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

/** A value with its place. */
interface Placed {
  readonly value: JsonValue;
  readonly pointer: string;
}

class DatasetParser {
  readonly #dataset: JsonValue;
  readonly #pointer: string;
  readonly #vocabulary: CroissantVocabulary;

  constructor(dataset: JsonValue, pointer: string) {
    this.#dataset = dataset;
    this.#pointer = pointer;
    this.#vocabulary = vocabularyOf(dataset);
  }

  parse(): CroissantDataset {
    const root = { value: this.#dataset, pointer: this.#pointer };
    return {
      version: findCroissantVersion(this.#dataset),
      conformsTo: conformsToOf(this.#dataset),
      types: this.#vocabulary.typesOf(this.#dataset),
      ...optional('id', stringMember(this.#dataset, '@id')),
      name: this.#text(root, 'sc:name') ?? '',
      ...optional('url', this.#text(root, 'sc:url')),
      sameAs: this.#texts(root, 'sc:sameAs'),
      ...optional('datasetVersion', this.#text(root, 'sc:version')),
      ...optional('sdVersion', this.#text(root, 'cr:sdVersion', 'sc:sdVersion')),
      ...optional('datePublished', this.#text(root, 'sc:datePublished')),
      ...optional('citeAs', this.#text(root, 'cr:citeAs', 'sc:citeAs')),
      responsible: this.#responsible(),
      licenses: this.#list(root, 'sc:license').flatMap((item) => this.#entity(item)),
      creators: this.#list(root, 'sc:creator').flatMap((item) => {
        const name = this.#plain(item.value) ?? this.#text(item, 'sc:name');
        return name === undefined ? [] : [name];
      }),
      files: this.#list(root, 'sc:distribution').flatMap((item) => this.#file(item)),
      recordSets: this.#list(root, 'cr:recordSet').map((item) => this.#recordSet(item)),
      derivedFrom: [
        ...this.#list(root, 'prov:wasDerivedFrom', 'sc:wasDerivedFrom'),
        ...this.#list(root, 'sc:isBasedOn'),
      ].flatMap((item) => this.#entity(item)),
      generatedBy: this.#list(root, 'prov:wasGeneratedBy', 'sc:wasGeneratedBy').map((item) =>
        this.#activity(item),
      ),
      pointer: this.#pointer,
    };
  }

  /** @see https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html */
  #responsible(): ReadonlyMap<string, string> {
    const members = isJsonObject(this.#dataset) ? Object.entries(this.#dataset) : [];
    return new Map(
      members.flatMap(([key, value]): [string, string][] => {
        const meaning = this.#vocabulary.meaning(key);
        const text = meaning.startsWith('rai:') ? this.#plain(value) : undefined;
        return text === undefined ? [] : [[meaning.slice('rai:'.length), text]];
      }),
    );
  }

  #file(item: Placed): CroissantFile[] {
    const types = this.#vocabulary.typesOf(item.value);
    const isSet = types.some((type) => type === 'cr:FileSet' || type === 'sc:FileSet');
    const isObject = types.some((type) => type === 'cr:FileObject' || type === 'sc:FileObject');
    if (!isJsonObject(item.value)) return [];
    const name = this.#text(item, 'sc:name') ?? '';
    return [
      {
        type: isSet ? 'FileSet' : isObject ? 'FileObject' : 'other',
        id: stringMember(item.value, '@id') ?? name,
        name,
        ...optional('contentUrl', this.#text(item, 'sc:contentUrl')),
        encodingFormats: this.#texts(item, 'sc:encodingFormat'),
        ...optional('sha256', this.#text(item, 'sc:sha256', 'cr:sha256')),
        ...optional('md5', this.#text(item, 'cr:md5', 'sc:md5')),
        ...optional('contentSize', this.#text(item, 'sc:contentSize')),
        includes: this.#texts(item, 'cr:includes', 'sc:includes'),
        containedIn: this.#containers(item),
        pointer: item.pointer,
      },
    ];
  }

  /** `containedIn` is a name (0.8), a reference, a source that holds a reference, or a list of these. */
  #containers(item: Placed): string[] {
    return this.#list(item, 'cr:containedIn', 'sc:containedIn').flatMap((container) => {
      const inner =
        this.#vocabulary.find(container.value, 'cr:fileObject', 'cr:fileSet')?.value ??
        container.value;
      const id = this.#plain(inner);
      return id === undefined ? [] : [id];
    });
  }

  #recordSet(item: Placed): CroissantRecordSet {
    const name = this.#text(item, 'sc:name') ?? '';
    return {
      id: stringMember(item.value, '@id') ?? name,
      name,
      fields: this.#list(item, 'cr:field').length,
    };
  }

  /** An IRI, a plain text, or a node with a label and a place (`prov:atLocation`; `prov:locatedAt` in real documents). */
  #entity(item: Placed): CroissantEntity[] {
    if (typeof item.value === 'string') {
      const url = findUrl(item.value);
      return [{ label: item.value, ...optional('url', url), pointer: item.pointer }];
    }
    if (!isJsonObject(item.value)) return [];
    const id = stringMember(item.value, '@id') ?? stringMember(item.value, 'id');
    const located = this.#text(
      item,
      ...['prov:atLocation', 'prov:locatedAt', 'sc:url', 'sc:contentUrl', 'sc:identifier'],
    );
    const label = this.#text(item, 'prov:label', 'sc:name') ?? id ?? located;
    const url = [located, id].map((text) => findUrl(text ?? '')).find((text) => text !== undefined);
    return label === undefined ? [] : [{ label, ...optional('url', url), pointer: item.pointer }];
  }

  #activity(item: Placed): CroissantActivity {
    const [self] = this.#entity(item);
    return {
      label: self?.label ?? 'activity',
      ...optional('description', this.#text(item, 'prov:description', 'sc:description')),
      ...optional('startedAt', this.#text(item, 'prov:startedAtTime', 'sc:startedAtTime')),
      used: this.#list(item, 'prov:used', 'sc:used', 'sc:usage', 'prov:usage').flatMap((used) =>
        this.#entity(used),
      ),
      agents: this.#list(
        item,
        ...['prov:wasAssociatedWith', 'sc:wasAssociatedWith', 'prov:isAssociatedWith'],
      ).flatMap((agent) => this.#entity(agent)),
      pointer: item.pointer,
    };
  }

  #list(item: Placed, ...meanings: string[]): Placed[] {
    const found = this.#vocabulary.find(item.value, ...meanings);
    if (found === undefined || found.value === null) return [];
    const pointer = pointerJoin(item.pointer, found.key);
    if (!Array.isArray(found.value)) return [{ value: found.value, pointer }];
    return (found.value as readonly JsonValue[]).map((value, at) => ({
      value,
      pointer: pointerJoin(pointer, at),
    }));
  }

  #texts(item: Placed, ...meanings: string[]): string[] {
    return this.#list(item, ...meanings).flatMap(({ value }) => {
      const text = this.#plain(value);
      return text === undefined ? [] : [text];
    });
  }

  /** The first text; for a text in several languages the first that is written. */
  #text(item: Placed, ...meanings: string[]): string | undefined {
    const [first] = this.#list(item, ...meanings);
    if (first === undefined) return undefined;
    const plain = this.#plain(first.value);
    if (plain !== undefined || !isJsonObject(first.value)) return plain;
    return Object.values(first.value).find((value) => typeof value === 'string');
  }

  /** Text of a plain value, of a value object, or the id of a reference. */
  #plain(value: JsonValue): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    return stringMember(value, '@value') ?? stringMember(value, '@id');
  }
}

function findUrl(text: string): string | undefined {
  return /^(?:https?|s3|gs|hf|doi|ftp):/.test(text) ? text : undefined;
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { [P in K]: string });
}
