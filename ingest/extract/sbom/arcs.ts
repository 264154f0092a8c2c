// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { NumberChains } from '../../../core/tables/number-chains.ts';
import { NumberPairs } from '../../../core/tables/number-pairs.ts';
import { TextList } from '../../../core/tables/text-list.ts';

/** Where edges of one sort lead, by node. Most documents have edges of one or two sorts. */
export class Arcs {
  #pairs: NumberPairs | undefined;
  #targets: NumberChains | undefined;

  /** @returns true where the arc is new */
  add(from: number, to: number): boolean {
    this.#pairs ??= new NumberPairs();
    if (!this.#pairs.add(from, to)) return false;
    this.#targets ??= new NumberChains();
    this.#targets.add(from, to);
    return true;
  }

  get count(): number {
    return this.#pairs?.size ?? 0;
  }

  /** Where an arc leads; 0 where there is none. Arcs are numbered in the order in which they were added. */
  targetAt(arc: number): number {
    return this.#pairs?.second(arc) ?? 0;
  }

  /** Where the arcs of a node lead, in the order in which they were added. */
  from(node: number): readonly number[] {
    if (this.#targets === undefined || this.#targets.firstLink(node) < 0) return NOWHERE;
    return this.#targets.of(node);
  }
}

const NOWHERE: readonly number[] = [];

/** Nodes in the order in which they were listed, each with the place that lists it first. */
export class Listing {
  readonly #nodes = new GrowingInts();
  /** Position + 1, by node. */
  readonly #positions = new GrowingInts();
  readonly #pointers = new TextList();

  add(node: number, pointer: string): void {
    if (this.has(node)) return;
    while (this.#positions.length <= node) this.#positions.push(0);
    this.#nodes.push(node);
    this.#pointers.push(pointer);
    this.#positions.set(node, this.#nodes.length);
  }

  has(node: number): boolean {
    return this.#positions.at(node) > 0;
  }

  /** Empty for a node that is not listed. */
  pointerOf(node: number): string {
    const position = this.#positions.at(node);
    return position === 0 ? '' : this.#pointers.at(position - 1);
  }

  get count(): number {
    return this.#nodes.length;
  }

  /** The node at a position. */
  at(position: number): number {
    return this.#nodes.at(position);
  }

  /** Listed nodes that a test lets through, in order. */
  filter(isWanted: (node: number) => boolean): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.count; at++) if (isWanted(this.at(at))) found.push(this.at(at));
    return found;
  }
}
