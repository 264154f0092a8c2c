// SPDX-License-Identifier: Apache-2.0
import { RELATION_NAMES } from '../domain/relations.ts';
import { MARK_BITS } from './arcs.ts';
import type { LineageIndex } from './lineage-index.ts';

const ALTERNATE = RELATION_NAMES.indexOf('alternateOf');

/**
 * Whether a node is only a document's own mention of a thing that is known by more than that document: it has what the
 * thing has, and tells nothing new.
 * @param counts per document, above 0 where its word counts
 */
export function isMention(
  index: Pick<LineageIndex, 'up' | 'levelOf'>,
  counts: Uint8Array,
  node: number,
): boolean {
  if (index.levelOf(node) !== 'local') return false;
  let found = false;
  index.up.forEach(node, (far, mark) => {
    const isAlias = (mark & 31) === ALTERNATE && (counts[mark >>> MARK_BITS] ?? 0) > 0;
    if (isAlias && index.levelOf(far) !== 'local') found = true;
  });
  return found;
}
