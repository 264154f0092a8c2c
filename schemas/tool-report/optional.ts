// SPDX-License-Identifier: Apache-2.0

/** A member only where there is a value for it: `{...optional('time', time)}`. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** A record whose members that may be undefined are not there where they are. */
type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A record without its undefined members. For records that are made by the thousand: several times as quick as `optional`. */
export function defined<const T extends object>(record: T): Defined<T>;
export function defined(record: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const key in record) if (record[key] !== undefined) kept[key] = record[key];
  return kept;
}
