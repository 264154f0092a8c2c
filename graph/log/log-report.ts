// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../../core/instant.ts';
import type { TreeHead } from './checkpoint.ts';

/** What can be wrong with a log. Stable. */
export type LogFaultCode =
  | 'index-missing' // the index of an entry is above the one that belongs here
  | 'index-repeated' // the index of an entry is below the one that belongs here
  | 'entries-missing' // the log ends before its head
  | 'entries-beyond-head' // the log goes on behind its head
  | 'event-not-canonical' // not the RFC 8785 text of a JSON value
  | 'salt-malformed'
  | 'time-malformed' // no receivedAt, or not in its one form
  | 'time-decreased'
  | 'leaf-mismatch' // not the leaf that was published
  | 'published-leaves-missing' // fewer leaves were published than the checkpoint signs
  | 'frontier-malformed' // the frontier of the head is none for its size
  | 'frontier-mismatch' // a subtree of the head has another root
  | 'head-time-mismatch' // the time of the head is not that of the newest entry
  | 'checkpoint-invalid' // malformed, of another key or log, or its signature does not hold
  | 'checkpoint-mismatch' // the log does not begin with what the checkpoint signs
  | 'store-behind' // more was signed or published than the store has
  | 'genesis-mismatch'; // entry 0 pins another origin or key than the checkpoint's

/** Log indices, both included. The same twice: the place is exact. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
}

/** One fault and where it lies. */
export interface LogFault {
  readonly code: LogFaultCode;
  /** At least one entry in it is at fault; null where the fault is not in an entry. */
  readonly place: LogRange | null;
  readonly message: string;
}

/** What a check of a whole log found. */
export interface LogReport {
  /** `passed` only where every check was made and none found a fault. */
  readonly status: 'passed' | 'failed';
  /** Entries read. */
  readonly size: number;
  /** Root of the entries read, lower-case hex. */
  readonly root: string;
  /** Time of the newest entry; null for an empty log. */
  readonly time: Instant | null;
  /** The checkpoint that was given and is genuine; null where none was given or it is not. */
  readonly checkpoint: TreeHead | null;
  /** True: more was signed or published than the store has. Entries were lost, or an old copy was restored. */
  readonly behind: boolean;
  /** The place with the smallest end: the first bad entry is in it or before it. Null where no entry is at fault. */
  readonly firstBad: LogRange | null;
  /** In the order found; at most LIMITS.problems. */
  readonly faults: readonly LogFault[];
  /** How many more there are. */
  readonly omittedFaults: number;
}
