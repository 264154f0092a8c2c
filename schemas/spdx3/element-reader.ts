// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import { idOf } from './flatten.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type {
  Agent,
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

  agent(item: Located, type: string): Agent {
    return {
      pointer: item.pointer,
      type,
      id: idOf(item.value),
      name: this.#read.text(item, 'name'),
    };
  }

  /** An element of which only its name is looked at: one that is no text is listed. */
  skip(item: Located): void {
    this.#read.text(item, 'name');
  }

  creation(item: Located): CreationInfo {
    return {
      pointer: item.pointer,
      specVersion: this.#read.text(item, 'specVersion'),
      created: this.#read.text(item, 'created'),
      createdBy: this.#refs(item, 'createdBy'),
    };
  }

  collection(item: Located, type: string): Collection {
    return {
      pointer: item.pointer,
      type,
      id: idOf(item.value),
      name: this.#read.text(item, 'name'),
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

  artifact(item: Located, type: string): Artifact {
    const read = this.#read;
    const name = read.text(item, 'name');
    const { purls, cpes, gitoids } = this.#identifiers(item);
    const purl = read.text(item, 'software_packageUrl');
    const isHashes = holdsHashesOnly(item);
    return {
      pointer: item.pointer,
      type,
      id: idOf(item.value),
      name,
      version: read.textOrNumber(item, 'software_packageVersion'),
      purpose: read.text(item, 'software_primaryPurpose'),
      downloadLocation: read.text(item, 'software_downloadLocation'),
      purls: purl === undefined && purls.length < 2 ? purls : distinct(purl, purls),
      cpes,
      gitoids: joined(gitoids, read.each(item, 'software_contentIdentifier', readContentGitoid)),
      hashes: isHashes
        ? read.each(item, 'verifiedUsing', readHash)
        : this.#hashes(item, 'verifiedUsing'),
      verificationCodes: isHashes
        ? NO_HASHES
        : this.#parts('verifiedUsing', item, readVerificationCode),
      suppliedBy: this.#refs(item, 'suppliedBy'),
      originatedBy: this.#refs(item, 'originatedBy'),
      snippetFromFile: this.#refs(item, 'software_snippetFromFile')[0],
      metrics: read.each(item, 'ai_metric', readMetric),
      typesOfModel: read.texts(item, 'ai_typeOfModel'),
      datasetTypes: read.texts(item, 'dataset_datasetType'),
      sensitivePersonalInformation: read.text(item, 'dataset_hasSensitivePersonalInformation'),
    };
  }

  /** External identifiers by what they are. */
  #identifiers(item: Located): Identifiers {
    const entries = this.#parts('externalIdentifier', item, readIdentifier);
    if (entries.length === 0) return NO_IDENTIFIERS;
    const found = { purls: [] as string[], cpes: [] as string[], gitoids: [] as string[] };
    for (const { type, text } of entries) {
      const list = LIST_OF_TYPE.get(type ?? '');
      if (list !== undefined && text !== undefined) found[list].push(text);
    }
    return found;
  }

  #hashes(item: Located, key: string): readonly Hash[] {
    return this.#parts(key, item, readHash);
  }

  relationship(item: Located): Relationship | undefined {
    this.skip(item);
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
  #parts<T>(key: string, item: Located, read: ReadPart<T>): readonly T[] {
    const entries = arrayMember(item.value, key);
    if (entries?.some(isText) !== true) return this.#read.each(item, key, read);
    this.#namesParts = true;
    if (this.#partsById.size === 0) return this.#read.each(item, key, read);
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
      return read(found, this.#read) ?? [];
    });
  }

  #tolerate(code: string, pointer: string, message: string): void {
    if (this.#tolerated.has(code)) return;
    this.#tolerated.add(code);
    this.#read.problem(code, pointer, `${message}; others like it are not listed`);
  }

  build(item: Located, type: string): Build {
    const read = this.#read;
    return {
      pointer: item.pointer,
      type,
      id: idOf(item.value),
      name: read.text(item, 'name'),
      buildType: read.text(item, 'build_buildType'),
      buildId: read.text(item, 'build_buildId'),
      startTime: read.text(item, 'build_buildStartTime'),
      endTime: read.text(item, 'build_buildEndTime'),
      configSourceUris: read.texts(item, 'build_configSourceUri'),
      configSourceHashes: this.#hashes(item, 'build_configSourceDigest'),
    };
  }

  license(item: Located, type: string): LicenseInfo {
    const id = idOf(item.value);
    const name = this.#read.text(item, 'name');
    const expression = this.#read.text(item, 'simplelicensing_licenseExpression');
    return { pointer: item.pointer, type, id, name, text: expression ?? name ?? lastPart(id) };
  }

  vulnerability(item: Located, type: string): Vulnerability {
    const name = this.#read.text(item, 'name');
    const ids = this.#parts('externalIdentifier', item, readVulnerabilityId);
    const id = idOf(item.value);
    return { pointer: item.pointer, type, id, name, vulnerabilityId: ids[0] ?? name };
  }

  /** Ids, one or several; an element that stands in the place of its id counts as its id. */
  #refs(item: Located, key: string): readonly string[] {
    const value = member(item.value, key);
    if (value === undefined || value === '') return NO_TEXTS;
    if (typeof value === 'string') return [value];
    if (Array.isArray(value) && value.every(isId)) return value;
    const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
    const ids: string[] = [];
    let found = 0;
    for (const one of values) {
      const id = typeof one === 'string' ? one : isJsonObject(one) ? idOf(one) : undefined;
      if (id !== undefined) found++;
      if (id !== undefined && id !== '') ids.push(id);
    }
    if (found < values.length) this.#read.wrongType(item, key, 'an id or an element');
    return ids;
  }
}

