// SPDX-License-Identifier: Apache-2.0
import { RELATION_NAMES, RELATIONS, STRENGTHS } from '../domain/relations.ts';
import { TRUST_CLASSES } from '../domain/trust-class.ts';
import { MARK_BITS, MARK_COUNT, unpackMark, type Arcs } from './arcs.ts';
import type { LineageIndex } from './lineage-index.ts';

/** How far from certain a reached node is; smaller is surer. */
export const REACH = { none: 0, affected: 1, possible: 2, namesOnly: 3, blocked: 4 } as const;

/** By what a terminal was reached. Content passes on; the others stop there. */
export type TerminalInfluence = 'score' | 'placement';

/** Everything that decides which arcs a walk may take. */
export interface WalkFilter {
  /** Class of each document, 0 where it does not count (scope.ts). */
  readonly classes: Uint8Array;
  /** Table rank below which an arc only makes possible. */
  readonly minRank: number;
  /** Runs that carry score instead of content. */
  readonly scoreRuns: ReadonlySet<number>;
  /** Documents whose work-tree snapshot only makes possible. */
  readonly demoted: ReadonlySet<number>;
  /** Nodes that join nothing. */
  readonly boilerplate: ReadonlySet<number>;
}

export interface Terminal {
  readonly node: number;
  readonly influence: TerminalInfluence;
  readonly reach: number;
  readonly rank: number;
  /** Node it hangs on. */
  readonly via: number;
  readonly mark: number;
}

const MODES = [
  'skip',
  'definite',
  'possible',
  'snapshot',
  'nameStep',
  'runInput',
  'score',
  'placement',
] as const;
/** What an arc is to a walk. */
export type ArcMode = (typeof MODES)[number];

const MODE = Object.fromEntries(MODES.map((mode, code) => [mode, code])) as Record<ArcMode, number>;

/** What an arc with given low mark bits means when walked down (cause to effect) or up. */
function modeTable(direction: 'down' | 'up'): Uint8Array {
  const table = new Uint8Array(MARK_COUNT);
  for (let low = 0; low < MARK_COUNT; low++) {
    const { relation, strength, reverse, snapshot } = unpackMark(low);
    table[low] = modeOf(direction, relation, strength, reverse, snapshot);
  }
  return table;
}

function modeOf(
  direction: 'down' | 'up',
  relation: number,
  strength: number,
  reverse: boolean,
  snapshot: boolean,
): number {
  const name = RELATION_NAMES[relation];
  if (name === undefined) return MODE.skip;
  const rule = RELATIONS[name];
  // Upwards a deployment leads to what runs there and an evaluation to its model; a test set stays a score.
  if (rule.influence === 'placement') return direction === 'up' ? MODE.definite : MODE.placement;
  if (rule.influence === 'score') {
    return direction === 'up' && name === 'evaluates' ? MODE.definite : MODE.score;
  }
  if (rule.influence !== 'content') return MODE.skip;
  // Entering the shared Name is the step; leaving it is free.
  if (rule.nameStep) return reverse === (direction === 'down') ? MODE.nameStep : MODE.definite;
  if (rule.possibleAgainst && reverse) return MODE.possible;
  if (STRENGTHS[strength] === 'inferred') return MODE.possible;
  if (snapshot) return MODE.snapshot;
  return name === 'used' || name === 'wasGeneratedBy' ? MODE.runInput : MODE.definite;
}

const DOWN = modeTable('down');
const UP = modeTable('up');
/** What an arc with these low mark bits is to a walk. */
export function arcMode(direction: 'down' | 'up', mark: number): ArcMode {
  const table = direction === 'down' ? DOWN : UP;
  return MODES[table[mark & (MARK_COUNT - 1)] ?? 0] ?? 'skip';
}

/** True for the arc between revisions of one thing, which only a seed's walk takes. */
export function isRevisionArc(mark: number): boolean {
  return (mark & 31) === REVISION;
}

