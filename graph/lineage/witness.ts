// SPDX-License-Identifier: Apache-2.0
import { MARK_BITS, unpackMark } from './arcs.ts';
import type { LineageIndex } from './lineage-index.ts';
import {
  arcMode,
  isInferred,
  isRevisionArc,
  REACH,
  type TerminalInfluence,
  type ArcMode,
  type Walk,
  type WalkFilter,
} from './walk.ts';

/** One step of a witness: a node, and the arc that led to it from the step before (absent on the first). */
export interface WitnessStep {
  readonly node: number;
  readonly mark?: number;
}

/** Hops from the seeds plus one, 0 where not reached; one array for each number of name-level steps taken. */
type Distances = readonly Uint32Array[];

/** What a witness may use: how sure and how well attested the node is that it leads to. */
interface Allowance {
  readonly reach: number;
  readonly rank: number;
}

/**
 * Witness paths of a finished downward walk, chosen by content only: fewest hops, then smallest ref, relation and document.
 * The walk's own order of discovery depends on the order of ingestion; answers may not (invariant 2).
 */
export class Witnesses {
  readonly #index: LineageIndex;
  readonly #walk: Walk;
  readonly #filter: WalkFilter;
  readonly #seeds: ReadonlySet<number>;
  readonly #documentKey: (document: number) => string;
  readonly #distances = new Map<string, Distances>();

  constructor(
    index: LineageIndex,
    walk: Walk,
    filter: WalkFilter,
    seeds: readonly number[],
    documentKey: (document: number) => string,
  ) {
    this.#index = index;
    this.#walk = walk;
    this.#filter = filter;
    this.#seeds = new Set(seeds);
    this.#documentKey = documentKey;
  }

  /**
   * Path from a seed to a reached node, seed first; empty where the walk did not reach it so.
   * @param influence as what it is touched: as content, or as a terminal that hangs on content
   */
  pathTo(node: number, influence: 'content' | TerminalInfluence): WitnessStep[] {
    if (influence !== 'content') return this.#terminalPath(node);
    const reach = this.#walk.reachOf(node);
    const isReached = reach !== REACH.none && reach !== REACH.blocked;
    return isReached ? this.#contentPath(node, reach) : [];
  }

