// SPDX-License-Identifier: Apache-2.0
import type { Cursor } from './collector.ts';

/** What a cursor belongs to. */
export interface CursorKey {
  readonly kind: string;
  readonly source: string;
  /**
   * Everything else that decides whether "before the cursor" is durable and read the same way: log, project, trust roots,
   * options. Another scope begins at the beginning.
   */
  readonly scope: string;
}

/** Keeps cursors between runs. A lost cursor costs time, never evidence: reading a source again adds nothing twice. */
export interface CursorStore {
  /** Null where there is none, or none that can be read. */
  find(key: CursorKey): Promise<Cursor | null>;
  /** Replaces the cursor as a whole; after a crash the old one or the new one is there. */
  save(key: CursorKey, cursor: Cursor): Promise<void>;
}
