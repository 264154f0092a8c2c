// SPDX-License-Identifier: Apache-2.0
import { findBomLink } from '../../../schemas/cyclonedx/bom-link.ts';
import { boundRef } from '../../../graph/domain/node-ref.ts';
import { entityOf, localIdOf } from './identity.ts';
import type { Relation, Strength } from '../../../graph/domain/relations.ts';
import type {
  Bom,
  BomLink,
  Component,
  ExternalReference,
  Service,
} from '../../../schemas/cyclonedx/model.ts';
import type { FactsBuilder } from '../facts-builder.ts';

/** A component or service of the document, with its node. */
export interface Element {
  /** Without what its node is made of: a large document is not held whole. */
  readonly source: Component | Service;
  readonly node: number;
  /** Nested in it. */
  readonly children: readonly Element[];
  readonly parent: Element | undefined;
}

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
  /** metadata.component, components and services, nested ones included, in document order. */
  readonly listed: readonly Element[];
  /** All elements: also those of pedigrees, formulas and declarations, which the BOM names without listing them. */
  readonly elements: readonly Element[];
  readonly #elements: Element[] = [];
  readonly #byRef = new Map<string, Element[]>();
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
    this.listed = this.#elements.slice();
    this.elements = this.#elements;
    this.#addUnlisted();
  }

  /** The element that was made from a component or service of a pedigree, a formula or the declarations. */
  elementOf(source: Component | Service): Element | undefined {
    return this.#ofSource.get(source);
  }

  /** Elements that bear a bom-ref: one, unless the document repeats it. */
  elementsByRef(ref: string): readonly Element[] {
    return this.#byRef.get(ref) ?? NO_ELEMENTS;
  }

  /** Lets references to something that is no component (a data entry, a workflow) be followed. The first bearer counts. */
  bind(ref: string | undefined, node: number): void {
    if (ref !== undefined && !this.#otherRefs.has(ref)) this.#otherRefs.set(ref, node);
  }

  /** What a reference means: an element of the document, or the coordinate that a BOM-Link names; undefined where it points at nothing here. */
  resolve(ref: string): number | undefined {
    const own = this.#byRef.get(ref)?.[0]?.node ?? this.#otherRefs.get(ref);
    if (own !== undefined) return own;
    const link = findBomLink(ref);
    return link === undefined ? undefined : this.#resolveLink(link);
  }

  /** `resolve`, where a reference to nothing is listed once. One that points at an object without a node (a licence, a note) is not a fault. */
  resolveOrList(ref: string, pointer: string): number | undefined {
    const found = this.resolve(ref);
    if (found === undefined && !this.bom.bomRefs.has(ref) && !this.#dangling.has(ref)) {
      this.#dangling.add(ref);
      this.builder.problem('dangling-ref', pointer, `nothing here has the bom-ref "${ref}"`);
    }
    return found;
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
    // the list grows while it is read: the pedigree of an ancestor has ancestors
    for (let at = 0; at < this.#elements.length; at++) {
      const source = this.#elements[at]?.source;
      if (source?.form !== 'component' || source.pedigree === undefined) continue;
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
    const bearers = bomRef === undefined ? undefined : this.#byRef.get(bomRef);
    const node = this.builder.entity(entityOf(source, localIdOf(source, bearers === undefined)));
    const children: Element[] = [];
    const element: Element = { source: restOf(source), node, children, parent };
    this.#elements.push(element);
    if (bearers !== undefined) bearers.push(element);
    else if (bomRef !== undefined) this.#byRef.set(bomRef, [element]);
    for (const nested of source.form === 'component' ? source.components : source.services) {
      children.push(this.#add(nested, element));
    }
    if (source.form === 'component') for (const entry of source.data) this.bind(entry.bomRef, node);
    return element;
  }

  /** A link into this very document is an ordinary reference. */
  #resolveLink(link: BomLink): number | undefined {
    const { serialUuid, version, ref } = link;
    if (serialUuid === this.bom.serialUuid && version === String(this.bom.version)) {
      if (ref === undefined) return this.bomNode;
      return this.#byRef.get(ref)?.[0]?.node ?? this.#otherRefs.get(ref);
    }
    const document = `bom:${serialUuid}/${version}`;
    if (ref === undefined) return this.builder.nodeOf(document, ['Bom']);
    return this.builder.nodeOf(boundRef(`${document}#${ref}`), [], [ref]);
  }
}

/**
 * What is still asked of a component once it has a node and its children have theirs: where it stands, its suppliers, its
 * past. Models and data are asked for all.
 */
function restOf(source: Component | Service): Component | Service {
  if (source.form === 'service') return source;
  const { pointer, bomRef, type, supplier, manufacturer, pedigree } = source;
  const isAsked = type === 'machine-learning-model' || type === 'data';
  if (isAsked || source.modelCard !== undefined || source.mlProperties.length > 0) return source;
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