  #contentPath(node: number, reach: number): WitnessStep[] {
    const rank = reach === REACH.affected ? this.#walk.rankOf(node) : 0;
    const allowance = { reach, rank };
    const distances = this.#distancesFor(allowance);
    let names = distances.findIndex((hops) => (hops[node] ?? 0) > 0);
    if (names < 0) return [];
    const steps: WitnessStep[] = [];
    let at = node;
    while ((distances[names]?.[at] ?? 0) > 1) {
      const before = this.#bestBefore(at, names, distances, allowance);
      if (before === undefined) return [];
      steps.push({ node: at, mark: before.mark });
      at = before.node;
      names = before.names;
    }
    steps.push({ node: at });
    return steps.reverse();
  }

  /** The step before: one hop nearer, smallest by content. */
  #bestBefore(
    node: number,
    names: number,
    distances: Distances,
    allowance: Allowance,
  ): { node: number; mark: number; names: number } | undefined {
    const wanted = (distances[names]?.[node] ?? 0) - 1;
    let best: { node: number; mark: number; names: number; key: string } | undefined;
    // An upward arc carries the same mark as the downward arc between the same ends.
    this.#index.up.forEach(node, (cause, mark) => {
      const spent = this.#nameSteps(cause, node, mark, allowance);
      if (spent === undefined || spent > names) return;
      if (distances[names - spent]?.[cause] !== wanted) return;
      const key = this.#key(cause, mark);
      if (best === undefined || key < best.key)
        best = { node: cause, mark, names: names - spent, key };
    });
    return best;
  }

  #key(cause: number, mark: number): string {
    const { relation, document } = unpackMark(mark);
    return `${this.#index.refOf(cause)}\u0000${relation}\u0000${this.#documentKey(document)}`;
  }

  /** Breadth-first hops over what a witness of this allowance may use. */
  #distancesFor(allowance: Allowance): Distances {
    const key = `${allowance.reach} ${allowance.rank}`;
    const known = this.#distances.get(key);
    if (known !== undefined) return known;
    const layers = allowance.reach === REACH.possible ? 2 : 1;
    const distances = Array.from({ length: layers }, () => new Uint32Array(this.#index.nodeCount));
    let frontier: [node: number, names: number][] = [];
    for (const seed of this.#seeds) {
      const hops = distances[0];
      if (hops === undefined || hops[seed] !== 0) continue;
      hops[seed] = 1;
      frontier.push([seed, 0]);
    }
    for (let depth = 2; frontier.length > 0; depth++) {
      const next: [number, number][] = [];
      for (const [node, names] of frontier) {
        this.#index.down.forEach(node, (far, mark) => {
          const spent = this.#nameSteps(node, far, mark, allowance);
          if (spent === undefined) return;
          const hops = distances[names + spent];
          if (hops === undefined || hops[far] !== 0) return;
          hops[far] = depth;
          next.push([far, names + spent]);
        });
      }
      frontier = next;
    }
    this.#distances.set(key, distances);
    return distances;
  }

  /** Name-level steps that an arc costs a witness (none for one that is names only anyway), undefined where it may not use it. */
  #nameSteps(
    node: number,
    far: number,
    mark: number,
    { reach, rank }: Allowance,
  ): number | undefined {
    const farReach = this.#walk.reachOf(far);
    if (farReach === REACH.none || farReach > reach) return undefined;
    const cls = this.#filter.classes[mark >>> MARK_BITS] ?? 0;
    if (cls === 0) return undefined;
    const mode = arcMode('down', mark);
    if (isRevisionArc(mark)) return reach > REACH.affected && this.#seeds.has(node) ? 0 : undefined;
    if (reach === REACH.affected) {
      return cls >= rank && isCertain(mode, mark, this.#filter) ? 0 : undefined;
    }
    if (mode === 'nameStep') return reach === REACH.namesOnly ? 0 : 1;
    return mode === 'skip' || mode === 'score' || mode === 'placement' ? undefined : 0;
  }

  /** A terminal hangs on content, or on a run that scores and itself hangs on content. */
  #terminalPath(node: number): WitnessStep[] {
    let best: { steps: WitnessStep[]; key: string } | undefined;
    this.#index.up.forEach(node, (cause, mark) => {
      const cls = this.#filter.classes[mark >>> MARK_BITS] ?? 0;
      if (cls === 0 || unpackMark(mark).reverse) return;
      const reach = this.#walk.reachOf(cause);
      const isContent = reach !== REACH.none && reach !== REACH.blocked;
      const hung = this.#filter.scoreRuns.has(cause) ? this.#walk.terminals.get(cause) : undefined;
      if (!isContent && hung === undefined) return;
      const before = isContent ? this.#contentPath(cause, reach) : this.#terminalPath(cause);
      if (before.length === 0) return;
      const steps = [...before, { node, mark }];
      const isSure = cls >= this.#filter.minRank && !isInferred(mark);
      const sure = Math.max(hung?.reach ?? reach, isSure ? REACH.affected : REACH.possible);
      const key = `${sure} ${9 - this.#widthOf(steps)} ${lengthKey(before)} ${this.#key(cause, mark)}`;
      if (best === undefined || key < best.key) best = { steps, key };
    });
    return best?.steps ?? [];
  }

  /** Class table rank of the weakest document on a path. */
  #widthOf(steps: readonly WitnessStep[]): number {
    const ranks = steps.flatMap(({ mark }) =>
      mark === undefined ? [] : [this.#filter.classes[mark >>> MARK_BITS] ?? 0],
    );
    return Math.min(...ranks);
  }
}

function lengthKey(steps: readonly WitnessStep[]): string {
  return String(steps.length).padStart(6, '0');
}

function isCertain(mode: ArcMode, mark: number, filter: WalkFilter): boolean {
  if (mode === 'snapshot') return !filter.demoted.has(mark >>> MARK_BITS);
  return mode === 'definite' || mode === 'runInput';
}