const USED = RELATION_NAMES.indexOf('used');
const REVISION = RELATION_NAMES.indexOf('wasRevisionOf');

/** The mode table for one question: where nothing can be demoted, the common arcs need no second look. */
function modesFor(direction: 'down' | 'up', filter: WalkFilter): Uint8Array {
  const table = direction === 'down' ? DOWN : UP;
  if (filter.scoreRuns.size > 0) return table;
  return table.map((mode) => {
    if (mode === MODE.runInput) return MODE.definite;
    return mode === MODE.snapshot && filter.demoted.size === 0 ? MODE.definite : mode;
  });
}

/**
 * A walk over one direction of the index: everything reachable from some nodes, each with how sure (reach) and how
 * well attested (rank of its widest path; witness.ts gives the path). Rounds over one visited array: certain arcs widest class first, then
 * arcs that only make possible, then one name-level step, then the rest. Reusable; arrays grow with the index.
 */
export class Walk {
  readonly #index: LineageIndex;
  readonly #arcs: Arcs;
  #modes: Uint8Array;
  readonly #direction: 'down' | 'up';
  reach: Uint8Array = new Uint8Array(0);
  rank: Uint8Array = new Uint8Array(0);
  #parent: Int32Array = new Int32Array(0);
  /** Reached nodes in order, boilerplate excluded. */
  #visited: number[] = [];
  #terminals = new Map<number, Terminal>();
  #skipped = new Set<number>();
  #touched: number[] = [];
  #possibleArcs: number[] = [];
  #nameArcs: number[] = [];

  constructor(index: LineageIndex, direction: 'down' | 'up') {
    this.#index = index;
    this.#direction = direction;
    this.#arcs = direction === 'down' ? index.down : index.up;
    this.#modes = direction === 'down' ? DOWN : UP;
  }

  /** Reached content nodes, seeds included, in the order of discovery. */
  get visited(): readonly number[] {
    return this.#visited;
  }

  /** Evaluations, deployments and score runs' products hanging on what was reached. */
  get terminals(): ReadonlyMap<number, Terminal> {
    return this.#terminals;
  }

  /** Boilerplate nodes that the walk would have crossed. */
  get skipped(): ReadonlySet<number> {
    return this.#skipped;
  }

