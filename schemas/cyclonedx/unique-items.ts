// SPDX-License-Identifier: Apache-2.0

/**
 * Gives equal JSON values equal numbers, in time linear in everything it is shown: a value's number is looked up by its
 * kind and the numbers of its members, and each object is visited once however deeply arrays that must be unique are
 * nested in each other. Nothing is compared pairwise, and there are no hashes to collide.
 */
export class ValueInterner {
  readonly #ids = new Map<string, number>();
  readonly #known = new Map<object, number>();

  /** The number of a value. Two values have the same one exactly when JSON Schema calls them equal. */
  idOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) {
      return this.#intern(typeof value === 'string' ? `"${value}` : `=${String(value)}`);
    }
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const id = this.#intern(Array.isArray(value) ? this.#listKey(value) : this.#recordKey(value));
    this.#known.set(value, id);
    return id;
  }

  #listKey(items: readonly unknown[]): string {
    return `[${items.map((item) => this.idOf(item)).join()}`;
  }

  #recordKey(record: object): string {
    const members = Object.entries(record).map(([key, item]) => [this.idOf(key), this.idOf(item)]);
    members.sort(([a = 0], [b = 0]) => a - b);
    return `{${members.join()}`;
  }

  #intern(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }
}

/** Position of the first item that equals an earlier one, or -1. */
export function findRepeatedItem(items: readonly unknown[], interner: ValueInterner): number {
  const seen = new Set<number>();
  for (let at = 0; at < items.length; at++) {
    const id = interner.idOf(items[at]);
    if (seen.has(id)) return at;
    seen.add(id);
  }
  return -1;
}
