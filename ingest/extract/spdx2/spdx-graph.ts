// SPDX-License-Identifier: Apache-2.0
import { TextNumbers } from '../../../core/tables/text-numbers.ts';
import { TextTable } from '../../../core/tables/text-table.ts';
import { SbomGraph } from '../sbom/sbom-graph.ts';
import { Supplies, type Supply } from '../sbom/supplies.ts';
import {
  agentName,
  fileEntity,
  packageEntity,
  snippetEntity,
  stated,
  type ElementPlace,
} from './identity.ts';
import { meaningOf } from './meanings.ts';
import type { SpdxDocument, SpdxPackage } from '../../../schemas/spdx2/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

const MAX_LOCAL = 512;
/** Ids that a document itself is known by, whatever it calls itself. */
const DOCUMENT_ID = 'SPDXRef-DOCUMENT';
/** An absolute IRI: a namespace that is none identifies nothing outside its document. */
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;

/** An SPDX 2 document on its way to facts: its elements, and what ids mean. */
export class SpdxGraph extends SbomGraph {
  readonly source: SpdxDocument;
  readonly #byId = new TextNumbers();
  readonly #namespaceOfDocument: ReadonlyMap<string, string>;
  readonly #described: ReadonlySet<string>;
  readonly #dangling = new TextTable();
  /** Who supplied what, by name. */
  readonly supplies = new Supplies();
  /** Positions of the packages that say which files are theirs. */
  readonly withFiles: number[] = [];

  constructor(source: SpdxDocument, builder: FactsBuilder, document: number) {
    super(builder, document);
    this.source = source;
    this.#namespaceOfDocument = new Map(
      source.externalDocuments.flatMap(({ id, namespace }) =>
        id === undefined || namespace === undefined || !IRI.test(namespace)
          ? []
          : [[id, namespace] as const],
      ),
    );
    this.#described = describedIds(source);
    this.#addElements();
  }

  /** True for an id that means the document. An element that bears the document's id takes it. */
  isDocument(id: string): boolean {
    return !this.#byId.has(id) && this.namesDocument(id);
  }

  /** True for an id of the document, whether or not an element bears it too. */
  namesDocument(id: string): boolean {
    return id === DOCUMENT_ID || id === this.source.spdxId;
  }

  /** The element of an id, that of another document included; undefined for absence and (listed) for nothing. */
  resolve(id: string, pointer: string): number | undefined {
    const own = this.#byId.get(id);
    if (own !== undefined) return own;
    if (this.isDocument(id)) return this.document;
    if (stated(id) === undefined) return undefined;
    const foreign = this.#resolveForeign(id);
    const { size } = this.#dangling;
    if (foreign === undefined && this.#dangling.add(id) === size) {
      this.builder.problem('dangling-ref', pointer, `nothing here has the id "${id}"`);
    }
    return foreign;
  }

  /** `DocumentRef-x:SPDXRef-y`; without the second part the other document itself. */
  #resolveForeign(id: string): number | undefined {
    const colon = id.indexOf(':');
    const namespace = this.#namespaceOfDocument.get(colon < 0 ? id : id.slice(0, colon));
    if (namespace === undefined) return undefined;
    const element = colon < 0 ? '' : id.slice(colon + 1);
    if (element === '' || element === DOCUMENT_ID) {
      return this.builder.nodeOf(`bom:${namespace}`, ['Bom'], [namespace]);
    }
    return this.builder.nodeOf(`bom:${namespace}#${element}`, [], [element]);
  }

  #addElements(): void {
    const { packages, files, snippets } = this.source;
    let position = 0;
    for (const item of packages) {
      this.#add(item.spdxId, item.pointer, (place) => packageEntity(this.builder, item, place));
      this.#addSupplies(item);
      if (item.spdxId !== undefined && item.hasFiles.length > 0) this.withFiles.push(position);
      position++;
    }
    for (const item of files) {
      this.#add(item.spdxId, item.pointer, (place) => fileEntity(this.builder, item, place));
    }
    for (const item of snippets) {
      this.#add(item.spdxId, item.pointer, (place) => snippetEntity(item, place));
    }
  }

  #addSupplies({ spdxId, supplier, originator, pointer }: SpdxPackage): void {
    const about = spdxId === undefined ? undefined : this.#byId.get(spdxId);
    if (about === undefined) return;
    this.#addSupply(about, 'supplier', supplier, pointer);
    this.#addSupply(about, 'originator', originator, pointer);
  }

  #addSupply(about: number, role: Supply['role'], text: string | undefined, pointer: string): void {
    const agent = agentName(text);
    if (agent !== undefined) this.supplies.add({ about, role, agent, pointer });
  }

  #add(
    id: string | undefined,
    pointer: string,
    make: (place: ElementPlace) => Parameters<FactsBuilder['entity']>[0],
  ): void {
    const isFirst = id !== undefined && !this.#byId.has(id);
    const usable = isFirst && id.length <= MAX_LOCAL && !id.startsWith('/');
    const coordinates = isFirst && this.#described.has(id) ? this.#coordinates(id) : [];
    const node = this.builder.entity(make({ local: usable ? id : pointer, coordinates }));
    if (isFirst) this.#byId.add(id, node);
    this.list(node, pointer);
  }

  /** What other documents call an element. Only described ones: nothing else of a document is what others are about. */
  #coordinates(id: string): readonly string[] {
    const { namespace } = this.source;
    return namespace !== undefined && IRI.test(namespace) ? [`bom:${namespace}#${id}`] : [];
  }
}

/** The reference of a document as a thing: its namespace, which the specification wants to be unique, else its bytes. */
export function documentRef({ namespace }: SpdxDocument, digest: string): string {
  return namespace !== undefined && IRI.test(namespace) ? `bom:${namespace}` : `document:${digest}`;
}

function describedIds(source: SpdxDocument): ReadonlySet<string> {
  const found = new Set(source.describes.map(({ id }) => id));
  for (const { from, type, to } of source.relationships) {
    const meaning = meaningOf(type);
    if (meaning?.form === 'describes') found.add(meaning.reversed ? from : to);
  }
  return found;
}