  /**
   * @param fixed revisions of the seeds that are known to be repaired; other revisions of a seed are possible
   */
  run(seeds: readonly number[], filter: WalkFilter, fixed: ReadonlySet<number> = new Set()): void {
    this.#reset(filter);
    this.#modes = modesFor(this.#direction, filter);
    this.#definiteRound(seeds, filter);
    if (this.#direction === 'down') this.#putRevisionsAside(seeds, filter, fixed);
    this.#openRound(this.#possibleArcs, REACH.possible, filter, false);
    const step = this.#nameArcs;
    this.#nameArcs = [];
    this.#openRound(step, REACH.possible, filter, false);
    const rest = this.#nameArcs;
    this.#nameArcs = [];
    this.#openRound(rest, REACH.namesOnly, filter, true);
  }

  #reset(filter: WalkFilter): void {
    const count = this.#index.nodeCount;
    if (this.reach.length < count) {
      const capacity = Math.max(1024, Math.ceil(count * 1.25));
      this.reach = new Uint8Array(capacity);
      this.rank = new Uint8Array(capacity);
      this.#parent = new Int32Array(capacity);
    } else {
      for (const node of this.#touched) this.reach[node] = REACH.none;
    }
    this.#touched = [...filter.boilerplate];
    for (const node of filter.boilerplate) this.reach[node] = REACH.blocked;
    this.#visited = [];
    this.#terminals = new Map();
    this.#skipped = new Set();
    this.#possibleArcs = [];
    this.#nameArcs = [];
  }

  /** Certain arcs of sufficient class, widest first: five buckets instead of a heap. */
  #definiteRound(seeds: readonly number[], filter: WalkFilter): void {
    const buckets: number[][] = Array.from({ length: TRUST_CLASSES.length + 1 }, () => []);
    const top = buckets.length - 1;
    const settled = this.#visited;
    for (const seed of seeds) {
      if (this.reach[seed] !== REACH.none) continue;
      this.#mark(seed, REACH.affected, top, -1);
      buckets[top]?.push(seed);
    }
    const { reach, rank } = this;
    const parent = this.#parent;
    const touched = this.#touched;
    const modes = this.#modes;
    const { classes, minRank } = filter;
    const offsets = this.#arcs.offsets;
    const pairs = this.#arcs.pairs;
    const heads = this.#arcs.heads;
    const next = this.#arcs.next;
    const extra = this.#arcs.extra;
    const baseNodes = offsets.length - 1;
    for (let level = top; level >= minRank; level--) {
      const queue = buckets[level] ?? [];
      for (let head = 0; head < queue.length; head++) {
        const node = queue[head] as number;
        if (rank[node] !== level) continue;
        settled.push(node);
        let at = node < baseNodes ? 2 * (offsets[node] as number) : 0;
        const end = node < baseNodes ? 2 * (offsets[node + 1] as number) : 0;
        let chain = node < heads.length ? (heads[node] as number) : -1;
        while (at < end || chain >= 0) {
          let far: number;
          let mark: number;
          if (at < end) {
            far = pairs[at] as number;
            mark = pairs[at + 1] as number;
            at += 2;
          } else {
            far = extra[2 * chain] as number;
            mark = extra[2 * chain + 1] as number;
            chain = next[chain] as number;
          }
          const cls = classes[mark >>> MARK_BITS] as number;
          if (cls === 0) continue;
          const width = cls < level ? cls : level;
          const known = reach[far] as number;
          if (known === REACH.affected && (rank[far] as number) >= width) continue;
          const mode = modes[mark & (MARK_COUNT - 1)] as number;
          if (mode !== MODE.definite || cls < minRank) {
            if (!this.#certain(node, far, mark, mode, cls, REACH.affected, filter)) continue;
          }
          if (known === REACH.blocked) {
            this.#skipped.add(far);
            continue;
          }
          if (known === REACH.none) touched.push(far);
          reach[far] = REACH.affected;
          rank[far] = width;
          parent[far] = node;
          buckets[width]?.push(far);
        }
      }
    }
  }

  /**
   * Decides the arcs that are not plainly certain. @returns true where the arc is certain after all; otherwise the arc has
   * been put aside for a later round, hung on as a terminal, or dropped.
   */
  #certain(
    node: number,
    far: number,
    mark: number,
    mode: number,
    cls: number,
    reach: number,
    filter: WalkFilter,
  ): boolean {
    switch (mode) {
      case MODE.skip:
        return false;
      case MODE.score:
      case MODE.placement:
        this.#hang(node, far, mark, mode === MODE.score ? 'score' : 'placement', reach, cls);
        return false;
      case MODE.nameStep:
        this.#nameArcs.push(node, far, mark);
        return false;
      case MODE.runInput:
      case MODE.snapshot:
        if (this.#stopsAtScoreRun(node, far, mark, filter)) {
          this.#hangScoreRun(node, this.#runOf(node, far, mark), mark, reach, cls);
          return false;
        }
        if (mode === MODE.snapshot && filter.demoted.has(mark >>> MARK_BITS)) {
          this.#possibleArcs.push(node, far, mark);
          return false;
        }
        break;
      case MODE.possible:
        this.#possibleArcs.push(node, far, mark);
        return false;
      default:
    }
    if (cls < filter.minRank) {
      this.#possibleArcs.push(node, far, mark);
      return false;
    }
    return true;
  }

  /** The run end of a `used` or `wasGeneratedBy` arc, whichever way it is walked. */
  #runOf(node: number, far: number, mark: number): number {
    const isUsed = (mark & 31) === USED;
    return isUsed === (this.#direction === 'down') ? far : node;
  }

