// SPDX-License-Identifier: Apache-2.0
import { KINDS, kindsOf, type IdentityLevel, type Kind } from '../../graph/domain/kinds.ts';
import type { View } from '../../graph/lineage/view.ts';
import { encodeCursor, type Page, type PageRequest } from './page.ts';

/** A thing that the graph knows, as lists show it. */
export interface EntitySummary {
  readonly ref: string;
  readonly kind: Kind;
  readonly kinds: readonly Kind[];
  readonly level: IdentityLevel;
  readonly name: string;
  /** The first of its names, sorted. */
  readonly names: readonly string[];
  /** How many names it has. */
  readonly nameCount: number;
}

/** What reports fold a thing into: aliases, co-products of one run, their OMS root. */
export interface EntityItem {
  readonly ref: string;
  readonly name: string;
  /** How many nodes it has. */
  readonly members: number;
}

export interface EntityFilter {
  /** Text that the ref or a name contains, in any case; absent: all. */
  readonly query?: string;
  /** Absent: every kind. */
  readonly kind?: Kind;
}

const LISTED_NAMES = 20;

/** One thing, with at most so many of its names. */
export function describeEntity(view: View, node: number, mostNames = LISTED_NAMES): EntitySummary {
  const names = view.labelsOf(node);
  const ref = view.index.refOf(node);
  return {
    ref,
    kind: view.kindOf(node),
    kinds: kindsOf(view.kindMaskOf(node)),
    level: view.index.levelOf(node),
    name: names[0] ?? ref,
    names: names.slice(0, mostNames),
    nameCount: names.length,
  };
}

export function itemOfEntity(view: View, node: number): EntityItem {
  const { node: leader, name, members } = view.folding.itemOf(node);
  return { ref: view.index.refOf(leader), name, members: members.length };
}

/** Visible things in the order of their refs. One pass over the index, whatever the page. */
export function listEntities(
  view: View,
  { query, kind }: EntityFilter,
  { first, after }: PageRequest,
): Page<EntitySummary> {
  const wanted = query?.toLowerCase() ?? '';
  const smallest = new SmallestRefs(first + 1);
  let total = 0;
  for (const node of view.nodesOfKind(kind === undefined ? KINDS : [kind])) {
    if (wanted !== '' && !mentions(view, node, wanted)) continue;
    total++;
    const ref = view.index.refOf(node);
    if (after === undefined || ref > after) smallest.add(ref, node);
  }
  const found = smallest.sorted();
  const items = found
    .slice(0, first)
    .map(([ref, node]) => ({ cursor: encodeCursor(ref), node: describeEntity(view, node) }));
  return { items, hasNext: found.length > first, total };
}

function mentions(view: View, node: number, wanted: string): boolean {
  if (view.index.refOf(node).toLowerCase().includes(wanted)) return true;
  for (const [document, names] of view.index.labelsOf(node)) {
    const counts = (view.tables.asThreat[document] ?? 0) > 0;
    if (counts && names.some((name) => name.toLowerCase().includes(wanted))) return true;
  }
  return false;
}

/** Keeps the smallest refs of many in little memory: sorts and cuts now and then instead of keeping all. */
class SmallestRefs {
  readonly #most: number;
  #kept: [ref: string, node: number][] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(ref: string, node: number): void {
    this.#kept.push([ref, node]);
    if (this.#kept.length >= this.#most * 4) this.#kept = this.sorted();
  }

  sorted(): [ref: string, node: number][] {
    return this.#kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).slice(0, this.#most);
  }
}
