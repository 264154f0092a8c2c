// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
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
import type {
  SpdxDocument,
  SpdxFile,
  SpdxPackage,
  SpdxSnippet,
} from '../../../schemas/spdx2/model.ts';
import type { EntityInput, FactsBuilder } from '../facts-builder.ts';

const MAX_LOCAL = 512;
/** Ids that a document itself is known by, whatever it calls itself. */
const DOCUMENT_ID = 'SPDXRef-DOCUMENT';
/** An absolute IRI: a namespace that is none identifies nothing outside its document. */
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;

/** An SPDX 2 document on its way to facts: its elements, and what ids mean. */
export class SpdxGraph extends SbomGraph {
  readonly source: SpdxDocument;
  /** Node + 1 of the element that bears an id, by the id's number. */
  readonly #nodes = new GrowingInts();
  readonly #namespaceOfDocument: ReadonlyMap<string, string>;
  readonly #described: ReadonlySet<string>;
  readonly #dangling = new TextTable();
  /** Who supplied what, by name. */
  readonly supplies = new Supplies();
  /** Positions of the packages that say which files are theirs. */
  readonly withFiles: number[] = [];
  /** The nodes of those packages. */
  readonly wholes: number[] = [];

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

  /** True for an id of the document, whether or not an element bears it too. */
  namesDocument(id: string): boolean {
    return id === DOCUMENT_ID || id === this.source.spdxId;
  }

  /** The element of an id, that of another document included; undefined for absence and (listed) for nothing. */
  resolve(id: string, pointer: string): number | undefined {
    const own = this.#ownNode(id);
    if (own !== undefined) return own;
    if (this.namesDocument(id)) return this.document;
    if (stated(id) === undefined) return undefined;
    const foreign = this.#resolveForeign(id);
    const { size } = this.#dangling;
    if (foreign === undefined && this.#dangling.add(id) === size) {
      this.builder.problem('dangling-ref', pointer, `nothing here has the id "${id}"`);
    }
    return foreign;
  }

  /** The element that bears an id: the first, where several do. */
  #ownNode(id: string): number | undefined {
    const number = this.source.ids.find(id);
    const node = number === undefined ? 0 : this.#nodes.at(number);
    return node === 0 ? undefined : node - 1;
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
    packages.each((item, position, id) => {
      const node = this.#add(item, id, packageEntity);
      if (node === undefined) return;
      this.#addSupply(node, 'supplier', item.supplier, item.pointer);
      this.#addSupply(node, 'originator', item.originator, item.pointer);
      if (item.hasFiles.isEmpty) return;
      this.withFiles.push(position);
      this.wholes.push(node);
    });
    files.each((item, _, id) => this.#add(item, id, fileEntity));
    snippets.each((item, _, id) => this.#add(item, id, snippetEntity));
  }

  /** @returns the node that the element's id means, which is that of the first element with it; undefined without an id */
  #add<T extends SpdxElement>(
    item: T,
    id: number | undefined,
    entityOf: EntityOf<T>,
  ): number | undefined {
    const { spdxId, pointer } = item;
    const known = id === undefined ? 0 : this.#nodes.at(id);
    if (spdxId === undefined || id === undefined || known > 0) {
      this.#addNode(item, entityOf, { local: pointer, coordinates: NO_COORDINATES });
      return known > 0 ? known - 1 : undefined;
    }
    const usable = spdxId.length <= MAX_LOCAL && !spdxId.startsWith('/');
    const node = this.#addNode(item, entityOf, {
      local: usable ? spdxId : pointer,
      coordinates: this.#described.has(spdxId) ? this.#coordinates(spdxId) : NO_COORDINATES,
    });
    while (this.#nodes.length <= id) this.#nodes.push(0);
    this.#nodes.set(id, node + 1);
    return node;
  }

  #addNode<T extends SpdxElement>(item: T, entityOf: EntityOf<T>, place: ElementPlace): number {
    const node = this.builder.entity(entityOf(this.builder, item, place));
    this.list(node, item.pointer);
    return node;
  }

  #addSupply(about: number, role: Supply['role'], text: string | undefined, pointer: string): void {
    const agent = agentName(text);
    if (agent !== undefined) this.supplies.add({ about, role, agent, pointer });
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

type SpdxElement = SpdxPackage | SpdxFile | SpdxSnippet;
type EntityOf<T> = (builder: FactsBuilder, item: T, place: ElementPlace) => EntityInput;

const NO_COORDINATES: readonly string[] = [];

/** The ids that a document says it is about. */
function describedIds({ describes, relationships }: SpdxDocument): ReadonlySet<string> {
  const found = new Set<string>();
  describes.each((id) => found.add(id));
  relationships.eachWith('relationshipType', isDescribing, ({ from, type, to }) => {
    const meaning = meaningOf(type);
    if (meaning?.form === 'describes') found.add(meaning.reversed ? from : to);
  });
  return found;
}

function isDescribing(type: string): boolean {
  return meaningOf(type)?.form === 'describes';
}
