// SPDX-License-Identifier: Apache-2.0

/** A member only where there is a value for it: `{...optional('time', time)}`. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
