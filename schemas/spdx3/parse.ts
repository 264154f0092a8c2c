// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import { flattenGraph, idOf } from './flatten.ts';
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
  Spdx3Document,
  Vulnerability,
} from './model.ts';

const ARTIFACTS = new Set([
  'software_Package',
  'software_File',
  'software_Snippet',
  'ai_AIPackage',
  'dataset_DatasetPackage',
]);
const COLLECTIONS = new Set(['software_Sbom', 'Bom', 'Bundle']);
const AGENTS = new Set(['Agent', 'Person', 'Organization', 'SoftwareAgent', 'Tool']);

/**
 * Parses SPDX 3 JSON-LD (3.0.x; core, software, AI, dataset, build, licensing and security profiles) to the typed model. Each
 * object of the graph is read by its `type`; the context is not fetched and not applied. A member that is not what the
 * specification says counts as missing and is listed. Linear in the document.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 * @see https://spdx.github.io/spdx-spec/v3.0.1/serializations/
 */
export function parseSpdx3(root: JsonValue): Spdx3Document {
  const items = flattenGraph(root);
  const parser = new Parser(partsById(items));
  for (const item of items) parser.take(item);
  return parser.finish(stringMember(root, '@context'));
}

/** Types that have no id by the specification and stand inside of what they say something about. */
const PARTS = new Set(['ExternalIdentifier', 'Hash', 'PackageVerificationCode']);

/** Parts that stand in the graph by themselves all the same, as sbom-tool writes them. */
function partsById(items: readonly Located[]): ReadonlyMap<string, Located> {
  const found = new Map<string, Located>();
  for (const item of items) {
    const id = PARTS.has(stringMember(item.value, 'type') ?? '') ? idOf(item.value) : undefined;
    if (id !== undefined) found.set(id, item);
  }
  return found;
}

class Parser {
  readonly #read = new WireReader();
  readonly #partsById: ReadonlyMap<string, Located>;
  /** Tolerances that were used: each is listed where it was needed first. */
  readonly #tolerated = new Set<string>();
  readonly #typeCounts = new Map<string, number>();
  readonly #creations: CreationInfo[] = [];
  readonly #documents: Collection[] = [];
  readonly #collections: Collection[] = [];
  readonly #artifacts: Artifact[] = [];
  readonly #relationships: Relationship[] = [];
  readonly #builds: Build[] = [];
  readonly #agents: ElementHead[] = [];
  readonly #licenses: LicenseInfo[] = [];
  readonly #vulnerabilities: Vulnerability[] = [];

  constructor(parts: ReadonlyMap<string, Located>) {
    this.#partsById = parts;
  }

  take(item: Located): void {
    const type = this.#read.text(item, 'type') ?? this.#read.text(item, '@type');
    if (type === undefined) {
      this.#read.problem('missing-type', item.pointer, 'an object of the graph without a type');
      return;
    }
    this.#typeCounts.set(type, (this.#typeCounts.get(type) ?? 0) + 1);
    if (type === 'CreationInfo') this.#creations.push(this.#creation(item));
    else this.#takeElement(item, this.#head(item, type));
  }

  finish(context: string | undefined): Spdx3Document {
    const versions = this.#creations.flatMap(({ specVersion }) => specVersion ?? []);
    return {
      context,
      specVersions: [...new Set(versions)],
      creations: this.#creations,
      typeCounts: this.#typeCounts,
      documents: this.#documents,
      collections: this.#collections,
      artifacts: this.#artifacts,
      relationships: this.#relationships,
      builds: this.#builds,
      agents: this.#agents,
      licenses: this.#licenses,
      vulnerabilities: this.#vulnerabilities,
      problems: this.#read.problems,
    };
  }