/** What is made of a part of an element; undefined leaves it out. */
type ReadPart<T> = (entry: Located, read: WireReader) => T | undefined;

interface Identifiers {
  readonly purls: readonly string[];
  readonly cpes: readonly string[];
  readonly gitoids: readonly string[];
}

const readIdentifier = (
  entry: Located,
  read: WireReader,
): { readonly type: string | undefined; readonly text: string | undefined } => ({
  type: read.text(entry, 'externalIdentifierType'),
  text: read.text(entry, 'identifier'),
});

function readVulnerabilityId(entry: Located, read: WireReader): string | undefined {
  const type = read.text(entry, 'externalIdentifierType');
  const isId = type === 'cve' || type === 'securityOther';
  return isId ? read.text(entry, 'identifier') : undefined;
}

function readContentGitoid(entry: Located, read: WireReader): string | undefined {
  const type = read.text(entry, 'software_contentIdentifierType');
  return type === 'gitoid' ? read.text(entry, 'software_contentIdentifierValue') : undefined;
}

function readMetric(entry: Located, read: WireReader): Artifact['metrics'][number] | undefined {
  const key = read.text(entry, 'key');
  const value = read.textOrNumber(entry, 'value');
  if (key === undefined || value === undefined) return undefined;
  return { key, value, pointer: entry.pointer };
}

const readHash: ReadPart<Hash> = (entry, read) => readDigest(entry, read, 'Hash');
const readVerificationCode: ReadPart<Hash> = (entry, read) =>
  readDigest(entry, read, 'PackageVerificationCode');

function readDigest(entry: Located, read: WireReader, wanted: string): Hash | undefined {
  if (read.text(entry, 'type') !== wanted) return undefined;
  const algorithm = read.text(entry, 'algorithm');
  const hex = read.text(entry, 'hashValue');
  if (algorithm !== undefined && hex !== undefined) return { algorithm, hex };
  const message = `a ${wanted} needs algorithm and hashValue`;
  read.problem('hash-incomplete', entry.pointer, message);
  return undefined;
}

/** True where an element's integrity methods are hashes, written as objects: nearly always. */
function holdsHashesOnly({ value }: Located): boolean {
  const listed = member(value, 'verifiedUsing');
  return listed === undefined || (Array.isArray(listed) && listed.every(isHash));
}

function isHash(entry: JsonValue): boolean {
  return stringMember(entry, 'type') === 'Hash';
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

function isId(value: JsonValue): value is string {
  return typeof value === 'string' && value !== '';
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

/** Both lists as one, without a new one where one of them says it all. */
function joined(one: readonly string[], other: readonly string[]): readonly string[] {
  if (other.length === 0) return one;
  return one.length === 0 ? other : [...one, ...other];
}

/** A text and others, each once. */
function distinct(first: string | undefined, others: readonly string[]): readonly string[] {
  return [...new Set(first === undefined ? others : [first, ...others])];
}

const NO_TEXTS: readonly string[] = [];
const NO_HASHES: readonly Hash[] = [];
const NO_IDENTIFIERS: Identifiers = { purls: NO_TEXTS, cpes: NO_TEXTS, gitoids: NO_TEXTS };

/** Where an external identifier belongs, by its type. */
const LIST_OF_TYPE: ReadonlyMap<string, 'purls' | 'cpes' | 'gitoids'> = new Map([
  ['packageUrl', 'purls'],
  ['purl', 'purls'],
  ['cpe23', 'cpes'],
  ['cpe22', 'cpes'],
  ['gitoid', 'gitoids'],
]);
