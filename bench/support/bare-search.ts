// SPDX-License-Identifier: Apache-2.0
import { MARK_BITS, MARK_COUNT, type Arcs } from '../../graph/lineage/arcs.ts';
import { arcMode } from '../../graph/lineage/walk.ts';

/** What an arc is to the bare search. */
const VERDICT = { skip: 0, certain: 1, possible: 2, terminal: 3 } as const;

/**
 * The limit of a walk: a breadth-first search over the arrays of the index and nothing else. It evaluates the same filter
 * and tells affected (1) from possible (2), but knows no widest class, witness, name step, score run or overlay.
 */
export class BareSearch {
  readonly reach: Uint8Array;
  readonly terminals: Uint8Array;
  readonly #queue: Uint32Array;
  readonly #aside: Uint32Array;
  readonly #offsets: Uint32Array;
  readonly #pairs: Uint32Array;
  readonly #verdicts: Uint8Array;

  constructor(arcs: Arcs, direction: 'down' | 'up', nodes: number) {
    this.#offsets = arcs.offsets;
    this.#pairs = arcs.pairs;
    this.#verdicts = verdictTable(direction);
    this.reach = new Uint8Array(nodes);
    this.terminals = new Uint8Array(nodes);
    this.#queue = new Uint32Array(nodes);
    this.#aside = new Uint32Array(arcs.size);
  }

  /** @returns how many content nodes and terminals were reached at all */
  run(seed: number, classes: Uint8Array, minRank: number, withPossible: boolean): number {
    const { reach, terminals } = this;
    const queue = this.#queue;
    const aside = this.#aside;
    const offsets = this.#offsets;
    const pairs = this.#pairs;
    const verdicts = this.#verdicts;
    reach.fill(0);
    terminals.fill(0);
    let tail = 0;
    let waiting = 0;
    let hung = 0;
    reach[seed] = 1;
    queue[tail++] = seed;
    let head = 0;
    for (; head < tail; head++) {
      const node = queue[head] as number;
      const end = 2 * (offsets[node + 1] as number);
      for (let at = 2 * (offsets[node] as number); at < end; at += 2) {
        const far = pairs[at] as number;
        if (reach[far] !== 0) continue;
        const mark = pairs[at + 1] as number;
        const rank = classes[mark >>> MARK_BITS] as number;
        if (rank === 0) continue;
        const verdict = verdicts[mark & (MARK_COUNT - 1)] as number;
        if (verdict === 1 && rank >= minRank) {
          reach[far] = 1;
          queue[tail++] = far;
        } else if (verdict === 3) {
          if (terminals[far] === 0) hung++;
          if (terminals[far] !== 1) terminals[far] = rank >= minRank ? 1 : 2;
        } else if (verdict !== 0) {
          aside[waiting++] = far;
        }
      }
    }
    if (!withPossible) return tail + hung;
    for (let at = 0; at < waiting; at++) {
      const far = aside[at] as number;
      if (reach[far] !== 0) continue;
      reach[far] = 2;
      queue[tail++] = far;
    }
    for (; head < tail; head++) {
      const node = queue[head] as number;
      const end = 2 * (offsets[node + 1] as number);
      for (let at = 2 * (offsets[node] as number); at < end; at += 2) {
        const far = pairs[at] as number;
        if (reach[far] !== 0) continue;
        const mark = pairs[at + 1] as number;
        if (classes[mark >>> MARK_BITS] === 0) continue;
        const verdict = verdicts[mark & (MARK_COUNT - 1)] as number;
        if (verdict === 3) {
          if (terminals[far] === 0) hung++;
          if (terminals[far] === 0) terminals[far] = 2;
        } else if (verdict !== 0) {
          reach[far] = 2;
          queue[tail++] = far;
        }
      }
    }
    return tail + hung;
  }
}

function verdictTable(direction: 'down' | 'up'): Uint8Array {
  const table = new Uint8Array(MARK_COUNT);
  for (let mark = 0; mark < MARK_COUNT; mark++) {
    const mode = arcMode(direction, mark);
    // the synthetic graph has neither names nor revisions
    if (mode === 'skip' || mode === 'nameStep' || mode === 'revision') table[mark] = VERDICT.skip;
    else if (mode === 'score' || mode === 'placement') table[mark] = VERDICT.terminal;
    else if (mode === 'possible') table[mark] = VERDICT.possible;
    else table[mark] = VERDICT.certain;
  }
  return table;
}
