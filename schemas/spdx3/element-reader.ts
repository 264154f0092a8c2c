// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import { idOf } from './flatten.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  Artifact,
  Build,
  Collection,
  CreationInfo,
  ExternalMap,
  Hash,
  LicenseInfo,
  Relationship,
  Spdx3Problem,
  Vulnerability,
} from './model.ts';

/** What every element has. */
export interface ElementHead {
  readonly pointer: string;
  readonly type: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** Parts that stand in the graph by themselves all the same, as sbom-tool writes them. */
export interface Parts {
  readonly size: number;
  /** The last part of an id. */
  find(id: string): Located | undefined;
}

/** Reads what single objects of the graph say. A member that is not what the specification says counts as missing and is listed. */
export class ElementReader {
  readonly #read = new WireReader();
  readonly #partsById: Parts;
  /** Tolerances that were used: each is listed where it was needed first. */
  readonly #tolerated = new Set<string>();
  #namesParts = false;

  constructor(parts: Parts) {
    this.#partsById = parts;
  }

  get problems(): readonly Spdx3Problem[] {
    return this.#read.problems;
  }

  /** Text has been met in a place where a part is wanted: it may be the id of one. */
  get namesParts(): boolean {
    return this.#namesParts;
  }

  /** The type of an object; undefined, and listed, where it has none. */
  typeOf(item: Located): string | undefined {
    const type = this.#read.text(item, 'type') ?? this.#read.text(item, '@type');
    if (type === undefined) {
      this.#read.problem('missing-type', item.pointer, 'an object of the graph without a type');
    }
    return type;
  }

  head(item: Located, type: string): ElementHead {
    return {
      pointer: item.pointer,
      type,
      id: idOf(item.value),
      name: this.#read.text(item, 'name'),
    };
  }

  creation(item: Located): CreationInfo {
    return {
      pointer: item.pointer,
      specVersion: this.#read.text(item, 'specVersion'),
      created: this.#read.text(item, 'created'),
      createdBy: this.#refs(item, 'createdBy'),
    };
  }

