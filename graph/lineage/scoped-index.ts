// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '../domain/kinds.ts';
import type { KnownDocument } from './knowledge.ts';
import type { LineageIndex } from './lineage-index.ts';
import type { ClassTables } from './scope.ts';
import type { WalkFilter } from './walk.ts';

/** The index as one scope sees it: what folding and placements need of a View. */
export interface ScopedIndex {
  readonly index: LineageIndex;
  readonly tables: ClassTables;
  readonly filter: WalkFilter;
  kindMaskOf(node: number): number;
  labelsOf(node: number): string[];
  nodesOfKind(kinds: readonly Kind[]): number[];
  document(id: number): KnownDocument | undefined;
}
