// SPDX-License-Identifier: Apache-2.0
import type { Located } from '../wire-reader.ts';
import type { ElementIds } from './element-ids.ts';
import type { RootList } from './root-list.ts';

/** Of an element of a document. */
export interface BearsId {
  readonly pointer: string;
  readonly spdxId: string | undefined;
}

/** The elements of one list of a document. */
export class Elements<T extends BearsId> {
  readonly #list: RootList<T>;
  readonly #ids: ElementIds;

  /** @param ids receives theirs, when they are walked over */
  constructor(list: RootList<T>, ids: ElementIds) {
    this.#list = list;
    this.#ids = ids;
  }

  /**
   * Walks over all of them, in order.
   * @param take also receives the number of the element's id; undefined where it has none
   */
  each(take: (element: T, position: number, id: number | undefined) => void): void {
    this.#list.each((element, position, isFirstWalk) => {
      take(element, position, this.#numberOf(element, isFirstWalk));
    });
  }

  #numberOf(element: T, isNew: boolean): number | undefined {
    const { spdxId } = element;
    if (spdxId === undefined) return undefined;
    return isNew ? this.#ids.add(spdxId, element) : this.#ids.find(spdxId);
  }

  /** What stands at a position; undefined where that is no object. */
  itemAt(position: number): Located | undefined {
    return this.#list.itemAt(position);
  }

  toArray(): readonly T[] {
    const found: T[] = [];
    this.each((element) => found.push(element));
    return found;
  }
}
