// SPDX-License-Identifier: Apache-2.0
import { findInstant } from '../../core/instant.ts';
import { RELATION_NAMES } from '../domain/relations.ts';
import { MARK_BITS } from './arcs.ts';
import { tableRank } from './scope.ts';
import type { ScopedIndex } from './scoped-index.ts';

/** One artefact in one place for one span of time. */
export interface Placement {
  readonly service: string;
  readonly environment: string;
  /** RFC 3339, or null where no document says. */
  readonly since: string | null;
  readonly until: string | null;
  readonly family: string | null;
  readonly version: string | null;
  readonly owner: string | null;
  /** Ref of what runs there. */
  readonly artefact: string;
  /** False where the placement ended or a later one by somebody who may deploy took its place. */
  readonly current: boolean;
}

/** Placements by Deployment node, as the documents that count state them. */
export function findPlacements(view: ScopedIndex): Map<number, Placement> {
  const found = new Map<number, Placement>();
  const best = new Map<number, string>();
  view.index.documentFacts.forEach((summary, document) => {
    if (summary === undefined || (view.tables.asThreat[document] ?? 0) === 0) return;
    for (const claim of summary.claims) {
      if (claim.type !== 'placement') continue;
      const node = summary.nodes[claim.about];
      const artefact = summary.nodes[claim.artefact];
      if (node === undefined || artefact === undefined) continue;
      // of two documents on one placement the better attested counts, then the smaller digest: never the order of arrival
      const rank = 9 - (view.tables.asThreat[document] ?? 0);
      const key = `${rank} ${view.document(document)?.digest ?? ''}`;
      if (key >= (best.get(node) ?? '~')) continue;
      best.set(node, key);
      found.set(node, {
        service: claim.service,
        environment: claim.environment,
        since: claim.since ?? null,
        until: claim.until ?? null,
        family: claim.family ?? null,
        version: claim.version ?? null,
        owner: claim.owner ?? null,
        artefact: view.index.refOf(artefact),
        current: claim.until === undefined,
      });
    }
  });
  return endSuperseded(view, found);
}

/** When a placement began, comparable as text; empty where no document says. */
export function startOf(placement: Placement): string {
  return findInstant(placement.since ?? '') ?? '';
}

/**
 * Class table rank of the best document that places a deployment; 0 for everything else.
 * @param table how documents count: for a thing, or against it
 */
export function placementRank(
  view: ScopedIndex,
  node: number,
  table: Uint8Array = view.tables.asThreat,
): number {
  let best = 0;
  view.index.up.forEach(node, (_, mark) => {
    if (RELATION_NAMES[mark & 31] !== 'deploys') return;
    best = Math.max(best, table[mark >>> MARK_BITS] ?? 0);
  });
  return best;
}

/** One service in one environment. */
export function serviceKey({ service, environment }: Placement): string {
  return JSON.stringify([environment, service]);
}

/**
 * Of several placements of one service in one environment, only the one that began last is current. Nobody ends one but who
 * may deploy, and who is as well attested: anybody can say that something else runs there since tomorrow.
 */
function endSuperseded(
  view: ScopedIndex,
  placements: ReadonlyMap<number, Placement>,
): Map<number, Placement> {
  const running = new Map<string, { start: string; rank: number }[]>();
  for (const [node, placement] of placements) {
    const rank = placementRank(view, node, view.tables.asSupport);
    if (!placement.current || rank < tableRank('trusted')) continue;
    const one = { start: startOf(placement), rank };
    const others = running.get(serviceKey(placement));
    if (others === undefined) running.set(serviceKey(placement), [one]);
    else others.push(one);
  }
  const result = new Map<number, Placement>();
  for (const [node, placement] of placements) {
    const start = startOf(placement);
    const rank = placementRank(view, node);
    const isOvertaken = (running.get(serviceKey(placement)) ?? []).some(
      (other) => start !== '' && other.start > start && other.rank >= rank,
    );
    result.set(node, { ...placement, current: placement.current && !isOvertaken });
  }
  return result;
}
