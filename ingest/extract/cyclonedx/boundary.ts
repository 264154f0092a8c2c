// SPDX-License-Identifier: Apache-2.0
import type { Dependency } from '../../../schemas/cyclonedx/model.ts';
import type { BomGraph, Element } from './bom-graph.ts';

/** Unreached components listed one by one; a count stands for the rest. */
const MAX_LISTED = 20;

/** What a root reaches inside the document, in the order of first visit. */
interface Reach {
  readonly elements: readonly Element[];
  /** Elements of other BOMs, by BOM-Link, with the place that links to them. */
  readonly foreign: ReadonlyMap<number, string>;
  /** The root's own dependencies led somewhere. */
  readonly overDependencies: boolean;
}

/**
 * Compiles the document boundary (DESIGN.md 3): the root contains each component that it reaches, all of them where it
 * reaches none; raw `dependsOn` stays inside.
 *
 * What typed edges lead to (training data, ancestors, inputs of a run) is no part of the root, unless it is reached
 * without them too and the typed edges do not start at the root or a part of it: an influence is stated once, never lost.
 *
 * A component that nobody reaches while others are reached is listed by the BOM and by no one else. The specification
 * calls such a component opaque ("may have unknown dependencies"), and real graphs are incomplete. To put it below the
 * root would claim that the product ships it, against the graph that its author drew; to drop it would let a search for
 * it find nothing. So the BOM contains it: the search finds the document, the document describes the product, the problem
 * says why the product itself is not a hit, and the product stays open unless its author declares the graph complete.
 *
 * @param root the node that the document is about
 */
export function compileBoundary(graph: BomGraph, root: number): void {
  stateNesting(graph, root);
  const reach = reachOf(graph);
  const all = !reach.overDependencies;
  const inside = all ? graph.listed : reach.elements;
  const parts = new Parts(graph, root, createKnown(graph));
  parts.containAll(inside);
  for (const [node, pointer] of reach.foreign) parts.containNode(node, pointer);
  if (!all) containUnreached(graph, root, new Set(inside), parts);
}

/** Nesting is containment ("components included in the parent component. This is not a dependency tree"), stated in so many words. */
function stateNesting(graph: BomGraph, root: number): void {
  for (const { node, children } of graph.elements) {
    for (const child of children) {
      if (node === root) continue; // the root's parts are stated with all the others
      if (node === child.node) listSelf(graph, child);
      else if (!graph.typedFrom(node).has(child.node)) {
        graph.builder.edge(node, 'contains', child.node, child.source.pointer);
      }
    }
  }
}

function reachOf(graph: BomGraph): Reach {
  const walk = new Walk(graph);
  if (graph.main !== undefined) walk.from(graph.main.node);
  return walk;
}

/** One walk over nesting, dependencies and typed edges; each node, reference and edge is looked at once. */
class Walk implements Reach {
  readonly elements: Element[] = [];
  readonly foreign = new Map<number, string>();
  overDependencies = false;
  readonly #graph: BomGraph;
  readonly #dependencies: ReadonlyMap<string, readonly Dependency[]>;
  readonly #elementsOf: ReadonlyMap<number, readonly Element[]>;
  readonly #seen = new Set<number>();
  /** Refs whose own dependencies were followed: several elements may bear one. */
  readonly #enteredRefs = new Set<string>();
  readonly #seenRefs = new Set<string>();
  readonly #queue: number[] = [];
  #isOwn = true;

  constructor(graph: BomGraph) {
    this.#graph = graph;
    this.#dependencies = dependenciesByRef(graph);
    this.#elementsOf = elementsByNode(graph);
  }

