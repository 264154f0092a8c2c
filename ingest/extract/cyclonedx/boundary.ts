// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { NumberChains } from '../../../core/tables/number-chains.ts';
import { NumberSet } from '../../../core/tables/number-set.ts';
import { Groups } from './groups.ts';
import type { BomGraph, Element } from './bom-graph.ts';

/** Unreached components listed one by one; a count stands for the rest. */
const MAX_LISTED = 20;

/** What a root reaches inside the document, in the order of first visit. */
interface Reach {
  readonly elements: GrowingInts;
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
  const inside = reach.overDependencies ? reach.elements : listedOf(graph);
  const parts = new Parts(graph, root, createKnown(graph));
  parts.containAll(inside);
  for (const [node, pointer] of reach.foreign) parts.containNode(node, pointer);
  if (reach.overDependencies) containUnreached(graph, root, inside, parts);
}

function listedOf({ listedCount }: BomGraph): GrowingInts {
  const listed = new GrowingInts();
  for (let element = 0; element < listedCount; element++) listed.push(element);
  return listed;
}

/** Nesting is containment ("components included in the parent component. This is not a dependency tree"), stated in so many words. */
function stateNesting(graph: BomGraph, root: number): void {
  for (let element = 0; element < graph.elementCount; element++) {
    const node = graph.nodeOf(element);
    const { children } = graph;
    for (let child = children.first(element); child >= 0; child = children.next(child)) {
      if (node === root) continue; // the root's parts are stated with all the others
      const part = graph.nodeOf(child);
      if (node === part) listSelf(graph, child);
      else if (!graph.typedFrom(node).has(part)) {
        graph.builder.edge(node, 'contains', part, graph.pointerOf(child));
      }
    }
  }
}

function reachOf(graph: BomGraph): Reach {
  const walk = new Walk(graph);
  if (graph.mainNode !== undefined) walk.from(graph.mainNode);
  return walk;
}

/** One walk over nesting, dependencies and typed edges; each node, reference and edge is looked at once. */
class Walk implements Reach {
  readonly elements = new GrowingInts();
  readonly foreign = new Map<number, string>();
  overDependencies = false;
  readonly #graph: BomGraph;
  readonly #elementsOf: Groups;
  readonly #seen = new NumberSet();
  /** Refs, by number, whose own dependencies were followed: several elements may bear one. */
  readonly #enteredRefs = new NumberSet();
  readonly #seenRefs = new NumberSet();
  readonly #queue = new GrowingInts();
  #isOwn = true;

  constructor(graph: BomGraph) {
    this.#graph = graph;
    const nodeOf = (element: Element): number => graph.nodeOf(element);
    this.#elementsOf = new Groups(graph.builder.nodeCount, graph.elementCount, nodeOf);
  }

