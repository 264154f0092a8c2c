// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { FewNumbers, NumberSet, type Numbers } from '../../../core/tables/number-set.ts';
import type { Arcs } from './arcs.ts';
import type { SbomGraph } from './sbom-graph.ts';

/** Unreached components listed one by one; a count stands for the rest. */
const MAX_LISTED = 20;
/** Nodes that the walks of all roots may look at. Many roots over one large graph would take their product. */
const MAX_STEPS = 20_000_000;
/** Roots that have sets of a byte a node. */
const MAX_BYTE_SETS = 16;
/** Edges that may stand for "each root contains everything". */
const MAX_ALL = 200_000;

/**
 * Compiles the document boundary (DESIGN.md 3): each root contains each component that it reaches over containment and
 * dependencies, everything where none of them reaches anything; raw dependencies stay inside. A part that explicit
 * containment already puts below the root is not stated again, and what typed edges lead to is no part of the root, unless it
 * is reached without them too and they do not start at the root or a part of it.
 *
 * A component that nothing reaches while others are reached is contained by the document, not by what it describes (the
 * reasons are those of cyclonedx/boundary.ts).
 *
 * @param roots what the document is about; the document itself where it says nothing
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 */
export function compileBoundary(graph: SbomGraph, roots: readonly number[]): void {
  const budget = { steps: MAX_STEPS };
  const reaches = roots.map((root) => reachOf(graph, root, roots.length, budget));
  const typedTargets = targetsOf(graph);
  const covered = new NumberSet();
  if (reaches.some(({ isOwn }) => isOwn)) {
    roots.forEach((root, at) => {
      const parts = new Parts(graph, root, typedTargets, budget, roots.length);
      parts.take(reaches[at]?.nodes ?? []);
      parts.addCoveredTo(covered);
    });
    containUnreached(graph, roots, covered, typedTargets, budget);
    return;
  }
  const isRoot = new Set(roots);
  const all = graph.listed.filter((node) => !isRoot.has(node));
  if (all.length * roots.length > MAX_ALL) {
    containUnreached(graph, roots, covered, typedTargets, budget);
    return;
  }
  for (const root of roots) {
    new Parts(graph, root, typedTargets, budget, roots.length).take(all);
  }
}

interface Reach {
  /** Listed components, in the order of first visit. */
  readonly nodes: readonly number[];
  /** The root's own containment or dependencies led somewhere. */
  readonly isOwn: boolean;
}

/** First what the root itself leads to, then what typed edges lead to from there: their dependencies are not the root's. */
function reachOf(
  graph: SbomGraph,
  root: number,
  rootCount: number,
  budget: { steps: number },
): Reach {
  const seen = nodeSetFor(rootCount);
  seen.add(root);
  const own = [graph.containsArcs, graph.dependsArcs];
  const queue = [root];
  walk(queue, seen, own, budget);
  const isOwn = queue.length > 1;
  if (graph.typedArcs.count > 0) {
    for (const node of queue.slice()) {
      for (const next of graph.typedArcs.from(node)) if (seen.add(next)) queue.push(next);
    }
    walk(queue, seen, [...own, graph.typedArcs], budget);
  }
  return { nodes: queue.filter((node) => graph.listed.has(node)), isOwn };
}

/** Appends to the queue what its nodes lead to, each node once. */
function walk(
  queue: number[],
  seen: Numbers,
  arcs: readonly Arcs[],
  budget: { steps: number },
): void {
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] ?? -1;
    for (const sort of arcs) {
      for (const next of sort.from(node)) {
        spend(budget);
        if (seen.add(next)) queue.push(next);
      }
    }
  }
}

/** A byte for each node is little for a few roots; for many of them it would be their product. */
function nodeSetFor(rootCount: number): Numbers {
  return rootCount > MAX_BYTE_SETS ? new FewNumbers() : new NumberSet();
}

function spend(budget: { steps: number }): void {
  if (--budget.steps < 0) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_STEPS} steps to find the parts`, {
      hint: 'the document describes very many things that share very many parts; split it',
    });
  }
}

/** Everything that typed edges lead to, with what that contains. */
function targetsOf({ typedArcs, containsArcs }: SbomGraph): NumberSet {
  const found = new NumberSet();
  const queue: number[] = [];
  for (let arc = 0; arc < typedArcs.count; arc++) {
    const target = typedArcs.targetAt(arc);
    if (found.add(target)) queue.push(target);
  }
  walk(queue, found, [containsArcs], { steps: MAX_STEPS });
  return found;
}

/** Puts components below one whole. */
class Parts {
  /** What is reached from the whole over the edges that are stated. */
  readonly #covered: Numbers;
  /** The same in the order in which it was reached. */
  readonly #coveredNodes: number[] = [];
  readonly #graph: SbomGraph;
  readonly #whole: number;
  readonly #typedTargets: NumberSet;
  readonly #budget: { steps: number };

  constructor(
    graph: SbomGraph,
    whole: number,
    typedTargets: NumberSet,
    budget: { steps: number },
    rootCount = 1,
  ) {
    this.#covered = nodeSetFor(rootCount);
    this.#graph = graph;
    this.#whole = whole;
    this.#typedTargets = typedTargets;
    this.#budget = budget;
    this.#cover(whole);
  }

  /** What typed edges lead to comes last: by then its own effects may be parts. */
  take(nodes: readonly number[]): void {
    const isTarget = (node: number): boolean => this.#typedTargets.has(node);
    for (const node of nodes) if (!isTarget(node)) this.#contain(node);
    for (const node of nodes) if (isTarget(node)) this.#contain(node);
  }

  #contain(node: number): void {
    if (this.#covered.has(node)) return;
    const pointer = this.#graph.listed.pointerOf(node);
    this.#graph.builder.edge(this.#whole, 'contains', node, pointer, { strength: 'implied' });
    this.#cover(node);
  }

  #cover(start: number): void {
    if (!this.#covered.add(start)) return;
    const { typedArcs, containsArcs } = this.#graph;
    const queue = [start];
    walk(queue, this.#covered, [typedArcs, containsArcs], this.#budget);
    for (const node of queue) this.#coveredNodes.push(node);
  }

  addCoveredTo(covered: NumberSet): void {
    for (const node of this.#coveredNodes) covered.add(node);
  }
}

function containUnreached(
  graph: SbomGraph,
  roots: readonly number[],
  covered: NumberSet,
  typedTargets: NumberSet,
  budget: { steps: number },
): void {
  const isRoot = new Set(roots);
  const outside = graph.listed.filter((node) => !covered.has(node) && !isRoot.has(node));
  if (outside.length === 0) return;
  new Parts(graph, graph.document, typedTargets, budget).take(outside);
  if (isRoot.has(graph.document)) return;
  for (const node of outside.slice(0, MAX_LISTED)) {
    const pointer = graph.listed.pointerOf(node);
    graph.builder.problem('unreached-component', pointer, 'nothing that is described leads to it');
  }
  const more = outside.length - MAX_LISTED;
  if (more > 0) {
    const pointer = graph.listed.pointerOf(outside[MAX_LISTED] ?? -1);
    graph.builder.problem('unreached-component', pointer, `and ${more} more from here on`);
  }
}
