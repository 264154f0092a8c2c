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
  /** Class table rank of the widest path to it. */
  readonly rank: number;
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
  'revision',
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
  // Other revisions of a seed may carry what it carries; revisions of anything else are other things.
  if (name === 'wasRevisionOf' && direction === 'down') return MODE.revision;
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
const INFERRED = STRENGTHS.indexOf('inferred');
const REVISION = RELATION_NAMES.indexOf('wasRevisionOf');

/**
 * The mode table for one question and round: where nothing can stop or be demoted, the common arcs need no second look. Once
 * the certain round is over, what only makes possible is as good as any.
 */
function modesFor(direction: 'down' | 'up', filter: WalkFilter, isCertain: boolean): Uint8Array {
  const stops = filter.scoreRuns.size > 0;
  const demotes = isCertain && filter.demoted.size > 0;
  const key = `${direction} ${stops} ${demotes} ${isCertain}`;
  const known = MODE_TABLES.get(key);
  if (known !== undefined) return known;
  const plain = new Set<number>([MODE.definite]);
  if (!stops) plain.add(MODE.runInput);
  if (!stops && !demotes) plain.add(MODE.snapshot);
  if (!isCertain) plain.add(MODE.possible);
  const table = direction === 'down' ? DOWN : UP;
  const modes = table.map((mode) => (plain.has(mode) ? DEFINITE : mode));
  MODE_TABLES.set(key, modes);
  return modes;
}

const MODE_TABLES = new Map<string, Uint8Array>();
const DEFINITE = MODE.definite;
/** Table rank of the strongest class, which seeds have. */
const TOP_RANK = TRUST_CLASSES.length;

/** Nodes to enter, by the rank they would have: one bucket for each class instead of a heap. */
type Frontier = readonly number[][];

function emptyFrontier(): Frontier {
  return Array.from({ length: TOP_RANK + 1 }, () => []);
}

/** One pass over everything that can be entered with the same certainty. */
interface Round {
  /** 4 in the first round, 1 in the last; see REACH_OF_CERTAINTY. */
  readonly certainty: number;
  /** Class table rank below which an arc is put aside. */
  readonly least: number;
  readonly modes: Uint8Array;
}

const LAST_ROUND = 1;

/**
 * How well a node is reached so far, in one comparable number: earlier round first, then wider. 0: not at all. A node is
 * entered again only for a larger one.
 */
function standing(certainty: number, rank: number): number {
  return (certainty << 3) + rank;
}

/** REACH of what a round of this certainty enters. */
const REACH_OF_CERTAINTY = [
  REACH.none,
  REACH.namesOnly,
  REACH.possible,
  REACH.possible,
  REACH.affected,
];

/** Standing of boilerplate: below every other, so that an arc which would enter it is noticed. */
const BLOCKED = 1;

/**
 * A walk over one direction of the index: everything reachable from some nodes, each with how sure (reach) and how
 * well attested (rank of its widest path; witness.ts gives the path). Rounds over one visited array, each widest class
 * first: certain arcs, then arcs that only make possible, then one name-level step, then the rest. Reusable; arrays grow
 * with the index.
 */
export class Walk {
  readonly #index: LineageIndex;
  readonly #arcs: Arcs;
  readonly #direction: 'down' | 'up';
  #standing: Uint8Array = new Uint8Array(0);
  /** Reached nodes in order, boilerplate excluded; the queue of the round in hand is its end. */
  #visited: Uint32Array = new Uint32Array(0);
  #visitedCount = 0;
  /** How each terminal hangs: 0 not at all, else comparable as `standing`, with the influence in the lowest bit. */
  #hung: Uint8Array = new Uint8Array(0);
  #hungNodes: number[] = [];
  #terminals: ReadonlyMap<number, Terminal> | undefined;
  #skipped = new Set<number>();
  #blocked: readonly number[] = [];
  #seeds: ReadonlySet<number> = new Set();
  #fixed: ReadonlySet<number> = new Set();
  /** Put aside by the round in hand. */
  #possible: Frontier = emptyFrontier();
  #named: Frontier = emptyFrontier();

  constructor(index: LineageIndex, direction: 'down' | 'up') {
    this.#index = index;
    this.#direction = direction;
    this.#arcs = direction === 'down' ? index.down : index.up;
  }

  /** Reached content nodes, seeds included, in the order of discovery. */
  get visited(): Uint32Array {
    return this.#visited.subarray(0, this.#visitedCount);
  }