  collection(item: Located, head: ElementHead): Collection {
    return {
      ...head,
      rootElements: this.#refs(item, 'rootElement'),
      profiles: this.#read.texts(item, 'profileConformance'),
      imports: this.#read.each(item, 'import', (map): ExternalMap => ({
        pointer: map.pointer,
        id: this.#read.text(map, 'externalSpdxId'),
        locationHint: this.#read.text(map, 'locationHint'),
        hashes: this.#hashes(map, 'verifiedUsing'),
      })),
    };
  }

  artifact(item: Located, head: ElementHead): Artifact {
    const read = this.#read;
    const { purls, cpes, gitoids } = this.#identifiers(item);
    const purl = read.text(item, 'software_packageUrl');
    return {
      ...head,
      version: read.textOrNumber(item, 'software_packageVersion'),
      purpose: read.text(item, 'software_primaryPurpose'),
      downloadLocation: read.text(item, 'software_downloadLocation'),
      purls: purl === undefined && purls.length < 2 ? purls : distinct(purl, purls),
      cpes,
      gitoids: [...gitoids, ...this.#contentIdentifiers(item)],
      hashes: this.#hashes(item, 'verifiedUsing'),
      verificationCodes: this.#verificationCodes(item),
      suppliedBy: this.#refs(item, 'suppliedBy'),
      originatedBy: this.#refs(item, 'originatedBy'),
      snippetFromFile: this.#refs(item, 'software_snippetFromFile')[0],
      metrics: this.#metrics(item),
      typesOfModel: read.texts(item, 'ai_typeOfModel'),
      datasetTypes: read.texts(item, 'dataset_datasetType'),
      sensitivePersonalInformation: read.text(item, 'dataset_hasSensitivePersonalInformation'),
    };
  }

  /** External identifiers by what they are. */
  #identifiers(item: Located): {
    readonly purls: readonly string[];
    readonly cpes: readonly string[];
    readonly gitoids: readonly string[];
  } {
    const entries = this.#parts('externalIdentifier', item, (entry) => ({
      type: this.#read.text(entry, 'externalIdentifierType'),
      text: this.#read.text(entry, 'identifier'),
    }));
    if (entries.length === 0) return NO_IDENTIFIERS;
    const found = { purls: [] as string[], cpes: [] as string[], gitoids: [] as string[] };
    for (const { type, text } of entries) {
      const list = LIST_OF_TYPE.get(type ?? '');
      if (list !== undefined && text !== undefined) found[list].push(text);
    }
    return found;
  }

  #contentIdentifiers(item: Located): readonly string[] {
    return this.#read.each(item, 'software_contentIdentifier', (entry) => {
      const type = this.#read.text(entry, 'software_contentIdentifierType');
      return type === 'gitoid'
        ? this.#read.text(entry, 'software_contentIdentifierValue')
        : undefined;
    });
  }

  #metrics(item: Located): Artifact['metrics'] {
    return this.#read.each(item, 'ai_metric', (entry) => {
      const key = this.#read.text(entry, 'key');
      const value = this.#read.textOrNumber(entry, 'value');
      if (key === undefined || value === undefined) return undefined;
      return { key, value, pointer: entry.pointer };
    });
  }

  /** The same list as that of the hashes; what it holds has been listed then. */
  #verificationCodes(item: Located): readonly Hash[] {
    const isHash = (entry: JsonValue): boolean => stringMember(entry, 'type') === 'Hash';
    if (arrayMember(item.value, 'verifiedUsing')?.every(isHash) === true) return NO_HASHES;
    return this.#hashes(item, 'verifiedUsing', 'PackageVerificationCode');
  }

  #hashes(item: Located, key: string, wanted = 'Hash'): readonly Hash[] {
    return this.#parts(key, item, (entry) => {
      if (this.#read.text(entry, 'type') !== wanted) return undefined;
      const algorithm = this.#read.text(entry, 'algorithm');
      const hex = this.#read.text(entry, 'hashValue');
      if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
      this.#read.problem(
        'hash-incomplete',
        entry.pointer,
        `a ${wanted} needs algorithm and hashValue`,
      );
      return undefined;
    });
  }

  relationship(item: Located): Relationship | undefined {
    const relationshipType = this.#relationshipType(item);
    const from = this.#refs(item, 'from')[0];
    const to = this.#refs(item, 'to');
    if (relationshipType === undefined || from === undefined || to.length === 0) {
      const message = 'needs relationshipType, from and to';
      this.#read.problem('relationship-incomplete', item.pointer, message);
      return undefined;
    }
    return {
      pointer: item.pointer,
      relationshipType,
      from,
      to,
      scope: this.#read.text(item, 'scope'),
      completeness: this.#read.text(item, 'completeness'),
      justification: this.#read.text(item, 'security_justificationType'),
    };
  }

  /** The names of SPDX 2 (`DEPENDS_ON`) are spelled as those of SPDX 3. */
  #relationshipType(item: Located): string | undefined {
    const written = this.#read.text(item, 'relationshipType');
    if (written === undefined || !isInCapitals(written)) return written;
    this.#tolerate('relationship-spelling', item.pointer, `"${written}" is written in capitals`);
    return written.toLowerCase().replace(/_[a-z]/g, (letter) => letter.slice(1).toUpperCase());
  }

  /** As `each` of the reader; an id in the place of an object counts as the object of that id. */
  #parts<T>(key: string, item: Located, read: (entry: Located) => T | undefined): readonly T[] {
    const entries = arrayMember(item.value, key) ?? [];
    const isPlain = !entries.some((entry) => typeof entry === 'string');
    if (!isPlain) this.#namesParts = true;
    if (isPlain || this.#partsById.size === 0) return this.#read.each(item, key, read);
    return entries.flatMap((entry, at) => {
      const pointer = pointerJoin(item.pointer, key, at);
      const found =
        typeof entry === 'string' ? this.#partsById.find(entry) : locatedObject(entry, pointer);
      if (found === undefined) {
        this.#read.problem('wrong-type', pointer, 'not an object');
        return [];
      }
      if (typeof entry === 'string') {
        this.#tolerate(
          'part-by-reference',
          pointer,
          `${key} names an object instead of holding it`,
        );
      }
      return read(found) ?? [];
    });
  }

  #tolerate(code: string, pointer: string, message: string): void {
    if (this.#tolerated.has(code)) return;
    this.#tolerated.add(code);
    this.#read.problem(code, pointer, `${message}; others like it are not listed`);
  }

  build(item: Located, head: ElementHead): Build {
    return {
      ...head,
      buildType: this.#read.text(item, 'build_buildType'),
      buildId: this.#read.text(item, 'build_buildId'),
      startTime: this.#read.text(item, 'build_buildStartTime'),
      endTime: this.#read.text(item, 'build_buildEndTime'),
      configSourceUris: this.#read.texts(item, 'build_configSourceUri'),
      configSourceHashes: this.#hashes(item, 'build_configSourceDigest'),
    };
  }

  license(item: Located, head: ElementHead): LicenseInfo {
    const expression = this.#read.text(item, 'simplelicensing_licenseExpression');
    return { ...head, text: expression ?? head.name ?? lastPart(head.id) };
  }

  vulnerability(item: Located, head: ElementHead): Vulnerability {
    const ids = this.#parts('externalIdentifier', item, (entry) => {
      const type = this.#read.text(entry, 'externalIdentifierType');
      const isId = type === 'cve' || type === 'securityOther';
      return isId ? this.#read.text(entry, 'identifier') : undefined;
    });
    return { ...head, vulnerabilityId: ids[0] ?? head.name };
  }

  /** Ids, one or several; an element that stands in the place of its id counts as its id. */
  #refs(item: Located, key: string): readonly string[] {
    const value = member(item.value, key);
    if (value === undefined || value === '') return NO_TEXTS;
    if (typeof value === 'string') return [value];
    const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
    const ids: string[] = [];
    for (const one of values) {
      const id = typeof one === 'string' ? one : idOf(one);
      if (id !== undefined) ids.push(id);
    }
    if (ids.length < values.length) this.#read.wrongType(item, key, 'an id or an element');
    if (!ids.includes('')) return ids;
    return ids.filter((id) => id !== '');
  }
}

