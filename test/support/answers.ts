// SPDX-License-Identifier: Apache-2.0
import type { LedgerGateFacts } from '../../api/service/gate-facts.ts';
import { blastRadius } from '../../graph/lineage/blast-radius.ts';
import { lineageGraph } from '../../graph/lineage/lineage-graph.ts';
import { retrainWaves, rollbackTargets } from '../../graph/lineage/recovery.ts';
import { touchOf } from '../../graph/lineage/touch.ts';
import type { View } from '../../graph/lineage/view.ts';
import { REACH } from '../../graph/lineage/walk.ts';

/** Nodes of these refs that somebody who counts mentions. */
export function visibleNodes(view: View, refs: readonly string[]): number[] {
  return refs.flatMap((ref) => view.index.find(ref) ?? []).filter((found) => view.isVisible(found));
}

/** Everything that people are told about one thing, as JSON: witness paths, lineage, the way back. */
export function answersAbout(view: View, ref: string): string {
  const targets = visibleNodes(view, [ref]);
  const radius = blastRadius(view, targets);
  const { missing, ...shown } = radius;
  return JSON.stringify({
    radius: shown,
    missing: [...missing.keys()].sort(),
    rollback: rollbackTargets(view, radius),
    retrain: retrainWaves(view, radius),
    up: lineageGraph(view, targets, 'up', 1000),
    down: lineageGraph(view, targets, 'down', 1000),
  });
}

/** Everything that people are told about each of some things. */
export function allAnswers(view: View, refs: readonly string[]): string[] {
  return refs.map((ref) => answersAbout(view, ref));
}

/** How bad it is for each thing that one thing is bad: 3 affected, 2 possible, 1 open (or only by name), 0 clear. */
export function severities(view: View, seed: string, refs: readonly string[]): number[] {
  const walk = view.walk('down');
  walk.run(visibleNodes(view, [seed]), view.filter);
  return refs.map((ref) => {
    const [found] = visibleNodes(view, [ref]);
    if (found === undefined) return 0;
    const reach = touchOf(view, walk, found)?.reach ?? REACH.none;
    if (reach === REACH.affected) return 3;
    if (reach === REACH.possible) return 2;
    return reach === REACH.namesOnly || view.closure.open[found] === 1 ? 1 : 0;
  });
}

/** Refs of every model and deployment that an answer about one bad thing calls clear, folded items opened. */
export function clearRefs(view: View, seed: string): Set<string> {
  const { clear } = blastRadius(view, visibleNodes(view, [seed]));
  const found = new Set<string>();
  for (const { ref } of clear.items) {
    const [leader] = visibleNodes(view, [ref]);
    if (leader === undefined) continue;
    for (const member of view.folding.itemOf(leader).members) found.add(view.index.refOf(member));
  }
  return found;
}

/** What the gate is told about some refs, without the log indices that follow the order of the log. */
export async function gateAnswers(
  facts: LedgerGateFacts,
  refs: readonly string[],
): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const minClass of ['unsigned', 'trusted'] as const) {
    for (const ref of refs) {
      const { affected, possible, skipped } = await facts.contamination([ref], minClass);
      const paths = (list: typeof affected): string[] =>
        list.map(({ revocationIndex: _, ...path }) => JSON.stringify(path)).sort();
      const closure = await facts.closure(ref, minClass);
      told.push({ affected: paths(affected), possible: paths(possible), skipped, closure });
    }
  }
  return told;
}
