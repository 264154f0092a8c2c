// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../core/json.ts';
import { toArray } from '../../core/long-list.ts';
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import { TextTable } from '../../core/tables/text-table.ts';
import { ElementReader, type ElementHead, type Parts } from './element-reader.ts';
import { graphObjects, idOf, type GraphObjects } from './flatten.ts';
import { RelationshipColumns } from './relationship-columns.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Located } from '../wire-reader.ts';
import type {
  Agent,
  Artifact,
  Build,
  Collection,
  CreationInfo,
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
/** Types that have no id by the specification and stand inside of what they say something about. */
const PARTS = new Set(['ExternalIdentifier', 'Hash', 'PackageVerificationCode']);

/**
 * Parses SPDX 3 JSON-LD (3.0.x; core, software, AI, dataset, build, licensing and security profiles) to the typed model. Each
 * object of the graph is read by its `type`; the context is not fetched and not applied. A member that is not what the
 * specification says counts as missing and is listed. Linear in the document. Of a large document little is held: elements
 * are read again whenever they are asked for.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 * @see https://spdx.github.io/spdx-spec/v3.0.1/serializations/
 */
export function parseSpdx3(root: JsonValue): Spdx3Document {
  const objects = graphObjects(root);
  const context = stringMember(root, '@context');
  const gathering = new Gathering(objects, NO_PARTS);
  const named = gathering.namedParts();
  // rare: what parts are named by id is only known at the end, and then all of it is read with them at hand
  return (named === undefined ? gathering : new Gathering(objects, named)).finish(context);
}

const NO_PARTS: Parts = { size: 0, find: () => undefined };

/** Goes through the objects of a graph, and keeps what is asked for by kind. */
class Gathering {
  readonly #reader: ElementReader;
  readonly #partsById: PartsById;
  readonly #typeCounts = new Map<string, number>();
  readonly #specVersions = new Set<string>();
  readonly #creations: Gathered<CreationInfo>;
  readonly #documents: Collection[] = [];
  readonly #collections: Collection[] = [];
  readonly #artifacts: Gathered<Artifact>;
  readonly #relationships: {
    add(relationship: Relationship): void;
    list(): readonly Relationship[];
  };
  readonly #builds: Gathered<Build>;
  readonly #agents: Gathered<Agent>;
  readonly #licenses: Gathered<LicenseInfo>;
  readonly #vulnerabilities: Gathered<Vulnerability>;

  constructor(objects: GraphObjects, parts: Parts) {
    this.#reader = new ElementReader(parts);
    this.#partsById = new PartsById(objects);
    const again = new ElementReader(parts);
    const headOf = (item: Located): ElementHead => again.head(item, again.typeOf(item) ?? '');
    const gathered = <T>(read: (item: Located) => T): Gathered<T> =>
      objects.isLong ? new ReadAgain(objects, read) : new Held();
    this.#creations = gathered((item) => again.creation(item));
    this.#artifacts = gathered((item) => again.artifact(item, headOf(item)));
    this.#builds = gathered((item) => again.build(item, headOf(item)));
    this.#agents = gathered(headOf);
    this.#licenses = gathered((item) => again.license(item, headOf(item)));
    this.#vulnerabilities = gathered((item) => again.vulnerability(item, headOf(item)));
    this.#relationships = objects.isLong ? new RelationshipColumns() : new Held();
    objects.forEach((item, number) => this.#take(item, number));
  }

  /** The parts that stand by themselves, where text stands in the place of one; undefined where nothing is to be found. */
  namedParts(): Parts | undefined {
    return this.#reader.namesParts && this.#partsById.size > 0 ? this.#partsById : undefined;
  }

  finish(context: string | undefined): Spdx3Document {
    return {
      context,
      specVersions: [...this.#specVersions],
      creations: this.#creations.list(),
      typeCounts: this.#typeCounts,
      documents: this.#documents,
      collections: this.#collections,
      artifacts: this.#artifacts.list(),
      relationships: this.#relationships.list(),
      builds: this.#builds.list(),
      agents: this.#agents.list(),
      licenses: this.#licenses.list(),
      vulnerabilities: this.#vulnerabilities.list(),
      problems: this.#reader.problems,
    };
  }

  #take(item: Located, number: number): void {
    const type = this.#reader.typeOf(item);
    if (type === undefined) return;
    this.#typeCounts.set(type, (this.#typeCounts.get(type) ?? 0) + 1);
    if (type === 'CreationInfo') this.#takeCreation(this.#reader.creation(item), number);
    else this.#takeElement(item, number, type);
  }

  #takeCreation(creation: CreationInfo, number: number): void {
    this.#creations.add(creation, number);
    if (creation.specVersion !== undefined) this.#specVersions.add(creation.specVersion);
  }

  #takeElement(item: Located, number: number, type: string): void {
    const reader = this.#reader;
    const head = reader.head(item, type);
    if (PARTS.has(type)) this.#partsById.add(item, number);
    if (type === 'SpdxDocument') this.#documents.push(reader.collection(item, head));
    else if (COLLECTIONS.has(type)) this.#collections.push(reader.collection(item, head));
    else if (ARTIFACTS.has(type)) this.#artifacts.add(reader.artifact(item, head), number);
    else if (type === 'build_Build') this.#builds.add(reader.build(item, head), number);
    else if (AGENTS.has(type)) this.#agents.add(head, number);
    else if (type === 'security_Vulnerability') {
      this.#vulnerabilities.add(reader.vulnerability(item, head), number);
    } else if (member(item.value, 'relationshipType') !== undefined) {
      const relationship = reader.relationship(item);
      if (relationship !== undefined) this.#relationships.add(relationship);
    } else if (isLicense(type)) this.#licenses.add(reader.license(item, head), number);
  }
}

