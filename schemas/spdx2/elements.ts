// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { ElementIds } from './element-ids.ts';

/** What is made of the item of a list. */
export type ParseItem<T> = (item: Located, read: WireReader) => T;

/** An element of a document, by its id. */
export interface BearsId {
  readonly pointer: string;
  readonly spdxId: string | undefined;
}

/**
 * The elements of one list of a document. None is held: each is read when it is walked over, which is once for most
 * documents, and of a large one not even the list is.
 */
export class Elements<T extends BearsId> {
  readonly #read: WireReader;
  readonly #root: Located;
  readonly #key: string;
  readonly #parse: ParseItem<T>;
  readonly #ids: ElementIds;
  #isWalked = false;

  /**
   * @param list that they stand in: a member of the root. What is wrong with it and with them is listed by the reader during
   *   the first walk
   * @param ids receives theirs, then too
   */
  constructor(
    read: WireReader,
    list: { readonly root: Located; readonly key: string },
    parse: ParseItem<T>,
    ids: ElementIds,
  ) {
    this.#read = read;
    this.#root = list.root;
    this.#key = list.key;
    this.#parse = parse;
    this.#ids = ids;
  }

  /**
   * Walks over all of them, in order.
   * @param take also receives the number of the element's id; undefined where it has none
   */
  each(take: (element: T, position: number, id: number | undefined) => void): void {
    const isFirst = !this.#isWalked;
    this.#isWalked = true;
    const read = isFirst ? this.#read : new WireReader();
    read.list(this.#root, this.#key).forEach((value, position) => {
      const item = this.#located(value, position);
      if (item === undefined) {
        read.problem('wrong-type', `/${this.#key}/${position}`, 'not an object');
        return;
      }
      const element = this.#parse(item, read);
      take(element, position, this.#numberOf(element, isFirst));
    });
  }

  #numberOf(element: T, isFirst: boolean): number | undefined {
    const { spdxId } = element;
    if (spdxId === undefined) return undefined;
    return isFirst ? this.#ids.add(spdxId, element) : this.#ids.find(spdxId);
  }

  /** What stands at a position; undefined where that is no object. */
  itemAt(position: number): Located | undefined {
    return this.#located(new WireReader().list(this.#root, this.#key)[position], position);
  }

  toArray(): readonly T[] {
    const found: T[] = [];
    this.each((element) => found.push(element));
    return found;
  }

  #located(value: JsonValue | undefined, position: number): Located | undefined {
    return isJsonObject(value) ? { value, pointer: `/${this.#key}/${position}` } : undefined;
  }
}
