// SPDX-License-Identifier: Apache-2.0
import type { BytePieces } from '../../core/byte-pieces.ts';
import type { Digest } from '../../core/digest.ts';
import type { Instant } from '../../core/instant.ts';
import type { Facts } from '../domain/facts.ts';
import type { Standing } from '../domain/log-event.ts';

/** Where the log stands. Read and written under one lock. */
export interface Head {
  /** Number of entries. */
  readonly size: number;
  /** Roots of the perfect subtrees of the Merkle tree, largest first, lower-case hex (RFC 6962). Empty for an empty log. */
  readonly frontier: readonly string[];
  /** Time of the newest entry; null for an empty log. Never decreases. */
  readonly time: Instant | null;
}

export const EMPTY_HEAD: Head = { size: 0, frontier: [], time: null };

/** One log entry as kept: canonical JSON of the event, and the salt that its public leaf commits to. */
export interface StoredEntry {
  readonly index: number;
  /** RFC 8785 text of a LogEvent. */
  readonly event: string;
  /** 32 bytes, lower-case hex. */
  readonly salt: string;
}

/** A document's place in the current graph. Idempotent: the store makes the graph reflect it. */
export interface DocumentPlacement {
  readonly project: string;
  readonly document: Digest;
  /** Log index of the document's first entry in its project: its short name inside a store. */
  readonly ordinal: number;
  readonly standing: Standing | 'retracted';
  readonly format: string;
  readonly source: string;
  /** True: the document's nodes and edges stand in the graph. False: they do not. */
  readonly live: boolean;
  readonly factsDigest: Digest | null;
  /** The facts themselves; present where live is true and the document has facts. */
  readonly facts: Facts | null;
}

/** Bytes kept under their digest in the same transaction: packed facts, policies, decisions. */
export interface StoredBlob {
  readonly digest: Digest;
  /** Pieces are asked for more than once: a store checks them before it writes. */
  readonly bytes: Uint8Array | BytePieces;
}

/** Everything that one group commit changes, whole documents only. */
export interface Commit {
  /** The head this commit was computed on. Another head by now: nothing is written. */
  readonly expected: Head;
  readonly next: Head;
  readonly entries: readonly StoredEntry[];
  readonly blobs: readonly StoredBlob[];
  readonly placements: readonly DocumentPlacement[];
}

/**
 * What a store must do, and no more. The log is the truth and the blobs are its material; the graph is what placements
 * make of it. Every method may throw PedigreeError ERR_STORE_UNAVAILABLE (retryable).
 */
export interface GraphStore {
  /** `embedded` or `neo4j`, for messages. */
  readonly name: string;

  head(): Promise<Head>;

  /**
   * Writes one commit in one transaction, under the head lock: entries, blobs, placements and the new head, or nothing.
   * Durable when it resolves.
   * @throws {PedigreeError} ERR_STORE_CONFLICT where the head is not `expected` (retryable: read on and build again)
   */
  commit(commit: Commit): Promise<void>;

  /** Entries from index `from` (included) in order, to the head as of the call. */
  entries(from: number): AsyncIterable<StoredEntry>;

  /** Blobs by digest; absent ones are missing from the map. At most 1000 digests a call. */
  blobs(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, Uint8Array>>;

  /** Lines of the state digest, read back from the store (DESIGN.md 1): live nodes, live edges, standings. Unsorted. */
  stateLines(): AsyncIterable<string>;

  /** Drops the derived graph (placements), keeps entries, blobs and head: first step of rebuild. */
  clearGraph(): Promise<void>;

  /** Writes placements outside a commit: the other steps of rebuild. */
  place(placements: readonly DocumentPlacement[]): Promise<void>;

  close(): Promise<void>;
}
