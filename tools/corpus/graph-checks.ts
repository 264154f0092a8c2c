// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256, findDigest } from '../../core/digest.ts';
import { findPurl } from '../../graph/domain/node-ref.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import type { FormatComparer, GraphCheck } from './comparer.ts';

/** Lists of the document that hold identities, by their names in `expect`. */
interface IdentityLists {
  /** `algorithm:hex`, as written. */
  readonly digests?: string;
  readonly purls?: string;
}

/** A check of a document's own lists of digests and purls. */
export function identityChecks(lists: IdentityLists): NonNullable<FormatComparer['graph']> {
  return ({ prepared }, found) => {
    const facts = prepared[0]?.facts ?? undefined;
    if (facts === undefined) return [];
    const listOf = (name: string | undefined): string[] => {
      const list = name === undefined ? undefined : found[name];
      return list instanceof Set ? [...(list as Set<string>)] : [];
    };
    return [
      ...digestChecks(facts, listOf(lists.digests)),
      ...purlChecks(facts, listOf(lists.purls)),
    ];
  };
}

/** Refs of every thing that the graph is given. */
export function refsOf(facts: Facts): ReadonlySet<string> {
  return new Set(facts.nodes.map(({ ref }) => ref));
}

/** Every digest that identifies content (`algorithm:hex` as the document writes it) is a node; what is no digest is none. */
export function digestChecks(facts: Facts, written: Iterable<string>): readonly GraphCheck[] {
  const refs = refsOf(facts);
  const strong = [...written].flatMap((text) => {
    const colon = text.lastIndexOf(':');
    const digest = findDigest(text.slice(0, colon), text.slice(colon + 1));
    return digest === undefined || digest === EMPTY_SHA256 ? [] : [digest];
  });
  return [missing('@graph.digests', strong, refs)];
}

/** Every purl that is one is a node. */
export function purlChecks(facts: Facts, written: Iterable<string>): readonly GraphCheck[] {
  const purls = [...written].flatMap((text) => findPurl(text) ?? []);
  return [missing('@graph.purls', purls, refsOf(facts))];
}

/** What of some refs is no node: nothing should be. */
export function missing(
  fact: string,
  wanted: readonly string[],
  refs: ReadonlySet<string>,
): GraphCheck {
  return { fact, expected: [], found: wanted.filter((ref) => !refs.has(ref)) };
}
