// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../core/json.ts';
import { WireReader, type Located } from '../wire-reader.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

/** What is made of an item; undefined leaves it out. */
export type ParseItem<T> = (item: Located, read: WireReader) => T | undefined;

/**
 * A list of a document. What its items say is not held: each is read when it is walked over, which is once for most documents,
 * and of a large one not even the list is.
 */
export class RootList<T> {
  readonly #read: WireReader;
  readonly #root: Located;
  readonly #key: string;
  readonly #parse: ParseItem<T>;
  #isWalked = false;

  /**
   * @param read lists what is wrong with the list and its items, during the first walk
   * @param list a member of the root
   */
  constructor(
    read: WireReader,
    list: { readonly root: Located; readonly key: string },
    parse: ParseItem<T>,
  ) {
    this.#read = read;
    this.#root = list.root;
    this.#key = list.key;
    this.#parse = parse;
  }

  /** Walks over all of it, in order. */
  each(take: (item: T, position: number, isFirstWalk: boolean) => void): void {
    const isFirstWalk = !this.#isWalked;
    this.#isWalked = true;
    const read = isFirstWalk ? this.#read : new WireReader();
    read.list(this.#root, this.#key).forEach((value, position) => {
      const item = this.#located(value, position);
      if (item === undefined) {
        read.problem('wrong-type', `/${this.#key}/${position}`, 'not an object');
        return;
      }
      const parsed = this.#parse(item, read);
      if (parsed !== undefined) take(parsed, position, isFirstWalk);
    });
  }

  /** Walks over the items whose member is a text that somebody wants; what is wrong with them is left for others to list. */
  eachWith(key: string, isWanted: (text: string) => boolean, take: (item: T) => void): void {
    const read = new WireReader();
    read.list(this.#root, this.#key).forEach((value, position) => {
      const text = stringMember(value, key);
      const item =
        text === undefined || !isWanted(text) ? undefined : this.#located(value, position);
      const parsed = item === undefined ? undefined : this.#parse(item, read);
      if (parsed !== undefined) take(parsed);
    });
  }

  /** What stands at a position; undefined where that is no object. */
  itemAt(position: number): Located | undefined {
    return this.#located(new WireReader().list(this.#root, this.#key)[position], position);
  }

  toArray(): readonly T[] {
    const found: T[] = [];
    this.each((item) => found.push(item));
    return found;
  }

  #located(value: JsonValue | undefined, position: number): Located | undefined {
    return isJsonObject(value) ? { value, pointer: `/${this.#key}/${position}` } : undefined;
  }
}
