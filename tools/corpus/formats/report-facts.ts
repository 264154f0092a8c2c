// SPDX-License-Identifier: Apache-2.0
import type { Facts, NodeFact } from '../../../graph/domain/facts.ts';

/** The node of a tool's report itself; undefined where nothing was read. */
export function reportNode(facts: Facts | undefined): NodeFact | undefined {
  return facts?.nodes[0];
}

/** Attributes of the report under a prefix, the prefix taken off. */
export function attributesUnder(
  facts: Facts | undefined,
  prefix: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(reportNode(facts)?.attributes ?? {});
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
    ),
  );
}