  /** REACH of a node; terminals have theirs in `terminals`. */
  reachOf(node: number): number {
    const known = this.#standing[node] ?? 0;
    return known === BLOCKED ? REACH.blocked : (REACH_OF_CERTAINTY[known >>> 3] ?? REACH.none);
  }

  /** Class table rank of the widest path to a node, 0 where it was not reached. */
  rankOf(node: number): number {
    const known = this.#standing[node] ?? 0;
    return known === BLOCKED ? 0 : known & 7;
  }

  /** Evaluations, deployments and score runs' products hanging on what was reached. */
  get terminals(): ReadonlyMap<number, Terminal> {
    this.#terminals ??= new Map(
      this.#hungNodes.map((node) => [node, terminalOf(node, this.#hung[node] ?? 0)]),
    );
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
    this.#seeds = new Set(seeds);
    this.#fixed = fixed;
    const open = modesFor(this.#direction, filter, false);
    const certain = modesFor(this.#direction, filter, true);
    const start = emptyFrontier();
    start[TOP_RANK]?.push(...seeds.filter((seed) => this.#standing[seed] !== BLOCKED));
    this.#round(start, { certainty: 4, least: filter.minRank, modes: certain }, filter);
    this.#round(this.#possible, { certainty: 3, least: 1, modes: open }, filter);
    this.#round(this.#takeNamed(), { certainty: 2, least: 1, modes: open }, filter);
    this.#round(this.#takeNamed(), { certainty: LAST_ROUND, least: 1, modes: open }, filter);
  }

  #reset(filter: WalkFilter): void {
    const count = this.#index.nodeCount;
    if (this.#standing.length < count) {
      const capacity = Math.max(1024, Math.ceil(count * 1.25));
      this.#standing = new Uint8Array(capacity);
      this.#hung = new Uint8Array(capacity);
      this.#visited = new Uint32Array(capacity);
    } else {
      for (const node of this.visited) this.#standing[node] = 0;
      for (const node of this.#blocked) this.#standing[node] = 0;
      for (const node of this.#hungNodes) this.#hung[node] = 0;
    }
    this.#blocked = [...filter.boilerplate];
    for (const node of this.#blocked) this.#standing[node] = BLOCKED;
    this.#visitedCount = 0;
    this.#hungNodes = [];
    this.#terminals = undefined;
    this.#skipped = new Set();
    this.#possible = emptyFrontier();
    this.#named = emptyFrontier();
  }

  #takeNamed(): Frontier {
    const named = this.#named;
    this.#named = emptyFrontier();
    return named;
  }

  /** Enters what was put aside and everything behind it, widest class first. */
  #round(aside: Frontier, round: Round, filter: WalkFilter): void {
    const standings = this.#standing;
    const queue = this.#visited;
    const arcs = this.#arcs;
    const { offsets, pairs, heads } = arcs;
    const baseNodes = offsets.length - 1;
    const { least, modes } = round;
    const { classes } = filter;
    const base = standing(round.certainty, 0);
    const frontier = this.#frontierOf(aside, base);
    let head = this.#visitedCount;
    let tail = head;
    for (let level = TOP_RANK; level >= least; level--) {
      for (const node of frontier[level] ?? []) {
        if (standings[node] === base + level) queue[tail++] = node;
      }
      for (; head < tail; head++) {
        const node = queue[head] as number;
        // the node's arcs in the base, then those in the overlay
        let source = pairs;
        let at = node < baseNodes ? 2 * (offsets[node] as number) : 0;
        let end = node < baseNodes ? 2 * (offsets[node + 1] as number) : 0;
        for (;;) {
          for (; at < end; at += 2) {
            const mark = source[at + 1] as number;
            const cls = classes[mark >>> MARK_BITS] as number;
            if (cls === 0) continue;
            const far = source[at] as number;
            const width = cls < level ? cls : level;
            const known = standings[far] as number;
            if (known >= base + width) continue;
            const mode = modes[mark & (MARK_COUNT - 1)] as number;
            if (mode === DEFINITE && cls < least) {
              this.#possible[width]?.push(far);
              continue;
            }
            if (mode !== DEFINITE && !this.#isTaken(node, far, mark, mode, width, round, filter)) {
              continue;
            }
            if (known === BLOCKED) {
              this.#skipped.add(far);
              continue;
            }
            standings[far] = base + width;
            if (width === level) queue[tail++] = far;
            else frontier[width]?.push(far);
          }
          if (source !== pairs || node >= heads.length) break;
          end = arcs.gather(node);
          source = arcs.gathered;
          at = 0;
        }
      }
    }
    this.#visitedCount = tail;
  }

  /** What was put aside and has not been reached better since, each node once in its widest bucket. */
  #frontierOf(aside: Frontier, base: number): Frontier {
    const frontier = emptyFrontier();
    for (let rank = TOP_RANK; rank > 0; rank--) {
      for (const node of aside[rank] ?? []) {
        const known = this.#standing[node] ?? 0;
        if (known === BLOCKED) this.#skipped.add(node);
        else if (known < base + rank) {
          this.#standing[node] = base + rank;
          frontier[rank]?.push(node);
        }
      }
    }
    return frontier;
  }

  /**
   * Decides the arcs that are not plainly certain. @returns true where the round takes the arc after all; otherwise its far
   * end has been put aside for a later round, hung on as a terminal, or dropped.
   */
  #isTaken(
    node: number,
    far: number,
    mark: number,
    mode: number,
    width: number,
    round: Round,
    filter: WalkFilter,
  ): boolean {
    const cls = filter.classes[mark >>> MARK_BITS] ?? 0;
    const reach = REACH_OF_CERTAINTY[round.certainty] ?? REACH.namesOnly;
    switch (mode) {
      case MODE.skip:
        return false;
      case MODE.score:
      case MODE.placement:
        this.#hang(far, mark, mode === MODE.score ? 'score' : 'placement', reach, width, filter);
        return false;
      case MODE.revision:
        if (this.#seeds.has(node) && !this.#fixed.has(far)) this.#possible[width]?.push(far);
        return false;
      case MODE.nameStep:
        if (round.certainty === LAST_ROUND) return true;
        this.#named[width]?.push(far);
        return false;
      case MODE.runInput:
      case MODE.snapshot:
        if (this.#stopsAtScoreRun(node, far, mark, filter)) {
          this.#hangScoreRun(node, this.#runOf(node, far, mark), mark, reach, width, filter);
          return false;
        }
        break;
      default:
    }
    const isDemoted = mode === MODE.snapshot && filter.demoted.has(mark >>> MARK_BITS);
    const isWeak = mode === MODE.possible || isDemoted || cls < round.least;
    if (reach === REACH.affected && isWeak) {
      this.#possible[width]?.push(far);
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
    return node !== run && !this.#seeds.has(node);
  }

  /** A run that evaluates or scans stops content: what it made are scores. */
  #hangScoreRun(
    node: number,
    run: number,
    mark: number,
    reach: number,
    rank: number,
    filter: WalkFilter,
  ): void {
    if (this.#direction === 'up') return;
    const reached = node === run ? reach : this.#hang(run, mark, 'score', reach, rank, filter);
    this.#arcs.forEach(run, (product, arc) => {
      const madeBy = (arc & 31) !== USED;
      const cls = filter.classes[arc >>> MARK_BITS] ?? 0;
      if (madeBy) this.#hang(product, arc, 'score', reached, Math.min(rank, cls), filter);
    });
  }

  /**
   * Hangs something on what was reached. An arc below the class asked for, or an inferred one, only makes it possible.
   * @returns how sure it is then
   */
  #hang(
    node: number,
    mark: number,
    influence: TerminalInfluence,
    viaReach: number,
    rank: number,
    filter: WalkFilter,
  ): number {
    const cls = filter.classes[mark >>> MARK_BITS] ?? 0;
    const isSure = cls >= filter.minRank && !isInferred(mark);
    const reach = isSure ? viaReach : Math.max(viaReach, REACH.possible);
    if (this.#standing[node] === BLOCKED) this.#skipped.add(node);
    else if (cls > 0) this.#keep(node, hungAs(influence, reach, rank));
    return reach;
  }

  #keep(node: number, hung: number): void {
    const known = this.#hung[node] ?? 0;
    if (known >= hung) return;
    if (known === 0) this.#hungNodes.push(node);
    this.#hung[node] = hung;
  }
}

/** True for an arc that its document does not state in words. */
export function isInferred(mark: number): boolean {
  return ((mark >>> 5) & 3) === INFERRED;
}

/** How a terminal hangs, in one comparable number: surer first, then better attested, then a placement before a score. */
function hungAs(influence: TerminalInfluence, reach: number, rank: number): number {
  return ((REACH.blocked - reach) << 4) | (rank << 1) | (influence === 'placement' ? 1 : 0);
}

function terminalOf(node: number, hung: number): Terminal {
  return {
    node,
    influence: (hung & 1) === 1 ? 'placement' : 'score',
    reach: REACH.blocked - (hung >>> 4),
    rank: (hung >>> 1) & 7,
  };
}