  /** First what the root itself leads to, then what typed edges lead to from there: their dependencies are not the root's. */
  from(start: number): void {
    this.#visit(start);
    this.#finish(0, false);
    const own = this.#queue.length;
    this.#isOwn = false;
    for (const node of this.#queue.slice(0, own)) {
      for (const next of this.#graph.typedFrom(node)) this.#visit(next);
    }
    this.#finish(own, true);
  }

  #finish(first: number, overTyped: boolean): void {
    for (let at = first; at < this.#queue.length; at++) {
      const node = this.#queue[at] ?? -1;
      // records with one identity are one thing: what is nested in either, or needed by either, is reached
      for (const element of this.#elementsOf.get(node) ?? []) this.#enter(element);
      if (overTyped) for (const next of this.#graph.typedFrom(node)) this.#visit(next);
    }
  }

  #visit(node: number): void {
    if (this.#seen.has(node)) return;
    this.#seen.add(node);
    this.#queue.push(node);
  }

  #enter(element: Element): void {
    this.elements.push(element);
    for (const { node } of element.children) this.#visit(node);
    const { bomRef } = element.source;
    if (bomRef === undefined || this.#enteredRefs.has(bomRef)) return;
    this.#enteredRefs.add(bomRef);
    for (const entry of this.#dependencies.get(bomRef) ?? []) {
      for (const ref of entry.dependsOn) this.#follow(ref, entry.pointer);
    }
  }

  #follow(ref: string, pointer: string): void {
    if (this.#seenRefs.has(ref)) return;
    this.#seenRefs.add(ref);
    const targets = this.#graph.elementsByRef(ref);
    const foreign = targets.length === 0 ? this.#graph.resolve(ref) : undefined;
    if (foreign !== undefined && !this.foreign.has(foreign)) this.foreign.set(foreign, pointer);
    const isElsewhere = targets.some(({ node }) => node !== this.#graph.main?.node);
    if (this.#isOwn && (foreign !== undefined || isElsewhere)) this.overDependencies = true;
    for (const { node } of targets) this.#visit(node);
  }
}

function dependenciesByRef(graph: BomGraph): Map<string, Dependency[]> {
  const found = new Map<string, Dependency[]>();
  for (const entry of graph.bom.dependencies) {
    if (entry.ref === undefined) continue;
    const known = found.get(entry.ref);
    if (known === undefined) found.set(entry.ref, [entry]);
    else known.push(entry);
  }
  return found;
}

function elementsByNode(graph: BomGraph): Map<number, Element[]> {
  const found = new Map<number, Element[]>();
  for (const element of graph.elements) {
    const known = found.get(element.node);
    if (known === undefined) found.set(element.node, [element]);
    else known.push(element);
  }
  return found;
}

/** What is known of the document while wholes take their parts. */
interface Known {
  /** What typed edges lead to, and what is nested in it. */
  readonly typedTargets: ReadonlySet<number>;
  /** What is reached from a whole, or from a part that it took, by typed edges and nesting. */
  readonly covered: Set<number>;
  readonly childrenOf: ReadonlyMap<number, readonly number[]>;
}

function createKnown(graph: BomGraph): Known {
  const childrenOf = childNodes(graph);
  return { typedTargets: typedTargets(graph, childrenOf), covered: new Set(), childrenOf };
}

/** Puts elements below one whole, leaving out what typed edges reach from it. */
class Parts {
  readonly #graph: BomGraph;
  readonly #whole: number;
  readonly #known: Known;

  constructor(graph: BomGraph, whole: number, known: Known) {
    this.#graph = graph;
    this.#whole = whole;
    this.#known = known;
    this.#cover(whole);
  }

  containAll(elements: readonly Element[]): void {
    const later: Element[] = [];
    for (const element of elements) {
      if (this.#known.typedTargets.has(element.node)) later.push(element);
      else this.#contain(element);
    }
    for (const element of later) if (!this.#known.covered.has(element.node)) this.#contain(element);
  }

  containNode(node: number, pointer: string): void {
    if (node === this.#whole || this.#known.covered.has(node)) return;
    this.#graph.builder.edge(this.#whole, 'contains', node, pointer, { strength: 'implied' });
  }

  /** The parts of the BOM itself, given what this whole has taken. */
  ofBom(): Parts {
    return new Parts(this.#graph, this.#graph.bomNode, this.#known);
  }

  isCovered(element: Element): boolean {
    return this.#known.covered.has(element.node);
  }

  #contain(element: Element): void {
    const { main } = this.#graph;
    if (element === main && element.node === this.#whole) return;
    if (element.node === this.#whole) {
      listSelf(this.#graph, element);
      return;
    }
    const isNested = main !== undefined && element.parent === main && main.node === this.#whole;
    const strength = isNested ? 'explicit' : 'implied';
    this.#graph.builder.edge(this.#whole, 'contains', element.node, element.source.pointer, {
      strength,
    });
    this.#cover(element.node);
  }

  /** Everything that is reached from a node of the whole by typed edges and nesting. */
  #cover(start: number): void {
    const stack = [start];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (this.#known.covered.has(node)) continue;
      this.#known.covered.add(node);
      for (const next of this.#graph.typedFrom(node)) stack.push(next);
      // the children of the whole itself are stated as its parts, not taken as known
      if (node !== this.#whole)
        for (const next of this.#known.childrenOf.get(node) ?? []) stack.push(next);
    }
  }
}

function typedTargets(
  graph: BomGraph,
  childrenOf: ReadonlyMap<number, readonly number[]>,
): ReadonlySet<number> {
  const found = new Set<number>();
  const stack = [...graph.typedTargets()];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    for (const child of childrenOf.get(node) ?? []) stack.push(child);
  }
  return found;
}

function childNodes(graph: BomGraph): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const { node, children } of graph.elements) {
    if (children.length === 0) continue;
    const known = found.get(node) ?? [];
    for (const child of children) known.push(child.node);
    found.set(node, known);
  }
  return found;
}

function containUnreached(
  graph: BomGraph,
  root: number,
  inside: ReadonlySet<Element>,
  parts: Parts,
): void {
  const outside = graph.listed.filter(
    (element) => !inside.has(element) && !parts.isCovered(element),
  );
  // below the BOM a nested one is found through what it is nested in
  const tops = outside.filter(({ parent }) => parent === undefined || inside.has(parent));
  if (graph.bomNode !== root) parts.ofBom().containAll(tops);
  const provided = providedRefs(graph);
  const unexplained = tops.filter(({ source }) => !provided.has(source.bomRef ?? ''));
  for (const { source } of unexplained.slice(0, MAX_LISTED)) {
    graph.builder.problem('unreached-component', source.pointer, 'no dependency leads to it');
  }
  const more = unexplained.length - MAX_LISTED;
  if (more > 0) {
    const pointer = unexplained[MAX_LISTED]?.source.pointer ?? '';
    graph.builder.problem('unreached-component', pointer, `and ${more} more from here on`);
  }
}

/** What a component implements (`provides`) is explained, and is still no part: "does not imply that the implementation is in use". */
function providedRefs(graph: BomGraph): ReadonlySet<string> {
  return new Set(graph.bom.dependencies.flatMap(({ provides }) => provides));
}

function listSelf(graph: BomGraph, element: Element): void {
  graph.builder.problem('self-containment', element.source.pointer, 'the same thing as its whole');
}
