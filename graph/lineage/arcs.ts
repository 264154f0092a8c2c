// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';

/**
 * What an arc carries beside its far end, packed into 32 bits: strength (2), against the arrow (1), work-tree snapshot (1),
 * relation (5), document (23).
 */
export interface ArcMark {
  readonly relation: number;
  readonly strength: number;
  readonly reverse: boolean;
  readonly snapshot: boolean;
  readonly document: number;
}

/** Bits below the document number: everything that does not depend on who said it. */
export const MARK_BITS = 9;
export const MARK_COUNT = 1 << MARK_BITS;
const MAX_DOCUMENT = 2 ** (32 - MARK_BITS) - 1;

export function packMark(mark: ArcMark): number {
  if (mark.document > MAX_DOCUMENT) {
    throw new PedigreeError('ERR_LIMIT_ITEMS', `more than ${MAX_DOCUMENT} documents in one index`);
  }
  const low =
    mark.relation |
    (mark.strength << 5) |
    (mark.reverse ? 1 << 7 : 0) |
    (mark.snapshot ? 1 << 8 : 0);
  return ((mark.document << MARK_BITS) | low) >>> 0;
}

export function unpackMark(packed: number): ArcMark {
  return {
    relation: packed & 31,
    strength: (packed >>> 5) & 3,
    reverse: (packed & (1 << 7)) !== 0,
    snapshot: (packed & (1 << 8)) !== 0,
    document: packed >>> MARK_BITS,
  };
}

const NONE = -1;
/** An overlay up to this size, or a quarter of the base, is not worth folding. */
const OVERLAY_MIN = 4096;

/**
 * One direction of the graph as typed arrays: a compact base (arcs of a node stand side by side, far end and mark
 * interleaved) and a chained overlay for arcs added since. Documents are never removed; whether one counts is the
 * question's business. Append only.
 */
export class Arcs {
  /** Base: arcs of node n are pairs at `pairs[2 * offsets[n]]` up to `pairs[2 * offsets[n + 1]]`. */
  offsets: Uint32Array = new Uint32Array(1);
  pairs: Uint32Array = new Uint32Array(0);
  /** Overlay: newest arc of node n, or -1; then `next`. */
  heads: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(16);
  extra: Uint32Array = new Uint32Array(32);
  /** What `gather` found. */
  gathered: Uint32Array = new Uint32Array(32);
  #extraCount = 0;

  get size(): number {
    return this.pairs.length / 2 + this.#extraCount;
  }

  /** Bytes held by the arrays. */
  get byteLength(): number {
    return (
      this.offsets.byteLength +
      this.pairs.byteLength +
      this.heads.byteLength +
      this.next.byteLength +
      this.extra.byteLength
    );
  }

  add(node: number, far: number, mark: number): void {
    this.#ensureHead(node);
    if (this.#extraCount === this.next.length) this.#growOverlay();
    const at = this.#extraCount++;
    this.extra[2 * at] = far;
    this.extra[2 * at + 1] = mark;
    this.next[at] = this.heads[node] ?? NONE;
    this.heads[node] = at;
  }

  /** Calls `visit` for each arc of a node. For cold paths; walks read the arrays themselves. */
  forEach(node: number, visit: (far: number, mark: number) => void): void {
    const end = this.#baseEnd(node);
    for (let at = this.#baseStart(node); at < end; at += 2) {
      visit(this.pairs[at] as number, this.pairs[at + 1] as number);
    }
    let at = node < this.heads.length ? (this.heads[node] as number) : NONE;
    for (; at !== NONE; at = this.next[at] as number) {
      visit(this.extra[2 * at] as number, this.extra[2 * at + 1] as number);
    }
  }

  /** Copies a node's overlay arcs, as pairs, to the start of `gathered`. @returns how many numbers these are */
  gather(node: number): number {
    let count = 0;
    let at = node < this.heads.length ? (this.heads[node] as number) : NONE;
    for (; at !== NONE; at = this.next[at] as number) {
      if (count === this.gathered.length) this.gathered = grown(this.gathered);
      this.gathered[count++] = this.extra[2 * at] as number;
      this.gathered[count++] = this.extra[2 * at + 1] as number;
    }
    return count;
  }

  /** Folds the overlay into the base once it is large enough to slow walks down. */
  compact(nodeCount: number, force = false): void {
    const tolerated = force ? 0 : Math.max(OVERLAY_MIN, this.pairs.length / 8);
    if (this.#extraCount <= tolerated) return;
    const offsets = this.#foldedOffsets(nodeCount);
    const pairs = new Uint32Array(2 * (offsets[nodeCount] as number));
    for (let node = 0; node < nodeCount; node++) {
      let at = 2 * (offsets[node] as number);
      const end = this.#baseEnd(node);
      for (let from = this.#baseStart(node); from < end; from++) {
        pairs[at++] = this.pairs[from] as number;
      }
      const count = this.gather(node);
      for (let from = 0; from < count; from++) pairs[at++] = this.gathered[from] as number;
    }
    this.offsets = offsets;
    this.pairs = pairs;
    this.heads = new Int32Array(0);
    this.next = new Int32Array(16);
    this.extra = new Uint32Array(32);
    this.#extraCount = 0;
  }

  /** Where each node's arcs begin once base and overlay are one. */
  #foldedOffsets(nodeCount: number): Uint32Array {
    const offsets = new Uint32Array(nodeCount + 1);
    for (let node = 0; node < nodeCount; node++) {
      const count = (this.#baseEnd(node) - this.#baseStart(node) + this.gather(node)) / 2;
      offsets[node + 1] = (offsets[node] as number) + count;
    }
    return offsets;
  }

  #baseStart(node: number): number {
    return node + 1 < this.offsets.length ? 2 * (this.offsets[node] as number) : 0;
  }

  #baseEnd(node: number): number {
    return node + 1 < this.offsets.length ? 2 * (this.offsets[node + 1] as number) : 0;
  }

  #ensureHead(node: number): void {
    if (node < this.heads.length) return;
    const grown = new Int32Array(Math.max(1024, node + 1, this.heads.length * 2)).fill(NONE);
    grown.set(this.heads);
    this.heads = grown;
  }

  #growOverlay(): void {
    const next = new Int32Array(this.next.length * 2);
    next.set(this.next);
    this.next = next;
    this.extra = grown(this.extra);
  }
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