function isLicense(type: string): boolean {
  return type.startsWith('simplelicensing_') || type.startsWith('expandedlicensing_');
}

/** Elements of one kind. */
interface Gathered<T> {
  /** @param number that of the object in the graph */
  add(element: T, number: number): void;
  list(): readonly T[];
}

class Held<T> {
  readonly #elements: T[] = [];

  add(element: T): void {
    this.#elements.push(element);
  }

  list(): readonly T[] {
    return this.#elements;
  }
}

/** Those of a large document, read again whenever they are asked for. */
class ReadAgain<T> implements Gathered<T> {
  readonly #objects: GraphObjects;
  readonly #read: (item: Located) => T;
  readonly #numbers = new GrowingInts();

  constructor(objects: GraphObjects, read: (item: Located) => T) {
    this.#objects = objects;
    this.#read = read;
  }

  add(_element: T, number: number): void {
    this.#numbers.push(number);
  }

  list(): readonly T[] {
    return toArray({
      count: this.#numbers.length,
      item: (at) => {
        const item =
          at < this.#numbers.length ? this.#objects.item(this.#numbers.at(at)) : undefined;
        return item === undefined ? undefined : this.#read(item);
      },
    });
  }
}

/** Parts that stand in the graph by themselves, by id. */
class PartsById implements Parts {
  readonly #objects: GraphObjects;
  readonly #ids = new TextTable();
  /** Number of the object in the graph, by id. */
  readonly #numbers = new GrowingInts();

  constructor(objects: GraphObjects) {
    this.#objects = objects;
  }

  get size(): number {
    return this.#ids.size;
  }

  add(item: Located, number: number): void {
    const id = idOf(item.value);
    if (id === undefined || stringMember(item.value, 'type') === undefined) return;
    const known = this.#ids.add(id);
    if (known < this.#numbers.length) this.#numbers.set(known, number);
    else this.#numbers.push(number);
  }

  find(id: string): Located | undefined {
    const known = this.#ids.find(id);
    return known === undefined ? undefined : this.#objects.item(this.#numbers.at(known));
  }
}
