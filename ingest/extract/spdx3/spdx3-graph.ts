// SPDX-License-Identifier: Apache-2.0
import { TextNumbers } from '../../../core/tables/text-numbers.ts';
import { TextTable } from '../../../core/tables/text-table.ts';
import { sharedName } from '../cyclonedx/identity.ts';
import { SbomGraph } from '../sbom/sbom-graph.ts';
import { Supplies } from '../sbom/supplies.ts';
import { artifactEntity, iriCoordinate, isAbsent, localOf } from './identity.ts';
import { LicenseTexts } from './license-texts.ts';
import { meaningOf } from './meanings.ts';
import type {
  Agent,
  Artifact,
  Build,
  Collection,
  Spdx3Document,
  Vulnerability,
} from '../../../schemas/spdx3/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** The id of every document of SPDX 2. */
const OLD_ID = 'SPDXRef-DOCUMENT';

/** An SPDX 3 document on its way to facts: its elements as nodes, and what ids mean. */
export class Spdx3Graph extends SbomGraph {
  readonly source: Spdx3Document;
  readonly #byId = new TextNumbers();
  /** The document and its collections. */
  readonly #collections = new Map<string, Collection>();
  readonly #licenses = new LicenseTexts();
  readonly #builds = new Set<number>();
  readonly #modelsAndData = new Set<number>();
  /** Undefined as long as every id means something. */
  #dangling: TextTable | undefined;
  /** Who supplied what, stated once everything that may be named is known. */
  readonly supplies = new Supplies();
  /** Positions of the artifacts that more is to be said of: snippets, and what has metrics. */
  readonly particular: number[] = [];
  /** Positions of the relationships that say what a thing describes. */
  readonly describing: number[] = [];
  /** Positions of the relationships that say what a thing was tested on. */
  readonly testing: number[] = [];
  /** Where the document is first called what SPDX 2 calls it. */
  #oldIdPlace: string | undefined;

  constructor(source: Spdx3Document, builder: FactsBuilder, document: number) {
    super(builder, document);
    this.source = source;
    for (const document of source.documents) this.#addCollection(document);
    for (const collection of source.collections) this.#addCollection(collection);
    for (const { id, text } of source.licenses) {
      if (id !== undefined && text !== undefined) this.#licenses.setText(id, text);
    }
    this.#lookOver();
    this.#addElements();
    this.#nameDocument();
  }

