// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Clock } from '../../core/instant.ts';
import type { Received } from '../receive/files.ts';
import type { BoundedFetch } from './bounded-fetch.ts';

/** Position in a source: everything before it is durable. Opaque to everybody but its collector; JSON. */
export type Cursor = JsonValue;

/** One thing that a source gave: its bytes, or why they were not read. */
export interface Collected {
  /**
   * What is handed to the Ingestor. Refused with `retryable` where the same request may succeed later: no cursor at or after
   * it is kept then, so that the next run asks again.
   */
  readonly received: Received;
  /** Position once this one is stored; null where the source has none yet. A large cursor may be given now and then only. */
  readonly cursor: Cursor | null;
}

/** How far a source has come. */
export interface CollectProgress {
  /** Things looked at in this run, those that were passed over as unchanged included. */
  readonly done: number;
  /** Things there are, where the source says so. */
  readonly total?: number;
}

/** What may be shown to one origin. Which members are meant is up to the collector (S3: key id, secret, session token). */
export interface Credentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

/** Credentials for a URL, by its origin and path; undefined where the operator gave none. Never logged, never in `source`. */
export type CredentialsOf = (url: URL) => Credentials | undefined;

/** What a collector is given. It reaches for nothing else: no clock, no environment, no network client of its own. */
export interface CollectContext {
  /** Where to go on; null to begin at the beginning. A cursor that cannot be used (another shape) counts as null. */
  readonly cursor: Cursor | null;
  /** Once it fires, nothing more is yielded: the iteration ends soon, or throws ERR_SOURCE_UNAVAILABLE. */
  readonly signal: AbortSignal;
  readonly fetch: BoundedFetch;
  readonly clock: Clock;
  readonly onProgress: (progress: CollectProgress) => void;
  readonly credentials: CredentialsOf;
}

/**
 * Reads one source. The iteration throws a PedigreeError where the source as a whole cannot be read any further
 * (`retryable` where it is worth another run); one thing that cannot be read is yielded as refused and the rest goes on.
 */
export interface Collector {
  /** Name of the kind of source, as `sources.yaml` writes it: `folder`, `http`, `git`, … */
  readonly kind: string;
  /** URL (or path) of the source without any secret. Cursors are kept under it. */
  readonly source: string;
  collect(context: CollectContext): AsyncIterable<Collected>;
}
