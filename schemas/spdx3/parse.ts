// SPDX-License-Identifier: Apache-2.0
import { member, stringMember } from '../../core/json.ts';
import { toArray } from '../../core/long-list.ts';
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import { TextTable } from '../../core/tables/text-table.ts';
import { ElementReader, type Parts } from './element-reader.ts';
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

/** How objects of a type are read. Relationships and licences have many types and are told otherwise. */
type Reading =
  | 'creation'
  | 'document'
  | 'collection'
  | 'artifact'
  | 'build'
  | 'agent'
  | 'vulnerability'
  | 'part';

const READING_OF_TYPE: ReadonlyMap<string, Reading> = new Map([
  ['CreationInfo', 'creation'],
  ['SpdxDocument', 'document'],
  ['software_Sbom', 'collection'],
  ['Bom', 'collection'],
  ['Bundle', 'collection'],
  ['software_Package', 'artifact'],
  ['software_File', 'artifact'],
  ['software_Snippet', 'artifact'],
  ['ai_AIPackage', 'artifact'],
  ['dataset_DatasetPackage', 'artifact'],
  ['build_Build', 'build'],
  ['Agent', 'agent'],
  ['Person', 'agent'],
  ['Organization', 'agent'],
  ['SoftwareAgent', 'agent'],
  ['Tool', 'agent'],
  ['security_Vulnerability', 'vulnerability'],
  // types that have no id by the specification and stand inside of what they say something about
  ['ExternalIdentifier', 'part'],
  ['Hash', 'part'],
  ['PackageVerificationCode', 'part'],
]);

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
  readonly #objects: GraphObjects;
  readonly #reader: ElementReader;
  /** Undefined as long as no part stands by itself. */
  #partsById: PartsById | undefined;
  readonly #specVersions = new Set<string>();
  readonly #documents: Collection[] = [];
  readonly #collections: Collection[] = [];
  readonly #lists: Lists;

  constructor(objects: GraphObjects, parts: Parts) {
    this.#objects = objects;
    this.#reader = new ElementReader(parts);
    this.#lists = objects.isLong ? listsReadAgain(objects, parts) : listsHeld();
    objects.forEach((item, number) => this.#take(item, number));
  }

  /** The parts that stand by themselves, where text stands in the place of one; undefined where nothing is to be found. */
  namedParts(): Parts | undefined {
    return this.#reader.namesParts ? this.#partsById : undefined;
  }

  finish(context: string | undefined): Spdx3Document {
    return {
      context,
      specVersions: [...this.#specVersions],
      creations: this.#lists.creations.list(),
      documents: this.#documents,
      collections: this.#collections,
      artifacts: this.#lists.artifacts.list(),
      relationships: this.#lists.relationships.list(),
      builds: this.#lists.builds.list(),
      agents: this.#lists.agents.list(),
      licenses: this.#lists.licenses.list(),
      vulnerabilities: this.#lists.vulnerabilities.list(),
      problems: this.#reader.problems,
    };
  }

  #take(item: Located, number: number): void {
    const reader = this.#reader;
    const type = reader.typeOf(item);
    if (type === undefined) return;
    switch (READING_OF_TYPE.get(type)) {
      case 'creation':
        this.#takeCreation(reader.creation(item), number);
        return;
      case 'document':
        this.#documents.push(reader.collection(item, type));
        return;
      case 'collection':
        this.#collections.push(reader.collection(item, type));
        return;
      case 'artifact':
        this.#lists.artifacts.add(reader.artifact(item, type), number);
        return;
      case 'build':
        this.#lists.builds.add(reader.build(item, type), number);
        return;
      case 'agent':
        this.#lists.agents.add(reader.agent(item, type), number);
        return;
      case 'vulnerability':
        this.#lists.vulnerabilities.add(reader.vulnerability(item, type), number);
        return;
      case 'part':
        this.#takePart(item, number);
        break;
      case undefined:
    }
    this.#takeOther(item, number, type);
  }

  #takeCreation(creation: CreationInfo, number: number): void {
    this.#lists.creations.add(creation, number);
    if (creation.specVersion !== undefined) this.#specVersions.add(creation.specVersion);
  }

  #takePart(item: Located, number: number): void {
    const id = idOf(item.value);
    if (id === undefined || stringMember(item.value, 'type') === undefined) return;
    this.#partsById ??= new PartsById(this.#objects);
    this.#partsById.add(id, number);
  }

  #takeOther(item: Located, number: number, type: string): void {
    const reader = this.#reader;
    if (member(item.value, 'relationshipType') !== undefined) {
      const relationship = reader.relationship(item);
      if (relationship !== undefined) this.#lists.relationships.add(relationship);
    } else if (isLicense(type)) this.#lists.licenses.add(reader.license(item, type), number);
    else reader.skip(item);
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

/** What is kept of the elements, by kind. */
interface Lists {
  readonly creations: Gathered<CreationInfo>;
  readonly artifacts: Gathered<Artifact>;
  readonly relationships: {
    add(relationship: Relationship): void;
    list(): readonly Relationship[];
  };
  readonly builds: Gathered<Build>;
  readonly agents: Gathered<Agent>;
  readonly licenses: Gathered<LicenseInfo>;
  readonly vulnerabilities: Gathered<Vulnerability>;
}

function listsHeld(): Lists {
  return {
    creations: new Held(),
    artifacts: new Held(),
    relationships: new Held(),
    builds: new Held(),
    agents: new Held(),
    licenses: new Held(),
    vulnerabilities: new Held(),
  };
}

/** Those of a large document. What reading again finds wrong has been listed. */
function listsReadAgain(objects: GraphObjects, parts: Parts): Lists {
  const reader = new ElementReader(parts);
  const again = <T>(read: (item: Located, type: string) => T): ReadAgain<T> =>
    new ReadAgain(objects, (item) => read(item, reader.typeOf(item) ?? ''));
  return {
    creations: again((item) => reader.creation(item)),
    artifacts: again((item, type) => reader.artifact(item, type)),
    relationships: new RelationshipColumns(),
    builds: again((item, type) => reader.build(item, type)),
    agents: again((item, type) => reader.agent(item, type)),
    licenses: again((item, type) => reader.license(item, type)),
    vulnerabilities: again((item, type) => reader.vulnerability(item, type)),
  };
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

  /** The last part of an id counts. */
  add(id: string, number: number): void {
    const known = this.#ids.add(id);
    if (known < this.#numbers.length) this.#numbers.set(known, number);
    else this.#numbers.push(number);
  }

  find(id: string): Located | undefined {
    const known = this.#ids.find(id);
    return known === undefined ? undefined : this.#objects.item(this.#numbers.at(known));
  }
}
