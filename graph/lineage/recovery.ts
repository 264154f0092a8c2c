// SPDX-License-Identifier: Apache-2.0
import { kindMask } from '../domain/kinds.ts';
import { MARK_BITS } from './arcs.ts';
import { NAMES_ONLY, type BlastRadius } from './blast-radius.ts';
import {
  findPlacements,
  placementRank,
  serviceKey,
  startOf,
  type Placement,
} from './placements.ts';
import { withheldDocuments } from './scope.ts';
import type { View } from './view.ts';
import { arcMode } from './walk.ts';

/** Outcome of one item under a blast radius. */
export type ItemOutcome = 'affected' | 'possible' | 'open' | 'clear';

/** An earlier version that a deployment could go back to. */
export interface RollbackCandidate {
  readonly ref: string;
  readonly name: string;
  readonly version: string | null;
  /** When it ran there before, RFC 3339; null where it never did. */
  readonly ranSince: string | null;
  readonly outcome: ItemOutcome;
}

export interface RollbackTarget {
  readonly deployment: string;
  readonly service: string;
  readonly environment: string;
  /** What runs there now, or ran last. */
  readonly runs: { readonly ref: string; readonly name: string; readonly version: string | null };
  /** Newest earlier candidate that is clear; null where there is none. */
  readonly target: RollbackCandidate | null;
  /** All candidates, newest first. */
  readonly candidates: readonly RollbackCandidate[];
}

/** Models to make again, in an order in which each is made after what it builds on. */
export interface RetrainWave {
  readonly models: readonly { readonly ref: string; readonly name: string }[];
}

/**
 * Outcome of something to go back to. What its item has been touched by counts against it; for it counts its own ancestry,
 * not what somebody else calls another product of the same run.
 */
export function outcomeOf(view: View, radius: BlastRadius, node: number): ItemOutcome {
  const ref = view.index.refOf(view.folding.itemOf(node).node);
  if (radius.affected.some((hit) => hit.ref === ref)) return 'affected';
  if (radius.possible.some((hit) => hit.ref === ref)) return 'possible';
  const isWithheld = withheldDocuments(view.knowledge, view.scope).length > 0;
  const isOpen = !view.isVisible(node) || view.closure.open[node] === 1;
  return isOpen || isWithheld || radius.missing.get(ref) === NAMES_ONLY ? 'open' : 'clear';
}

/** For each affected deployment that runs now: the newest earlier version whose whole ancestry is clear. */
export function rollbackTargets(view: View, radius: BlastRadius): RollbackTarget[] {
  const placements = findPlacements(view);
  const affected = new Set(radius.affected.map((hit) => hit.ref));
  const targets: RollbackTarget[] = [];
  for (const [node, placement] of latestPerService(view, placements)) {
    if (!affected.has(view.index.refOf(view.folding.itemOf(node).node))) continue;
    const candidates = findCandidates(view, radius, placement, placements);
    targets.push({
      deployment: view.index.refOf(view.folding.itemOf(node).node),
      service: placement.service,
      environment: placement.environment,
      runs: { ...named(view, placement.artefact), version: placement.version },
      target: candidates.find(({ outcome }) => outcome === 'clear') ?? null,
      candidates,
    });
  }
  return targets.sort((a, b) => (a.deployment < b.deployment ? -1 : 1));
}

/**
 * Of the documents that tell what a service runs now, the best attested one; then the one that knows since when, the later
 * one, the first by its artefact and deployment.
 */
function latestPerService(
  view: View,
  placements: ReadonlyMap<number, Placement>,
): [number, Placement][] {
  const best = new Map<string, { key: string; found: [number, Placement] }>();
  for (const [node, placement] of placements) {
    if (!placement.current) continue;
    const refs = `${placement.artefact} ${view.index.refOf(node)}`;
    const key = `${placementRank(view, node)} ${startOf(placement)} ${refs}`;
    const known = best.get(serviceKey(placement));
    if (known !== undefined && known.key >= key) continue;
    best.set(serviceKey(placement), { key, found: [node, placement] });
  }
  return [...best.values()].map(({ found }) => found);
}

/** Earlier placements of the same service first, newest first; then lower registry versions of the same family. */
function findCandidates(
  view: View,
  radius: BlastRadius,
  running: Placement,
  placements: ReadonlyMap<number, Placement>,
): RollbackCandidate[] {
  const found = new Map<string, RollbackCandidate>();
  const add = (artefact: string, version: string | null, ranSince: string | null): void => {
    const node = view.index.find(artefact);
    const current = view.index.find(running.artefact);
    if (node === undefined || current === undefined) return;
    const item = view.folding.itemOf(node).node;
    if (item === view.folding.itemOf(current).node) return;
    const ref = view.index.refOf(item);
    if (found.has(ref)) return;
    found.set(ref, {
      ...named(view, ref),
      version,
      ranSince,
      outcome: outcomeOf(view, radius, node),
    });
  };
  const start = startOf(running);
  const earlier = [...placements.values()]
    .filter((one) => serviceKey(one) === serviceKey(running))
    .filter((one) => startOf(one) !== '' && startOf(one) < start)
    .map((one) => ({ ...one, key: `${startOf(one)} ${one.artefact} ${one.version ?? ''}` }))
    .sort((a, b) => (a.key > b.key ? -1 : a.key < b.key ? 1 : 0));
  for (const one of earlier) add(one.artefact, one.version, one.since);
  for (const one of lowerVersions(view, running)) add(one.artefact, one.version, null);
  return [...found.values()];
}