  /** Upwards, only a report that was itself asked about leads into the run that scored. */
  #stopsAtScoreRun(node: number, far: number, mark: number, filter: WalkFilter): boolean {
    const run = this.#runOf(node, far, mark);
    if (!filter.scoreRuns.has(run)) return false;
    if (this.#direction === 'down') return true;
    return node !== run && this.#parent[node] !== -1;
  }

  /** Other revisions of a seed may carry what it carries, unless they are named as fixed. */
  #putRevisionsAside(
    seeds: readonly number[],
    filter: WalkFilter,
    fixed: ReadonlySet<number>,
  ): void {
    for (const seed of seeds) {
      this.#arcs.forEach(seed, (far, mark) => {
        const counts = (filter.classes[mark >>> MARK_BITS] ?? 0) > 0;
        if (counts && isRevisionArc(mark) && !fixed.has(far)) {
          this.#possibleArcs.push(seed, far, mark);
        }
      });
    }
  }

  /** A run that evaluates or scans stops content: what it made are scores. */
  #hangScoreRun(node: number, run: number, mark: number, reach: number, cls: number): void {
    if (this.#direction === 'up' || node === run) return;
    this.#hang(node, run, mark, 'score', reach, cls);
    this.#arcs.forEach(run, (product, arc) => {
      const madeBy = (arc & 31) !== USED;
      if (madeBy) this.#hang(run, product, arc, 'score', reach, cls);
    });
  }

  #hang(
    via: number,
    node: number,
    mark: number,
    influence: TerminalInfluence,
    reach: number,
    rank: number,
  ): void {
    const known = this.#terminals.get(node);
    if (known !== undefined && known.reach <= reach) return;
    this.#terminals.set(node, { node, influence, reach, rank, via, mark });
  }

  /** Breadth first from put-aside arcs over everything that counts at all; name-level steps wait unless they are free. */
  #openRound(arcs: readonly number[], level: number, filter: WalkFilter, namesFree: boolean): void {
    const queue: number[] = [];
    const enter = (from: number, far: number, mark: number): void => {
      const known = this.reach[far] ?? REACH.none;
      if (known === REACH.blocked) this.#skipped.add(far);
      if (known !== REACH.none) return;
      const cls = filter.classes[mark >>> MARK_BITS] ?? 0;
      this.#mark(far, level, Math.min(cls, this.rank[from] ?? 0), from);
      this.#visited.push(far);
      queue.push(far);
    };
    for (let at = 0; at < arcs.length; at += 3) {
      enter(arcs[at] as number, arcs[at + 1] as number, arcs[at + 2] as number);
    }
    for (let head = 0; head < queue.length; head++) {
      const node = queue[head] as number;
      this.#arcs.forEach(node, (far, mark) => {
        const cls = filter.classes[mark >>> MARK_BITS] ?? 0;
        if (cls === 0) return;
        const mode = this.#modes[mark & (MARK_COUNT - 1)] ?? 0;
        if (mode === MODE.skip) return;
        if (mode === MODE.nameStep) {
          if (namesFree) enter(node, far, mark);
          else this.#nameArcs.push(node, far, mark);
        } else if (mode === MODE.score || mode === MODE.placement) {
          this.#hang(node, far, mark, mode === MODE.score ? 'score' : 'placement', level, cls);
        } else if (
          (mode === MODE.runInput || mode === MODE.snapshot) &&
          this.#stopsAtScoreRun(node, far, mark, filter)
        ) {
          this.#hangScoreRun(node, this.#runOf(node, far, mark), mark, level, cls);
        } else {
          enter(node, far, mark);
        }
      });
    }
  }

  #mark(node: number, reach: number, rank: number, parent: number): void {
    this.#touched.push(node);
    this.reach[node] = reach;
    this.rank[node] = rank;
    this.#parent[node] = parent;
  }
}
