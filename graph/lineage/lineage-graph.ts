// SPDX-License-Identifier: Apache-2.0
import { kindsOf, type IdentityLevel, type Kind } from '../domain/kinds.ts';
import { RELATION_NAMES, STRENGTHS, type Relation, type Strength } from '../domain/relations.ts';
import type { TrustClass } from '../domain/trust-class.ts';
import { unpackMark } from './arcs.ts';
import { bestLabel } from './folding.ts';
import { classOfRank, type View } from './view.ts';
import { REACH, type Walk } from './walk.ts';

export interface LineageNode {
  readonly ref: string;
  readonly kind: Kind;
  readonly kinds: readonly Kind[];
  readonly level: IdentityLevel;
  readonly name: string;
  readonly names: readonly string[];
  /** How sure: affected means certain here. */
  readonly reach: 'certain' | 'possible' | 'names-only';
}

/** One edge with every document that states it. */
export interface LineageEdge {
  readonly from: string;
  readonly relation: Relation;
  readonly to: string;
  readonly evidence: readonly EdgeEvidence[];
}

export interface EdgeEvidence {
  readonly document: string;
  /** File that the document came in, for people. */
  readonly source: string;
  readonly class: TrustClass;
  readonly strength: Strength;
}

/** What something was made from, or what was made from it. */
export interface LineageGraph {
  readonly roots: readonly string[];
  readonly direction: 'up' | 'down';
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** Boilerplate that was stepped over, by ref. */
  readonly skipped: readonly string[];
  /** True where `maxNodes` cut it. */
  readonly truncated: boolean;
}

const REACH_NAMES = { [REACH.affected]: 'certain', [REACH.possible]: 'possible' } as const;

/** Everything upstream or downstream of some nodes, with the documents behind each edge. */
export function lineageGraph(
  view: View,
  roots: readonly number[],
  direction: 'up' | 'down',
  maxNodes: number,
): LineageGraph {
  const walk = view.walk(direction);
  walk.run(roots, view.filter);
  const terminals = [...walk.terminals.keys()].filter((node) => walk.reachOf(node) === REACH.none);
  const all = [...walk.visited, ...terminals];
  const nodes = all.slice(0, maxNodes);
  const kept = new Set(nodes);
  return {
    roots: roots.map((node) => view.index.refOf(node)),
    direction,
    nodes: nodes
      .map((node) => describeNode(view, node, reachOf(walk, node)))
      .sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    edges: edgesAmong(view, kept),
    skipped: [...walk.skipped].map((node) => view.index.refOf(node)).sort(),
    truncated: all.length > nodes.length,
  };
}

/** A terminal has no reach as content, only as what hangs on it. */
function reachOf(walk: Walk, node: number): number {
  const content = walk.reachOf(node);
  return content === REACH.none ? (walk.terminals.get(node)?.reach ?? REACH.none) : content;
}

/** A node as shown. */
export function describeNode(view: View, node: number, reach: number): LineageNode {
  const names = view.labelsOf(node);
  const mask = view.kindMaskOf(node);
  return {
    ref: view.index.refOf(node),
    kind: view.kindOf(node),
    kinds: kindsOf(mask),
    level: view.index.levelOf(node),
    name: bestLabel(names) ?? view.index.refOf(node),
    names,
    reach: REACH_NAMES[reach as 1 | 2] ?? 'names-only',
  };
}

function edgesAmong(view: View, nodes: ReadonlySet<number>): LineageEdge[] {
  const edges = new Map<
    string,
    { from: number; relation: Relation; to: number; evidence: EdgeEvidence[] }
  >();
  for (const from of nodes) {
    view.index.up.forEach(from, (to, packed) => {
      const { relation, strength, reverse, document } = unpackMark(packed);
      const rank = view.tables.asThreat[document] ?? 0;
      const name = RELATION_NAMES[relation];
      if (reverse || rank === 0 || name === undefined || !nodes.has(to)) return;
      const key = `${from} ${relation} ${to}`;
      const edge = edges.get(key) ?? { from, relation: name, to, evidence: [] };
      edge.evidence.push({
        document: view.document(document)?.digest ?? '',
        source: view.sourceOf(document),
        class: classOfRank(rank),
        strength: STRENGTHS[strength] ?? 'explicit',
      });
      edges.set(key, edge);
    });
  }
  return [...edges.values()]
    .map(({ from, relation, to, evidence }) => ({
      from: view.index.refOf(from),
      relation,
      to: view.index.refOf(to),
      evidence: evidence.sort((a, b) => (a.document < b.document ? -1 : 1)),
    }))
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey(edge: LineageEdge): string {
  return `${edge.from}\u0000${edge.relation}\u0000${edge.to}`;
}