  #takeElement(item: Located, head: ElementHead): void {
    const { type } = head;
    if (type === 'SpdxDocument') this.#documents.push(this.#collection(item, head));
    else if (COLLECTIONS.has(type)) this.#collections.push(this.#collection(item, head));
    else if (ARTIFACTS.has(type)) this.#artifacts.push(this.#artifact(item, head));
    else if (type === 'build_Build') this.#builds.push(this.#build(item, head));
    else if (AGENTS.has(type)) this.#agents.push(head);
    else if (type === 'security_Vulnerability') {
      this.#vulnerabilities.push(this.#vulnerability(item, head));
    } else if (member(item.value, 'relationshipType') !== undefined) {
      const relationship = this.#relationship(item, head);
      if (relationship !== undefined) this.#relationships.push(relationship);
    } else if (isLicense(type)) this.#licenses.push(this.#license(item, head));
  }

  #head(item: Located, type: string): ElementHead {
    return {
      pointer: item.pointer,
      type,
      id: idOf(item.value),
      name: this.#read.text(item, 'name'),
    };
  }

  #creation(item: Located): CreationInfo {
    return {
      pointer: item.pointer,
      specVersion: this.#read.text(item, 'specVersion'),
      created: this.#read.text(item, 'created'),
      createdBy: this.#refs(item, 'createdBy'),
    };
  }

  #collection(item: Located, head: ElementHead): Collection {
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

  #artifact(item: Located, head: ElementHead): Artifact {
    const read = this.#read;
    const identifiers = this.#parts(item, 'externalIdentifier', (entry) => ({
      type: read.text(entry, 'externalIdentifierType'),
      text: read.text(entry, 'identifier'),
    }));
    const ofTypes = (...types: string[]): string[] =>
      identifiers.flatMap(({ type, text }) => (types.includes(type ?? '') ? (text ?? []) : []));
    const purl = read.text(item, 'software_packageUrl');
    return {
      ...head,
      version: read.textOrNumber(item, 'software_packageVersion'),
      purpose: read.text(item, 'software_primaryPurpose'),
      downloadLocation: read.text(item, 'software_downloadLocation'),
      purls: [
        ...new Set([...(purl === undefined ? [] : [purl]), ...ofTypes('packageUrl', 'purl')]),
      ],
      cpes: ofTypes('cpe23', 'cpe22'),
      gitoids: [...ofTypes('gitoid'), ...this.#contentIdentifiers(item)],
      hashes: this.#hashes(item, 'verifiedUsing'),
      verificationCodes: this.#hashes(item, 'verifiedUsing', 'PackageVerificationCode'),
      suppliedBy: this.#refs(item, 'suppliedBy'),
      originatedBy: this.#refs(item, 'originatedBy'),
      snippetFromFile: this.#refs(item, 'software_snippetFromFile')[0],
      metrics: this.#metrics(item),
      typesOfModel: read.texts(item, 'ai_typeOfModel'),
      datasetTypes: read.texts(item, 'dataset_datasetType'),
      sensitivePersonalInformation: read.text(item, 'dataset_hasSensitivePersonalInformation'),
    };
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

  #hashes(item: Located, key: string, wanted = 'Hash'): readonly Hash[] {
    return this.#parts(item, key, (entry) => {
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

  #relationship(item: Located, head: ElementHead): Relationship | undefined {
    const relationshipType = this.#relationshipType(item);
    const from = this.#refs(item, 'from')[0];
    const to = this.#refs(item, 'to');
    if (relationshipType === undefined || from === undefined || to.length === 0) {
      const message = 'needs relationshipType, from and to';
      this.#read.problem('relationship-incomplete', item.pointer, message);
      return undefined;
    }
    return {
      ...head,
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
    if (written === undefined || !/^[A-Z]+(?:_[A-Z]+)*$/.test(written)) return written;
    this.#tolerate('relationship-spelling', item.pointer, `"${written}" is written in capitals`);
    return written.toLowerCase().replace(/_[a-z]/g, (letter) => letter.slice(1).toUpperCase());
  }

  /** As `each` of the reader; an id in the place of an object counts as the object of that id. */
  #parts<T>(item: Located, key: string, read: (entry: Located) => T | undefined): readonly T[] {
    const entries = arrayMember(item.value, key) ?? [];
    const isPlain = !entries.some((entry) => typeof entry === 'string');
    if (isPlain || this.#partsById.size === 0) return this.#read.each(item, key, read);
    return entries.flatMap((entry, at) => {
      const pointer = pointerJoin(item.pointer, key, at);
      const found =
        typeof entry === 'string' ? this.#partsById.get(entry) : locatedObject(entry, pointer);
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

  #build(item: Located, head: ElementHead): Build {
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

  #license(item: Located, head: ElementHead): LicenseInfo {
    const expression = this.#read.text(item, 'simplelicensing_licenseExpression');
    return { ...head, text: expression ?? head.name ?? lastPart(head.id) };
  }

  #vulnerability(item: Located, head: ElementHead): Vulnerability {
    const ids = this.#parts(item, 'externalIdentifier', (entry) => {
      const type = this.#read.text(entry, 'externalIdentifierType');
      const isId = type === 'cve' || type === 'securityOther';
      return isId ? this.#read.text(entry, 'identifier') : undefined;
    });
    return { ...head, vulnerabilityId: ids[0] ?? head.name };
  }

  /** Ids, one or several; an element that stands in the place of its id counts as its id. */
  #refs(item: Located, key: string): readonly string[] {
    const value = member(item.value, key);
    if (value === undefined) return [];
    const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
    const ids = values.flatMap((one) => (typeof one === 'string' ? one : (idOf(one) ?? [])));
    if (ids.length < values.length) this.#read.wrongType(item, key, 'an id or an element');
    return ids.filter((id) => id !== '');
  }
}

function locatedObject(value: JsonValue, pointer: string): Located | undefined {
  return isJsonObject(value) ? { value, pointer } : undefined;
}

interface ElementHead {
  readonly pointer: string;
  readonly type: string;
  readonly id: string | undefined;
  readonly name: string | undefined;
}

function isLicense(type: string): boolean {
  return type.startsWith('simplelicensing_') || type.startsWith('expandedlicensing_');
}

/** A listed licence is known by the end of its IRI. */
function lastPart(id: string | undefined): string | undefined {
  return id?.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('#')) + 1);
}
