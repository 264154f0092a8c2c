// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { TextList } from '../../../core/tables/text-list.ts';
import { TextTable } from '../../../core/tables/text-table.ts';
import { KINDS, type Kind } from '../../../graph/domain/kinds.ts';
import { boundRef } from '../../../graph/domain/node-ref.ts';
import { findBomLink } from '../../../schemas/cyclonedx/bom-link.ts';
import { DependencyTable } from './dependency-table.ts';
import { Groups } from './groups.ts';
import { entityOf, kindOf, localIdOf } from './identity.ts';
import type { Relation, Strength } from '../../../graph/domain/relations.ts';
import type {
  Bom,
  BomLink,
  Component,
  ExternalReference,
  Service,
} from '../../../schemas/cyclonedx/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/**
 * A component or service of the document: its number among them, in document order. What is known of it is asked of the
 * graph, since a large document has too many for objects.
 */
export type Element = number;

interface EdgeOptions {
  readonly strength?: Strength;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/**
 * One BOM on its way to facts: its elements, what its references mean, and the typed edges stated so far. References are
 * followed inside the document only; a BOM-Link to another document is that document's coordinate.
 */
export class BomGraph {
  readonly bom: Bom;
  readonly builder: FactsBuilder;
  /** The document as a thing: `bom:<serial>/<version>`, without a serial number `document:<digest>`. */
  readonly bomNode: number;
  /** metadata.component. */
  readonly main: Element | undefined;
  /** How many elements the document lists: metadata.component, components and services, nested ones included. They come first. */
  readonly listedCount: number;
  /** The raw dependency graph. */
  readonly dependencies: DependencyTable;
  readonly #nodes = new GrowingInts();
  /** Element + 1, 0 for none. */
  readonly #parents = new GrowingInts();
  readonly #children: Groups;
  readonly #kinds = new GrowingInts();
  /** Numbers among the texts, + 1; 0 for none. */
  readonly #bomRefs = new GrowingInts();
  readonly #pointers = new TextList();
  /** What more is asked of an element than its place. */
  readonly #sources = new Map<Element, Component | Service>();
  /** Refs. */
  readonly #texts = new TextTable();
  readonly #bearers: Groups;
  readonly #otherRefs = new Map<string, number>();
  /** Source object of an unlisted one → its element, for the code that walks the model. */
  readonly #ofSource = new Map<Component | Service, Element>();
  readonly #typed = new Map<number, Set<number>>();
  readonly #dangling = new Set<string>();

