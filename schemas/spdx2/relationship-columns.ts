// SPDX-License-Identifier: Apache-2.0
import { toArray } from '../../core/long-list.ts';
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import { TextTable } from '../../core/tables/text-table.ts';
import type { Relationship } from './model.ts';

/** What the pointers of relationships begin with; their position is the rest. */
const PLACE = '/relationships/';

/** The relationships of a large document as numbers. */
export class RelationshipColumns {
  readonly #texts = new TextTable();
  readonly #positions = new GrowingInts();
  readonly #from = new GrowingInts();
  readonly #types = new GrowingInts();
  readonly #to = new GrowingInts();

  /** @param relationship of the root's list */
  add({ pointer, from, type, to }: Relationship): void {
    this.#positions.push(Number(pointer.slice(PLACE.length)));
    this.#from.push(this.#texts.add(from));
    this.#types.push(this.#texts.add(type));
    this.#to.push(this.#texts.add(to));
  }

  /** What was added, in that order; each is put together again when it is asked for. */
  list(): readonly Relationship[] {
    return toArray({ count: this.#from.length, item: (at) => this.#item(at) });
  }

  #item(at: number): Relationship | undefined {
    if (!(at >= 0 && at < this.#from.length)) return undefined;
    return {
      pointer: `${PLACE}${this.#positions.at(at)}`,
      from: this.#texts.get(this.#from.at(at)),
      type: this.#texts.get(this.#types.at(at)),
      to: this.#texts.get(this.#to.at(at)),
    };
  }
}