function locatedObject(value: JsonValue, pointer: string): Located | undefined {
  return isJsonObject(value) ? { value, pointer } : undefined;
}

/** As SPDX 2 writes its types. Nearly none is, and its first letter says so. */
function isInCapitals(text: string): boolean {
  return text.charCodeAt(0) < FIRST_SMALL && /^[A-Z]+(?:_[A-Z]+)*$/.test(text);
}

/** The letter `a`. */
const FIRST_SMALL = 0x61;

/** A listed licence is known by the end of its IRI. */
function lastPart(id: string | undefined): string | undefined {
  return id?.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('#')) + 1);
}

/** A text and others, each once. */
function distinct(first: string | undefined, others: readonly string[]): readonly string[] {
  return [...new Set(first === undefined ? others : [first, ...others])];
}

const NO_TEXTS: readonly string[] = [];
const NO_HASHES: readonly Hash[] = [];
const NO_IDENTIFIERS = { purls: NO_TEXTS, cpes: NO_TEXTS, gitoids: NO_TEXTS };

/** Where an external identifier belongs, by its type. */
const LIST_OF_TYPE: ReadonlyMap<string, 'purls' | 'cpes' | 'gitoids'> = new Map([
  ['packageUrl', 'purls'],
  ['purl', 'purls'],
  ['cpe23', 'cpes'],
  ['cpe22', 'cpes'],
  ['gitoid', 'gitoids'],
]);
