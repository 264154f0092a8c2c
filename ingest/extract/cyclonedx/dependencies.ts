// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../../core/limits.ts';
import type { BomGraph } from './bom-graph.ts';

/** One raw pair, with the place of the entry that states it. */
interface Pair {
  readonly from: number;
  readonly to: number;
  readonly pointer: string;
}

/**
 * States the raw dependency graph: shown, walked inside the document, never across documents. A reference to nothing is
 * listed and makes no pair; so is a component that depends on itself; cycles are listed once and kept.
 */
export function stateDependencies(graph: BomGraph): void {
  const pairs = distinctPairs(graph);
  for (const { from, to } of pairs) graph.builder.dependsOn(from, to);
  listCycle(graph, pairs);
}

function distinctPairs(graph: BomGraph): Pair[] {
  const seen = new Set<number>();
  const pairs: Pair[] = [];
  for (const { pointer, ref, dependsOn, provides } of graph.bom.dependencies) {
    const from = ref === undefined ? undefined : graph.resolveOrList(ref, `${pointer}/ref`);
    for (const target of provides) graph.resolveOrList(target, `${pointer}/provides`);
    for (const target of dependsOn) {
      const to = graph.resolveOrList(target, `${pointer}/dependsOn`);
      if (from === undefined || to === undefined) continue;
      if (from === to) {
        graph.builder.problem('self-dependency', pointer, `"${ref}" depends on itself`);
        continue;
      }
      const key = from * LIMITS.nodes + to; // both below LIMITS.nodes: exact in a double
      if (seen.has(key)) continue;
      seen.add(key);
      pairs.push({ from, to, pointer });
    }
  }
  return pairs;
}

/** What is left when everything without a way in, and then everything without a way out, is taken away (Kahn 1962). */
function listCycle(graph: BomGraph, pairs: readonly Pair[]): void {
  const below = peel(pairs, 'from', 'to');
  const left = peel(below, 'to', 'from');
  const first = left[0];
  if (first === undefined) return;
  const count = new Set(left.map(({ from }) => from)).size;
  graph.builder.problem('dependency-cycle', first.pointer, `${count} elements depend in circles`);
}

/** Takes away pairs whose `near` end no other pair leads to, again and again; linear. */
function peel(pairs: readonly Pair[], near: 'from' | 'to', far: 'from' | 'to'): readonly Pair[] {
  const ways = new Map<number, number>();
  const leaving = new Map<number, Pair[]>();
  for (const pair of pairs) {
    ways.set(pair[far], (ways.get(pair[far]) ?? 0) + 1);
    const known = leaving.get(pair[near]);
    if (known === undefined) leaving.set(pair[near], [pair]);
    else known.push(pair);
  }
  const free = [...leaving.keys()].filter((node) => !ways.has(node));
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    const gone = leaving.get(node) ?? [];
    leaving.delete(node);
    for (const pair of gone) {
      const count = (ways.get(pair[far]) ?? 1) - 1;
      ways.set(pair[far], count);
      if (count === 0 && leaving.has(pair[far])) free.push(pair[far]);
    }
  }
  return [...leaving.values()].flat();
}
