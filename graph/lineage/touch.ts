// SPDX-License-Identifier: Apache-2.0
import { kindMask } from '../domain/kinds.ts';
import { RELATION_NAMES } from '../domain/relations.ts';
import type { View } from './view.ts';
import { REACH, type TerminalInfluence, type Walk } from './walk.ts';

/** How a downward walk touches a node, and as what. */
export interface Touch {
  /** REACH, never none and never blocked. */
  readonly reach: number;
  /** Class table rank of the widest way. */
  readonly rank: number;
  readonly influence: 'content' | TerminalInfluence;
}

/**
 * The surest way in which a finished downward walk touches a node; undefined where it does not. What is certain as a score is
 * not less certain because somebody says that it may be content as well.
 */
export function touchOf(view: View, walk: Walk, node: number): Touch | undefined {
  const reach = walk.reachOf(node);
  const isContent = reach !== REACH.none && reach !== REACH.blocked;
  const hung = walk.terminals.get(node);
  const isBetter = hung !== undefined && (!isContent || hung.reach < reach);
  if (isBetter && takesScores(view, node)) {
    return { reach: hung.reach, rank: hung.rank, influence: hung.influence };
  }
  return isContent ? { reach, rank: walk.rankOf(node), influence: 'content' } : undefined;
}

/** A model that is stated as tested on something is not touched by it; evaluations, deployments and reports are. */
function takesScores(view: View, node: number): boolean {
  if ((view.kindMaskOf(node) & kindMask(['Evaluation', 'Deployment'])) !== 0) return true;
  let isReport = false;
  view.index.up.forEach(node, (cause, mark) => {
    const isGenerated = RELATION_NAMES[mark & 31] === 'wasGeneratedBy';
    if (isGenerated && view.filter.scoreRuns.has(cause)) isReport = true;
  });
  return isReport;
}
