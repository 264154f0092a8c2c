// SPDX-License-Identifier: Apache-2.0
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
  /** False where the placement ended or a later one took its place. */
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
  return endSuperseded(found);
}

/** Of several placements of one service in one environment, only the one that began last is current. */
function endSuperseded(placements: Map<number, Placement>): Map<number, Placement> {
  const latest = new Map<string, string>();
  for (const { service, environment, since, current } of placements.values()) {
    const key = JSON.stringify([service, environment]);
    if (current && since !== null && since > (latest.get(key) ?? '')) latest.set(key, since);
  }
  const result = new Map<number, Placement>();
  for (const [node, placement] of placements) {
    const last = latest.get(JSON.stringify([placement.service, placement.environment]));
    const overtaken = placement.since !== null && last !== undefined && placement.since < last;
    result.set(node, { ...placement, current: placement.current && !overtaken });
  }
  return result;
}