function lowerVersions(view: View, running: Placement): { artefact: string; version: string }[] {
  const { family, version } = running;
  if (family === null || version === null) return [];
  const found: { artefact: string; version: string }[] = [];
  view.index.documentFacts.forEach((summary, document) => {
    if (summary === undefined || (view.tables.asThreat[document] ?? 0) === 0) return;
    for (const claim of summary.claims) {
      if (claim.type !== 'version' || claim.family !== family) continue;
      const node = summary.nodes[claim.about];
      if (node !== undefined && compareVersions(claim.version, version) < 0) {
        found.push({ artefact: view.index.refOf(node), version: claim.version });
      }
    }
  });
  return found.sort(
    (a, b) => compareVersions(b.version, a.version) || (a.artefact < b.artefact ? -1 : 1),
  );
}

/** Dotted versions by their numbers, piece by piece; pieces that are no numbers compare as text. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(/[.+-]/);
  const right = b.split(/[.+-]/);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const x = left[at] ?? '';
    const y = right[at] ?? '';
    const numeric = /^\d{1,15}$/.test(x) && /^\d{1,15}$/.test(y);
    const order = numeric ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}

function named(view: View, ref: string): { ref: string; name: string } {
  const node = view.index.find(ref);
  if (node === undefined) return { ref, name: ref };
  const item = view.folding.itemOf(node);
  return { ref: view.index.refOf(item.node), name: item.name };
}

/**
 * Affected models that were trained here, in waves: a model comes after every affected model it was made from. Models that
 * feed each other in a loop share a wave.
 */
export function retrainWaves(view: View, radius: BlastRadius): RetrainWave[] {
  const models = radius.affected.filter(
    (hit) => hit.kind === 'Model' && hit.influence === 'content',
  );
  const items = new Map(models.map((hit) => [hit.ref, hit]));
  const causes = new Map(models.map((hit) => [hit.ref, causesAmong(view, hit.ref, items)]));
  const waves: RetrainWave[] = [];
  const done = new Set<string>();
  while (done.size < models.length) {
    const left = models.filter((hit) => !done.has(hit.ref));
    const ready = left.filter((hit) =>
      [...(causes.get(hit.ref) ?? [])].every((ref) => done.has(ref)),
    );
    const wave =
      ready.length > 0
        ? ready
        : smallestLoop(
            left.map((hit) => hit.ref),
            causes,
          );
    const refs = wave.map((one) => (typeof one === 'string' ? one : one.ref)).sort();
    waves.push({ models: refs.map((ref) => ({ ref, name: items.get(ref)?.name ?? ref })) });
    for (const ref of refs) done.add(ref);
  }
  return waves;
}

/** Affected models that a model was made from, directly or through what is no affected model. */
function causesAmong(view: View, ref: string, items: ReadonlyMap<string, unknown>): Set<string> {
  const root = view.index.find(ref);
  const found = new Set<string>();
  if (root === undefined) return found;
  const own = view.folding.itemOf(root);
  const seen = new Set(own.members);
  const queue = [...own.members];
  const structural = kindMask(['Name']);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    view.index.up.forEach(node, (far, mark) => {
      const counts = (view.tables.asThreat[mark >>> MARK_BITS] ?? 0) >= view.filter.minRank;
      const mode = arcMode('up', mark);
      const certain = mode === 'definite' || mode === 'runInput';
      if (!counts || !certain || seen.has(far) || view.filter.boilerplate.has(far)) return;
      if ((view.kindMaskOf(far) & structural) !== 0) return;
      seen.add(far);
      const item = view.index.refOf(view.folding.itemOf(far).node);
      if (item !== ref && items.has(item)) found.add(item);
      else queue.push(far);
    });
  }
  return found;
}

/** A set of models that wait for nothing but each other, smallest refs first. */
function smallestLoop(
  refs: readonly string[],
  causes: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const open = new Set(refs);
  let best: string[] | undefined;
  for (const start of refs) {
    const needed = new Set<string>([start]);
    const queue = [start];
    for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
      for (const cause of causes.get(ref) ?? []) {
        if (!open.has(cause) || needed.has(cause)) continue;
        needed.add(cause);
        queue.push(cause);
      }
    }
    const loop = [...needed].sort();
    const better =
      best === undefined ||
      loop.length < best.length ||
      (loop.length === best.length && loop.join() < best.join());
    if (better) best = loop;
  }
  return best ?? [];
}