  /** First what the root itself leads to, then what typed edges lead to from there: their dependencies are not the root's. */
  from(start: number): void {
    this.#visit(start);
    this.#finish(0, false);
    const own = this.#queue.length;
    this.#isOwn = false;
    for (let at = 0; at < own; at++) {
      for (const next of this.#graph.typedFrom(this.#queue.at(at))) this.#visit(next);
    }
    this.#finish(own, true);
  }

  #finish(first: number, overTyped: boolean): void {
    for (let at = first; at < this.#queue.length; at++) {
      const node = this.#queue.at(at);
      const elements = this.#elementsOf;
      // records with one identity are one thing: what is nested in either, or needed by either, is reached
      for (let element = elements.first(node); element >= 0; element = elements.next(element)) {
        this.#enter(element);
      }
      if (overTyped) for (const next of this.#graph.typedFrom(node)) this.#visit(next);
    }
  }

  #visit(node: number): void {
    if (this.#seen.add(node)) this.#queue.push(node);
  }

  #enter(element: Element): void {
    const { dependencies, children } = this.#graph;
    const { entries } = dependencies;
    this.elements.push(element);
    for (let child = children.first(element); child >= 0; child = children.next(child)) {
      this.#visit(this.#graph.nodeOf(child));
    }
    const ref = this.#graph.refNumberOf(element);
    if (ref === undefined || !this.#enteredRefs.add(ref)) return;
    for (let entry = entries.first(ref); entry >= 0; entry = entries.next(entry)) {
      const end = dependencies.targetsEnd(entry);
      for (let at = dependencies.targetsStart(entry); at < end; at++) {
        this.#follow(dependencies.targetAt(at), entry);
      }
    }
  }

  #follow(ref: number, entry: number): void {
    if (!this.#seenRefs.add(ref)) return;
    const { bearers } = this.#graph;
    let element = bearers.first(ref);
    if (element < 0) this.#followOut(ref, entry);
    for (; element >= 0; element = bearers.next(element)) {
      const node = this.#graph.nodeOf(element);
      if (this.#isOwn && node !== this.#graph.mainNode) this.overDependencies = true;
      this.#visit(node);
    }
  }

  /** What no element here bears may be an element of another BOM. */
  #followOut(ref: number, entry: number): void {
    const graph = this.#graph;
    const foreign = graph.resolve(graph.refText(ref));
    if (foreign === undefined) return;
    if (!this.foreign.has(foreign)) {
      this.foreign.set(foreign, graph.dependencies.pointerOf(entry));
    }
    if (this.#isOwn) this.overDependencies = true;
  }
}

/** What is known of the document while wholes take their parts. */
interface Known {
  /** What typed edges lead to, and what is nested in it. */
  readonly typedTargets: ReadonlySet<number>;
  /** What is reached from a whole, or from a part that it took, by typed edges and nesting. */
  readonly covered: NumberSet;
  /** By node. */
  readonly children: NumberChains;
}

const IMPLIED = { strength: 'implied' } as const;
const EXPLICIT = { strength: 'explicit' } as const;

function createKnown(graph: BomGraph): Known {
  const children = childNodes(graph);
  return { typedTargets: typedTargets(graph, children), covered: new NumberSet(), children };
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

  containAll(elements: GrowingInts): void {
    const later: Element[] = [];
    for (let at = 0; at < elements.length; at++) {
      const element = elements.at(at);
      if (this.#known.typedTargets.has(this.#graph.nodeOf(element))) later.push(element);
      else this.#contain(element);
    }
    for (const element of later) if (!this.isCovered(element)) this.#contain(element);
  }

  containNode(node: number, pointer: string): void {
    if (node === this.#whole || this.#known.covered.has(node)) return;
    this.#graph.builder.edge(this.#whole, 'contains', node, pointer, IMPLIED);
  }

  /** The parts of the BOM itself, given what this whole has taken. */
  ofBom(): Parts {
    return new Parts(this.#graph, this.#graph.bomNode, this.#known);
  }

  isCovered(element: Element): boolean {
    return this.#known.covered.has(this.#graph.nodeOf(element));
  }

  #contain(element: Element): void {
    const { main, mainNode } = this.#graph;
    const node = this.#graph.nodeOf(element);
    if (element === main && node === this.#whole) return;
    if (node === this.#whole) {
      listSelf(this.#graph, element);
      return;
    }
    const isNested =
      main !== undefined && this.#graph.parentOf(element) === main && mainNode === this.#whole;
    const pointer = this.#graph.pointerOf(element);
    const options = isNested ? EXPLICIT : IMPLIED;
    this.#graph.builder.edge(this.#whole, 'contains', node, pointer, options);
    this.#cover(node);
  }

  /** Everything that is reached from a node of the whole by typed edges and nesting. */
  #cover(start: number): void {
    const { covered, children } = this.#known;
    const stack = [start];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (!covered.add(node)) continue;
      for (const next of this.#graph.typedFrom(node)) stack.push(next);
      // the children of the whole itself are stated as its parts, not taken as known
      if (node !== this.#whole) pushItems(children, node, stack);
    }
  }
}

function typedTargets(graph: BomGraph, children: NumberChains): ReadonlySet<number> {
  const found = new Set<number>();
  const stack = [...graph.typedTargets()];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    pushItems(children, node, stack);
  }
  return found;
}

function pushItems(chains: NumberChains, owner: number, into: number[]): void {
  for (let link = chains.firstLink(owner); link >= 0; link = chains.nextLink(link)) {
    into.push(chains.itemAt(link));
  }
}

function childNodes(graph: BomGraph): NumberChains {
  const found = new NumberChains();
  const { children } = graph;
  for (let element = 0; element < graph.elementCount; element++) {
    for (let child = children.first(element); child >= 0; child = children.next(child)) {
      found.add(graph.nodeOf(element), graph.nodeOf(child));
    }
  }
  return found;
}

function containUnreached(graph: BomGraph, root: number, reached: GrowingInts, parts: Parts): void {
  const inside = new NumberSet();
  for (let at = 0; at < reached.length; at++) inside.add(reached.at(at));
  // below the BOM a nested one is found through what it is nested in
  const tops = new GrowingInts();
  for (let element = 0; element < graph.listedCount; element++) {
    if (inside.has(element) || parts.isCovered(element)) continue;
    const parent = graph.parentOf(element);
    if (parent === undefined || inside.has(parent)) tops.push(element);
  }
  if (graph.bomNode !== root) parts.ofBom().containAll(tops);
  listUnreached(graph, tops);
}

function listUnreached(graph: BomGraph, tops: GrowingInts): void {
  const provided = providedRefs(graph);
  let count = 0;
  let after = '';
  for (let at = 0; at < tops.length; at++) {
    const element = tops.at(at);
    const ref = graph.refNumberOf(element);
    if (ref !== undefined && provided.has(ref)) continue;
    count++;
    if (count <= MAX_LISTED) {
      const pointer = graph.pointerOf(element);
      graph.builder.problem('unreached-component', pointer, 'no dependency leads to it');
    } else if (count === MAX_LISTED + 1) after = graph.pointerOf(element);
  }
  const more = count - MAX_LISTED;
  if (more > 0) {
    graph.builder.problem('unreached-component', after, `and ${more} more from here on`);
  }
}

/** What a component implements (`provides`) is explained, and is still no part: "does not imply that the implementation is in use". */
function providedRefs({ dependencies }: BomGraph): NumberSet {
  const found = new NumberSet();
  for (let entry = 0; entry < dependencies.count; entry++) {
    for (const ref of dependencies.provides(entry)) found.add(ref);
  }
  return found;
}

function listSelf(graph: BomGraph, element: Element): void {
  const pointer = graph.pointerOf(element);
  graph.builder.problem('self-containment', pointer, 'the same thing as its whole');
}