  #addCollection(collection: Collection): void {
    if (collection.id !== undefined) this.#collections.set(collection.id, collection);
  }

  /** Tools that wrote SPDX 2 before go on calling their one document what it was called there. */
  #nameDocument(): void {
    const [document] = this.source.documents;
    if (document === undefined || this.#oldIdPlace === undefined) return;
    if (this.#byId.has(OLD_ID) || this.#collections.has(OLD_ID)) return;
    this.#collections.set(OLD_ID, document);
    const message = `"${OLD_ID}" is no id here; the document is meant`;
    this.builder.problem('document-by-old-id', this.#oldIdPlace, message);
  }

  findCollection(id: string): Collection | undefined {
    return this.#collections.get(id);
  }

  isModelOrDataset(node: number): boolean {
    return this.#modelsAndData.has(node);
  }

  isBuild(node: number): boolean {
    return this.#builds.has(node);
  }

  /** The text of a licence, as LicenseTexts finds it. */
  licenseText(id: string): string | undefined {
    return this.#licenses.findText(id);
  }

  /**
   * The node of an id: an element, the document for itself and its collections, and for an IRI of another document that
   * document's element. undefined for absence, and (listed) for an id that means nothing here.
   */
  resolve(id: string, pointer: string): number | undefined {
    const own = this.#byId.get(id);
    if (own !== undefined) return own;
    if (this.#collections.has(id)) return this.document;
    if (isAbsent(id)) return undefined;
    const coordinate = iriCoordinate(id);
    if (coordinate !== undefined) return this.builder.nodeOf(coordinate, [], [id]);
    this.#dangling ??= new TextTable();
    const { size } = this.#dangling;
    if (this.#dangling.add(id) === size) {
      this.builder.problem('dangling-ref', pointer, `nothing here has the id "${id}"`);
    }
    return undefined;
  }

  #addElements(): void {
    const { artifacts, builds, agents, vulnerabilities } = this.source;
    let position = 0;
    for (const artifact of artifacts) this.#addArtifact(artifact, position++);
    for (const build of builds) this.#addBuild(build);
    for (const agent of agents) this.#addAgent(agent);
    for (const vulnerability of vulnerabilities) this.#addVulnerability(vulnerability);
  }

  #addArtifact(artifact: Artifact, position: number): void {
    const { id, pointer, type, purpose } = artifact;
    this.#checkId(id, pointer);
    const license = id === undefined ? undefined : this.#licenses.find(id);
    const node = this.builder.entity(artifactEntity(this.builder, artifact, license));
    this.#bind(id, node);
    this.list(node, pointer);
    if (id !== undefined) this.#addSupplies(id, artifact);
    if (artifact.snippetFromFile !== undefined || artifact.metrics.length > 0) {
      this.particular.push(position);
    }
    const isPackage = type === 'ai_AIPackage' || type === 'dataset_DatasetPackage';
    if (isPackage || purpose === 'model' || purpose === 'data') this.#modelsAndData.add(node);
  }

  #addSupplies(id: string, { suppliedBy, originatedBy, pointer }: Artifact): void {
    if (suppliedBy.length === 0 && originatedBy.length === 0) return;
    const about = this.#byId.get(id);
    if (about === undefined) return;
    for (const agent of suppliedBy) this.supplies.add({ about, role: 'supplier', agent, pointer });
    for (const agent of originatedBy) {
      this.supplies.add({ about, role: 'originator', agent, pointer });
    }
  }

  #addBuild(build: Build): void {
    const { id, pointer, name, buildId } = build;
    this.#checkId(id, pointer);
    const iri = iriCoordinate(id);
    const node = this.builder.entity({
      kinds: ['Run'],
      pointer,
      names: [name, buildId].filter((text) => text !== undefined),
      coordinates: iri === undefined ? [] : [iri],
      local: localOf(id, pointer),
      attributes: buildAttributes(build),
    });
    this.#bind(id, node);
    this.#builds.add(node);
  }

  #addAgent({ id, name, pointer }: Agent): void {
    this.#checkId(id, pointer);
    const node = this.builder.entity({
      kinds: ['Supplier'],
      pointer,
      names: name === undefined ? [] : [name],
      nameRefs: sharedName('supplier', name),
      local: localOf(id, pointer),
    });
    this.#bind(id, node);
  }

  #addVulnerability({ id, vulnerabilityId, pointer }: Vulnerability): void {
    const ref = sharedName('vulnerability', vulnerabilityId)[0];
    if (ref === undefined || vulnerabilityId === undefined) {
      this.builder.problem('vulnerability-without-id', pointer, 'cannot be told from others');
      return;
    }
    this.#checkId(id, pointer);
    this.#bind(id, this.builder.nodeOf(ref, ['Name'], [vulnerabilityId]));
  }

  #checkId(id: string | undefined, pointer: string): void {
    if (id === undefined) this.builder.problem('missing-id', pointer, 'has no spdxId');
    else if (this.#byId.has(id)) {
      this.builder.problem('duplicate-id', pointer, `"${id}" is borne by several elements`);
    }
  }

  /** An id that two elements bear means the first. */
  #bind(id: string | undefined, node: number): void {
    if (id !== undefined) this.#byId.add(id, node);
  }

  /** What licence relationships say of each element, declared before concluded, and which relationships are looked at once more. */
  #lookOver(): void {
    let position = 0;
    for (const { from, relationshipType, to, pointer } of this.source.relationships) {
      const meaning = meaningOf(relationshipType);
      if (meaning?.form === 'license') this.#assignLicense(from, meaning.acknowledgement, to);
      else if (meaning?.form === 'describes') this.describing.push(position);
      else if (relationshipType === 'testedOn') this.testing.push(position);
      if (from === OLD_ID) this.#oldIdPlace ??= pointer;
      position++;
    }
  }

  #assignLicense(
    element: string,
    acknowledgement: 'declared' | 'concluded',
    to: readonly string[],
  ): void {
    let all: string | undefined;
    for (const id of to) {
      const text = this.#licenses.findText(id);
      if (text !== undefined) all = all === undefined ? text : `${all}, ${text}`;
    }
    if (all !== undefined) this.#licenses.assign(element, acknowledgement, all);
  }
}

function buildAttributes(build: Build): Record<string, string> {
  const found: Record<string, string> = { type: 'build' };
  if (build.buildType !== undefined) found['buildType'] = build.buildType.slice(0, 256);
  if (build.buildId !== undefined) found['buildId'] = build.buildId.slice(0, 256);
  if (build.startTime !== undefined) found['timeStart'] = build.startTime.slice(0, 64);
  if (build.endTime !== undefined) found['timeEnd'] = build.endTime.slice(0, 64);
  return found;
}
