// SPDX-License-Identifier: Apache-2.0
import type { RevocationEvent } from '../domain/log-event.ts';
import { findPurl } from '../domain/node-ref.ts';
import { matchesPattern } from '../../schemas/policy/pattern.ts';
import type { Instant } from '../../core/instant.ts';
import { kindMask } from '../domain/kinds.ts';
import { RELATION_NAMES } from '../domain/relations.ts';
import { unpackMark } from './arcs.ts';
import { isInForce, type Indexed } from './knowledge.ts';
import type { View } from './view.ts';

/** A revocation in force, and the nodes it takes. */
export interface RevocationInForce {
  readonly event: Indexed<RevocationEvent>;
  readonly nodes: readonly number[];
  /** Revisions that the statement names as repaired. */
  readonly fixed: ReadonlySet<number>;
}

/**
 * Revocations that took effect, whose statement still stands and that no later effective one withdraws; with what they
 * name in this view. Those of the project's own signers and of the policy roots alike.
 */
export function revocationsInForce(view: View): RevocationInForce[] {
  const seen = new Set<string>();
  const found: RevocationInForce[] = [];
  for (const event of view.knowledge.revocations) {
    const key = `${event.document} ${event.target}`;
    if (seen.has(key) || !isInForce(view.knowledge, event, view.scope.asOf)) continue;
    seen.add(key);
    found.push({
      event,
      nodes: nodesOfTarget(view, event.target, { since: event.since, until: event.until }),
      fixed: new Set(event.fixed.flatMap((ref) => view.index.find(ref) ?? [])),
    });
  }
  return found;
}

const DOCUMENT = 'document:';

/** Receipt times between which something bad happened; null: unbounded. */
export interface TimeWindow {
  readonly since: Instant | null;
  readonly until: Instant | null;
}

/**
 * Nodes that a target names: a ref itself; `name@range`-like patterns with `*` take every coordinate they match; a document
 * takes what it is about; a builder, platform or supplier takes the runs and things of its own within the window. In the order of their refs.
 */
export function nodesOfTarget(
  view: View,
  target: string,
  window: TimeWindow = { since: null, until: null },
): readonly number[] {
  const found = new Set<number>();
  const exact = view.index.find(target) ?? view.index.find(findPurl(target) ?? target);
  if (exact !== undefined) {
    found.add(exact);
    // what only somebody calls an agent is itself as well
    if (isAgent(view, exact)) for (const node of workOf(view, exact, window)) found.add(node);
  }
  if (target.startsWith(DOCUMENT)) {
    for (const node of documentSubjects(view, target.slice(DOCUMENT.length))) found.add(node);
  } else if (exact === undefined && target.includes('*')) {
    for (let node = 0; node < view.index.nodeCount; node++) {
      if (matchesPattern(target, view.index.refOf(node)) && view.isVisible(node)) found.add(node);
    }
  }
  return [...found].sort((a, b) => (view.index.refOf(a) < view.index.refOf(b) ? -1 : 1));
}

/** What a document and everything inside it is about: an envelope speaks through its payload, an archive through its members. */
function documentSubjects(view: View, digest: string): readonly number[] {
  const found = new Set<number>();
  const queue = view.knowledge.documents.filter((document) => document.digest === digest);
  const seen = new Set(queue);
  for (let document = queue.pop(); document !== undefined; document = queue.pop()) {
    if ((view.tables.asThreat[document.id] ?? 0) > 0) {
      for (const node of view.index.documentFacts[document.id]?.subjects ?? []) found.add(node);
    }
    for (const id of document.members) {
      const member = view.document(id);
      if (member === undefined || seen.has(member)) continue;
      seen.add(member);
      queue.push(member);
    }
  }
  return [...found];
}

function isAgent(view: View, node: number): boolean {
  return (view.kindMaskOf(node) & kindMask(['Builder', 'Supplier', 'Platform', 'Identity'])) !== 0;
}

/** What an agent made or ran, by documents received within the window. */
function workOf(view: View, agent: number, { since, until }: TimeWindow): readonly number[] {
  const found = new Set<number>();
  view.index.down.forEach(agent, (far, mark) => {
    const { relation, document } = unpackMark(mark);
    const name = RELATION_NAMES[relation];
    if (name !== 'wasAssociatedWith' && name !== 'wasAttributedTo') return;
    const receivedAt = view.document(document)?.receivedAt;
    if (receivedAt === undefined || (view.tables.asThreat[document] ?? 0) === 0) return;
    if ((since !== null && receivedAt < since) || (until !== null && receivedAt > until)) return;
    found.add(far);
  });
  return [...found];
}
