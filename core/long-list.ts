// SPDX-License-Identifier: Apache-2.0

/** What stands behind an array that is made item by item. */
export interface Items<T> {
  readonly count: number;
  /** Undefined outside. Two answers for one position are equal, not the same. */
  item(at: number): T | undefined;
}

/** The arrays of this module, for those who would otherwise hold what they make of every item. */
const longLists = new WeakMap<object, Items<unknown>>();

/** What stands behind an array that toArray made; undefined for every other array. */
export function itemsOf<T>(list: readonly T[]): Items<T> | undefined {
  return longLists.get(list) as Items<T> | undefined;
}

/** The items as an array that can only be read. */
export function toArray<T>(items: Items<T>): T[] {
  const array = new Proxy<T[]>(withIteration([], items), {
    get: (own, key) => {
      const at = indexOf(key);
      if (at !== undefined) return items.item(at);
      return key === 'length' ? items.count : (Reflect.get(own, key) as unknown);
    },
    has: (own, key) => {
      const at = indexOf(key);
      return at === undefined ? Reflect.has(own, key) : at < items.count;
    },
    ownKeys: () => [...Array.from({ length: items.count }, (_, at) => String(at)), 'length'],
    getOwnPropertyDescriptor: (own, key) => {
      const at = indexOf(key);
      if (at === undefined || at >= items.count) return Reflect.getOwnPropertyDescriptor(own, key);
      return { value: items.item(at), enumerable: true, configurable: true, writable: true };
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
  longLists.set(array, items);
  return array;
}

/** The commonest ways to walk an array, without asking the proxy for each position by its name. */
function withIteration<T>(own: T[], items: Items<T>): T[] {
  const each = function* (): Generator<T> {
    for (let at = 0; at < items.count; at++) yield items.item(at) as T;
  };
  const methods: [string | symbol, unknown][] = [
    [Symbol.iterator, each],
    ['values', each],
    [
      'forEach',
      (take: (item: T, at: number) => void): void => {
        for (let at = 0; at < items.count; at++) take(items.item(at) as T, at);
      },
    ],
    [
      'map',
      <U>(make: (item: T, at: number) => U): U[] => {
        const made: U[] = [];
        for (let at = 0; at < items.count; at++) made.push(make(items.item(at) as T, at));
        return made;
      },
    ],
  ];
  for (const [key, value] of methods) {
    Object.defineProperty(own, key, { value, enumerable: false, configurable: true });
  }
  return own;
}

/** The array index that a property key is, if it is one. */
function indexOf(key: string | symbol): number | undefined {
  if (typeof key === 'symbol') return undefined;
  const first = key.charCodeAt(0);
  if (!(first >= 0x30 && first <= 0x39)) return undefined;
  const at = Number(key);
  return Number.isSafeInteger(at) && String(at) === key ? at : undefined;
}