  constructor(bom: Bom, builder: FactsBuilder, bomNode: number) {
    this.bom = bom;
    this.builder = builder;
    this.bomNode = bomNode;
    const { component } = bom.metadata;
    this.main = component === undefined ? undefined : this.#add(component, undefined);
    for (const listed of bom.components) this.#add(listed, undefined);
    for (const service of bom.services) this.#add(service, undefined);
    this.listedCount = this.elementCount;
    this.#addUnlisted();
    const count = this.elementCount;
    this.#children = new Groups(count, count, (element) => this.#parents.at(element) - 1);
    this.#bearers = new Groups(this.#texts.size, count, (element) => this.#bomRefs.at(element) - 1);
    this.dependencies = new DependencyTable(bom.dependencies, this.#texts);
  }

  /** All elements: also those of pedigrees, formulas and declarations, which the BOM names without listing them. */
  get elementCount(): number {
    return this.#nodes.length;
  }

  nodeOf(element: Element): number {
    return this.#nodes.at(element);
  }

  /** The node of metadata.component. */
  get mainNode(): number | undefined {
    return this.main === undefined ? undefined : this.nodeOf(this.main);
  }

  /** What it is nested in. */
  parentOf(element: Element): Element | undefined {
    const parent = this.#parents.at(element);
    return parent === 0 ? undefined : parent - 1;
  }

  /** Elements by what they are nested in. */
  get children(): Groups {
    return this.#children;
  }

  kindOf(element: Element): Kind {
    return KINDS[this.#kinds.at(element)] ?? 'Package';
  }

  bomRefOf(element: Element): string | undefined {
    const ref = this.#bomRefs.at(element);
    return ref === 0 ? undefined : this.#texts.get(ref - 1);
  }

  /** The number of its bom-ref, for `dependencies`. */
  refNumberOf(element: Element): number | undefined {
    const ref = this.#bomRefs.at(element);
    return ref === 0 ? undefined : ref - 1;
  }

  pointerOf(element: Element): string {
    return this.#pointers.at(element);
  }

  /** What it was made from, where it is a model, data or a service, or its record states an origin; the rest need not be held. */
  sourceOf(element: Element): Component | Service | undefined {
    return this.#sources.get(element);
  }

  /** Those of `sourceOf`, in document order. */
  get sources(): Iterable<readonly [Element, Component | Service]> {
    return this.#sources;
  }

  /** The node that was made from a component or service of a pedigree, a formula or the declarations. */
  nodeOfSource(source: Component | Service): number | undefined {
    const element = this.#ofSource.get(source);
    return element === undefined ? undefined : this.nodeOf(element);
  }

  /** Elements that bear a bom-ref: one, unless the document repeats it. */
  elementsByRef(ref: string): readonly Element[] {
    const number = this.#texts.find(ref);
    return number === undefined ? NO_ELEMENTS : this.#bearers.of(number);
  }

  /** Elements by the number of their bom-ref. */
  get bearers(): Groups {
    return this.#bearers;
  }

  /** Lets references to something that is no component (a data entry, a workflow) be followed. The first bearer counts. */
  bind(ref: string | undefined, node: number): void {
    if (ref !== undefined && !this.#otherRefs.has(ref)) this.#otherRefs.set(ref, node);
  }

  /** A ref by its number. */
  refText(ref: number): string {
    return this.#texts.get(ref);
  }

  /** What a reference means: an element of the document, or the coordinate that a BOM-Link names; undefined where it points at nothing here. */
  resolve(ref: string): number | undefined {
    const own = this.#resolveOwn(ref);
    if (own !== undefined) return own;
    const link = findBomLink(ref);
    return link === undefined ? undefined : this.#resolveLink(link);
  }

  /** The node of the first element that bears a ref, by the number of the ref; undefined where none does. */
  nodeOfRef(ref: number): number | undefined {
    const element = this.#bearers.first(ref);
    return element < 0 ? undefined : this.nodeOf(element);
  }

  #resolveOwn(ref: string): number | undefined {
    const number = this.#texts.find(ref);
    const node = number === undefined ? undefined : this.nodeOfRef(number);
    return node ?? this.#otherRefs.get(ref);
  }

  /** `resolve`, where a reference to nothing is listed. */
  resolveOrList(ref: string, pointer: string): number | undefined {
    const found = this.resolve(ref);
    if (found === undefined) this.listDangling(ref, pointer);
    return found;
  }

  /** Lists a reference that cannot be resolved, once. One that points at an object without a node (a licence, a note) is not a fault. */
  listDangling(ref: string, pointer: string): void {
    if (this.bom.bomRefs.has(ref) || this.#dangling.has(ref)) return;
    this.#dangling.add(ref);
    this.builder.problem('dangling-ref', pointer, `nothing here has the bom-ref "${ref}"`);
  }

  /** States an edge that lineage follows from effect to cause, and remembers it for the document boundary. */
  typed(
    from: number,
    relation: Relation,
    to: number,
    pointer: string,
    options: EdgeOptions = {},
  ): void {
    this.builder.edge(from, relation, to, pointer, options);
    // an inferred edge is only a possibility: it must not replace the certainty of being contained
    if (options.strength !== 'inferred' && from !== to) this.leadsTo(from, to);
  }

  /** Remembers that `to` is reached from `from` by typed edges. */
  leadsTo(from: number, to: number): void {
    const known = this.#typed.get(from);
    if (known === undefined) this.#typed.set(from, new Set([to]));
    else known.add(to);
  }

  /** Where the typed edges of a node lead. */
  typedFrom(node: number): ReadonlySet<number> {
    return this.#typed.get(node) ?? NO_NODES;
  }

  /** Everything that a typed edge leads to, some of it several times. */
  *typedTargets(): Iterable<number> {
    for (const targets of this.#typed.values()) yield* targets;
  }

  #addUnlisted(): void {
    for (const formula of this.bom.formulation) {
      for (const source of formula.components) this.#addSource(source);
      for (const source of formula.services) this.#addSource(source);
    }
    for (const source of this.bom.declarations?.targetComponents ?? []) this.#addSource(source);
    for (const source of this.bom.declarations?.targetServices ?? []) this.#addSource(source);
    // a Map is walked to its end, however it grows meanwhile: the pedigree of an ancestor has ancestors
    for (const [, source] of this.#sources) {
      if (source.form !== 'component' || source.pedigree === undefined) continue;
      const { ancestors, descendants, variants } = source.pedigree;
      for (const related of [...ancestors, ...descendants, ...variants]) this.#addSource(related);
    }
  }

  #addSource(source: Component | Service): void {
    this.#ofSource.set(source, this.#add(source, undefined));
  }

  /** Depth is bounded by the nesting of the document. */
  #add(source: Component | Service, parent: Element | undefined): Element {
    const { bomRef } = source;
    // so far the refs of elements are all texts there are
    const known = this.#texts.size;
    const ref = bomRef === undefined ? undefined : this.#texts.add(bomRef);
    const isFirstBearer = ref === undefined || ref === known;
    const node = this.builder.entity(entityOf(source, localIdOf(source, isFirstBearer)));
    const element = this.elementCount;
    this.#nodes.push(node);
    this.#parents.push(parent === undefined ? 0 : parent + 1);
    this.#kinds.push(KINDS.indexOf(kindOf(source)));
    this.#bomRefs.push(ref === undefined ? 0 : ref + 1);
    this.#pointers.push(source.pointer);
    if (isAsked(source)) this.#sources.set(element, restOf(source));
    for (const nested of source.form === 'component' ? source.components : source.services) {
      this.#add(nested, element);
    }
    if (source.form === 'component') for (const entry of source.data) this.bind(entry.bomRef, node);
    return element;
  }

  /** A link into this very document is an ordinary reference. */
  #resolveLink(link: BomLink): number | undefined {
    const { serialUuid, version, ref } = link;
    if (serialUuid === this.bom.serialUuid && version === String(this.bom.version)) {
      if (ref === undefined) return this.bomNode;
      return this.#resolveOwn(ref);
    }
    const document = `bom:${serialUuid}/${version}`;
    if (ref === undefined) return this.builder.nodeOf(document, ['Bom']);
    return this.builder.nodeOf(boundRef(`${document}#${ref}`), [], [ref]);
  }
}

/** True where more is asked of an element, once it has a node, than where it stands: its suppliers, its past, models and data. */
function isAsked(source: Component | Service): boolean {
  if (source.form === 'service') return true;
  const { supplier, manufacturer, pedigree } = source;
  if (supplier !== undefined || manufacturer !== undefined || pedigree !== undefined) return true;
  return isWhole(source) || source.externalReferences.some(leadsSomewhere);
}

/** Models and data are asked for all. */
function isWhole({ type, modelCard, mlProperties }: Component): boolean {
  const isMl = type === 'machine-learning-model' || type === 'data';
  return isMl || modelCard !== undefined || mlProperties.length > 0;
}

/** Without what its node is made of already. */
function restOf(source: Component | Service): Component | Service {
  if (source.form === 'service' || isWhole(source)) return source;
  const { pointer, bomRef, type, supplier, manufacturer, pedigree } = source;
  const externalReferences = source.externalReferences.filter(leadsSomewhere);
  return {
    ...NO_COMPONENT,
    pointer,
    bomRef,
    type,
    supplier,
    manufacturer,
    pedigree,
    externalReferences,
  };
}

/** Everything else is an attribute of the node. */
function leadsSomewhere({ type, hashes }: ExternalReference): boolean {
  return type === 'bom' || (type === 'distribution' && hashes.length > 0);
}

const NOTHING: readonly never[] = [];
const NO_COMPONENT: Component = {
  form: 'component',
  pointer: '',
  bomRef: undefined,
  type: undefined,
  name: undefined,
  group: undefined,
  version: undefined,
  purl: undefined,
  cpe: undefined,
  swidTagId: undefined,
  omniborIds: NOTHING,
  swhids: NOTHING,
  hashes: NOTHING,
  licenses: NOTHING,
  supplier: undefined,
  manufacturer: undefined,
  publisher: undefined,
  scope: undefined,
  externalReferences: NOTHING,
  components: NOTHING,
  pedigree: undefined,
  modelCard: undefined,
  data: NOTHING,
  mlProperties: NOTHING,
};

const NO_ELEMENTS: readonly Element[] = [];
const NO_NODES: ReadonlySet<number> = new Set();
