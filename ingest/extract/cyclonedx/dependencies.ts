// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { NumberPairs } from '../../../core/tables/number-pairs.ts';
import { NumberSet } from '../../../core/tables/number-set.ts';
import { Groups } from './groups.ts';
import type { BomGraph } from './bom-graph.ts';

/** The raw pairs, and the entry that states each first. */
interface StatedPairs {
  readonly pairs: NumberPairs;
  readonly entries: GrowingInts;
}

/**
 * States the raw dependency graph: shown, walked inside the document, never across documents. A reference to nothing is
 * listed and makes no pair; so is a component that depends on itself; cycles are listed once and kept.
 */
export function stateDependencies(graph: BomGraph): void {
  const stated = distinctPairs(graph);
  const { pairs } = stated;
  for (let at = 0; at < pairs.size; at++) {
    graph.builder.dependsOn(pairs.first(at), pairs.second(at));
  }
  if (pairs.size > 0) listCycle(graph, stated);
  pairs.release();
  stated.entries.release();
}

function distinctPairs(graph: BomGraph): StatedPairs {
  const { dependencies } = graph;
  const pairs = new NumberPairs();
  const entries = new GrowingInts();
  for (let entry = 0; entry < dependencies.count; entry++) {
    const ref = dependencies.refOf(entry);
    const from = ref === undefined ? undefined : resolved(graph, entry, ref, 'ref');
    for (const target of dependencies.provides(entry)) resolved(graph, entry, target, 'provides');
    const end = dependencies.targetsEnd(entry);
    for (let at = dependencies.targetsStart(entry); at < end; at++) {
      const to = resolved(graph, entry, dependencies.targetAt(at), 'dependsOn');
      if (from === undefined || to === undefined) continue;
      if (from === to) {
        const text = ref === undefined ? '' : graph.refText(ref);
        const pointer = dependencies.pointerOf(entry);
        graph.builder.problem('self-dependency', pointer, `"${text}" depends on itself`);
      } else if (pairs.add(from, to)) entries.push(entry);
    }
  }
  return { pairs, entries };
}

function resolved(graph: BomGraph, entry: number, ref: number, key: string): number | undefined {
  const own = graph.nodeOfRef(ref);
  if (own !== undefined) return own;
  const pointer = `${graph.dependencies.pointerOf(entry)}/${key}`;
  return graph.resolveOrList(graph.refText(ref), pointer);
}

/** What is left when everything without a way in, and then everything without a way out, is taken away (Kahn 1962). */
function listCycle(graph: BomGraph, { pairs, entries }: StatedPairs): void {
  const { nodeCount } = graph.builder;
  const from = (pair: number): number => pairs.first(pair);
  const to = (pair: number): number => pairs.second(pair);
  const sources = peeled(pairs.size, nodeCount, from, to, () => true);
  const hasWayIn = (pair: number): boolean => !sources.has(from(pair));
  // nearly no document has a circle, and then nothing is left here
  if (!hasPair(pairs, hasWayIn)) return;
  const sinks = peeled(pairs.size, nodeCount, to, from, hasWayIn);
  const isLeft = (pair: number): boolean => hasWayIn(pair) && !sinks.has(to(pair));
  const first = firstLeft(pairs, nodeCount, isLeft);
  if (first === undefined) return;
  const elements = new Set<number>();
  for (let pair = 0; pair < pairs.size; pair++) if (isLeft(pair)) elements.add(from(pair));
  const pointer = graph.dependencies.pointerOf(entries.at(first));
  const message = `${elements.size} elements depend in circles`;
  graph.builder.problem('dependency-cycle', pointer, message);
}

function hasPair(pairs: NumberPairs, isSought: (pair: number) => boolean): boolean {
  for (let pair = 0; pair < pairs.size; pair++) if (isSought(pair)) return true;
  return false;
}

/** Of the pairs that are left, the first of the element that is named first as one that depends. */
function firstLeft(
  pairs: NumberPairs,
  nodeCount: number,
  isLeft: (pair: number) => boolean,
): number | undefined {
  const firstPairs = new Groups(nodeCount, pairs.size, (pair) => pairs.first(pair));
  let found: number | undefined;
  let rank = Number.POSITIVE_INFINITY;
  for (let pair = 0; pair < pairs.size; pair++) {
    if (!isLeft(pair)) continue;
    const own = firstPairs.first(pairs.first(pair));
    if (own < rank) [found, rank] = [pair, own];
  }
  firstPairs.release();
  return found;
}

/**
 * The nodes that no way leads to, once such nodes and the ways that leave them are taken away again and again; linear.
 * @param near where a pair leaves, and `far` where it leads
 * @param counts the pairs that are there
 */
function peeled(
  pairCount: number,
  nodeCount: number,
  near: (pair: number) => number,
  far: (pair: number) => number,
  counts: (pair: number) => boolean,
): NumberSet {
  const leaving = new Groups(nodeCount, pairCount, (pair) => (counts(pair) ? near(pair) : -1));
  const ways = new Int32Array(nodeCount);
  for (let pair = 0; pair < pairCount; pair++) {
    if (counts(pair)) ways[far(pair)] = (ways[far(pair)] ?? 0) + 1;
  }
  const gone = new NumberSet();
  const free = new GrowingInts();
  for (let node = 0; node < nodeCount; node++) {
    if (ways[node] === 0 && leaving.first(node) >= 0) free.push(node);
  }
  for (let at = 0; at < free.length; at++) {
    gone.add(free.at(at));
    for (let pair = leaving.first(free.at(at)); pair >= 0; pair = leaving.next(pair)) {
      const next = far(pair);
      const left = (ways[next] ?? 1) - 1;
      ways[next] = left;
      if (left === 0 && leaving.first(next) >= 0) free.push(next);
    }
  }
  leaving.release();
  free.release();
  return gone;
}
