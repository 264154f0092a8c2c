// SPDX-License-Identifier: Apache-2.0

/** An option that may be repeated. Not commander's `<x...>`, which would also swallow the arguments that follow it. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
