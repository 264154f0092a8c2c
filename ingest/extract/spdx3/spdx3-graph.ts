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
  readonly #dangling = new TextTable();
  /** Who supplied what, stated once everything that may be named is known. */
  readonly supplies = new Supplies();
  /** Positions of the artifacts that more is to be said of: snippets, and what has metrics. */
  readonly particular: number[] = [];

  constructor(source: Spdx3Document, builder: FactsBuilder, document: number) {
    super(builder, document);
    this.source = source;
    for (const collection of [...source.documents, ...source.collections]) {
      if (collection.id !== undefined) this.#collections.set(collection.id, collection);
    }
    for (const { id, text } of source.licenses) {
      if (id !== undefined && text !== undefined) this.#licenses.setText(id, text);
    }
    this.#addElements();
    this.#nameDocument();
  }

  /** Tools that wrote SPDX 2 before go on calling their one document what it was called there. */
  #nameDocument(): void {
    const [document] = this.source.documents;
    if (document === undefined || this.#byId.has(OLD_ID) || this.#collections.has(OLD_ID)) return;
    const user = this.source.relationships.find(({ from }) => from === OLD_ID);
    if (user === undefined) return;
    this.#collections.set(OLD_ID, document);
    const message = `"${OLD_ID}" is no id here; the document is meant`;
    this.builder.problem('document-by-old-id', user.pointer, message);
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

  /** The text of a licence element; a listed licence that the document only names is known by the end of its IRI. */
  licenseText(id: string): string | undefined {
    if (isAbsent(id)) return undefined;
    const text = this.#licenses.findText(id) ?? /\/licenses\/([^/#]{1,128})$/.exec(id)?.[1];
    return text === undefined || isAbsent(text) ? undefined : text;
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
    const { size } = this.#dangling;
    if (this.#dangling.add(id) === size) {
      this.builder.problem('dangling-ref', pointer, `nothing here has the id "${id}"`);
    }
    return undefined;
  }

  #addElements(): void {
    this.#assignLicenses();
    let position = 0;
    for (const artifact of this.source.artifacts) this.#addArtifact(artifact, position++);
    for (const build of this.source.builds) this.#addBuild(build);
    for (const agent of this.source.agents)
      this.#bind(agent.id, agent.pointer, () => this.#agent(agent));
    for (const item of this.source.vulnerabilities) this.#addVulnerability(item);
  }

  #addArtifact(artifact: Artifact, position: number): void {
    const { id, pointer, type, purpose } = artifact;
    const license = id === undefined ? undefined : this.#licenses.find(id);
    const node = this.#bind(id, pointer, () =>
      this.builder.entity(artifactEntity(this.builder, artifact, license)),
    );
    this.list(node, pointer);
    if (id !== undefined) this.#addSupplies(this.#byId.get(id) ?? node, artifact);
    if (artifact.snippetFromFile !== undefined || artifact.metrics.length > 0) {
      this.particular.push(position);
    }
    const isPackage = type === 'ai_AIPackage' || type === 'dataset_DatasetPackage';
    if (isPackage || purpose === 'model' || purpose === 'data') this.#modelsAndData.add(node);
  }

  /** @param about the node of the artifact's id */
  #addSupplies(about: number, { suppliedBy, originatedBy, pointer }: Artifact): void {
    for (const agent of suppliedBy) this.supplies.add({ about, role: 'supplier', agent, pointer });
    for (const agent of originatedBy) {
      this.supplies.add({ about, role: 'originator', agent, pointer });
    }
  }

  #addBuild(build: Build): void {
    const node = this.#bind(build.id, build.pointer, () => {
      const iri = iriCoordinate(build.id);
      return this.builder.entity({
        kinds: ['Run'],
        pointer: build.pointer,
        names: [build.name, build.buildId].filter((name) => name !== undefined),
        coordinates: iri === undefined ? [] : [iri],
        local: localOf(build.id, build.pointer),
        attributes: buildAttributes(build),
      });
    });
    this.#builds.add(node);
  }

  #agent({
    id,
    name,
    pointer,
  }: {
    id: string | undefined;
    name: string | undefined;
    pointer: string;
  }): number {
    return this.builder.entity({
      kinds: ['Supplier'],
      pointer,
      names: name === undefined ? [] : [name],
      nameRefs: sharedName('supplier', name),
      local: localOf(id, pointer),
    });
  }

  #addVulnerability({ id, vulnerabilityId, pointer }: Vulnerability): void {
    const ref = sharedName('vulnerability', vulnerabilityId)[0];
    if (ref === undefined || vulnerabilityId === undefined) {
      this.builder.problem('vulnerability-without-id', pointer, 'cannot be told from others');
      return;
    }
    this.#bind(id, pointer, () => this.builder.nodeOf(ref, ['Name'], [vulnerabilityId]));
  }

  /** An id that two elements bear means the first. */
  #bind(id: string | undefined, pointer: string, make: () => number): number {
    const isKnown = id !== undefined && this.#byId.has(id);
    if (isKnown) {
      this.builder.problem('duplicate-id', pointer, `"${id}" is borne by several elements`);
    }
    if (id === undefined) this.builder.problem('missing-id', pointer, 'has no spdxId');
    const node = make();
    if (id !== undefined && !isKnown) this.#byId.add(id, node);
    return node;
  }

  /** What licence relationships say of each element; declared before concluded. */
  #assignLicenses(): void {
    for (const { from, relationshipType, to } of this.source.relationships) {
      const meaning = meaningOf(relationshipType);
      if (meaning?.form !== 'license') continue;
      const texts = to.flatMap((id) => this.licenseText(id) ?? []);
      if (texts.length > 0) this.#licenses.assign(from, meaning.acknowledgement, texts.join(', '));
    }
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
