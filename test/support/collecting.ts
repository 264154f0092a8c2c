// SPDX-License-Identifier: Apache-2.0
// Runs collectors without the command line.
import { sha256 } from '../../core/digest.ts';
import { instantFromMs } from '../../core/instant.ts';
import { createBoundedFetch, type FetchLimits } from '../../ingest/collectors/bounded-fetch.ts';
import type {
  CollectContext,
  Collected,
  Collector,
  Credentials,
  Cursor,
} from '../../ingest/collectors/collector.ts';
import type { CursorKey, CursorStore } from '../../ingest/collectors/cursors.ts';
import type { RunSource } from '../../ingest/collectors/run.ts';

/** Waits that a test can bear. */
export const QUICK: Partial<FetchLimits> = { backoffMs: 1, idleMs: 2000, totalMs: 10_000 };

/** A source as a test made it. */
export interface Source {
  readonly collector: Collector;
  /** Hosts that its client may ask. */
  readonly hosts: readonly string[];
  readonly credentials?: Credentials;
}

export interface ContextOptions {
  readonly cursor?: Cursor | null;
  readonly signal?: AbortSignal;
  readonly credentials?: Credentials | undefined;
}

export function contextOf(source: Source, options: ContextOptions = {}): CollectContext {
  const signal = options.signal ?? new AbortController().signal;
  const credentials = 'credentials' in options ? options.credentials : source.credentials;
  return {
    // as it comes back from a file
    cursor: JSON.parse(JSON.stringify(options.cursor ?? null)) as Cursor | null,
    signal,
    fetch: fetchOf(source, signal),
    clock: () => instantFromMs(Date.now()),
    onProgress: () => {},
    credentials: () => credentials,
  };
}

function fetchOf({ hosts }: Source, signal: AbortSignal): CollectContext['fetch'] {
  return createBoundedFetch({
    hosts,
    signal,
    clock: () => instantFromMs(Date.now()),
    limits: QUICK,
  });
}

/** Everything that a source gives from some position on. */
export async function collectAll(
  source: Source,
  options: ContextOptions = {},
): Promise<Collected[]> {
  const found: Collected[] = [];
  for await (const one of source.collector.collect(contextOf(source, options))) found.push(one);
  return found;
}

/** Digests of what was read; what was refused has none. */
export function digestsOf(collected: readonly Collected[]): string[] {
  return collected.flatMap(({ received }) => ('bytes' in received ? [sha256(received.bytes)] : []));
}

/** The last position that a source named. */
export function lastCursor(collected: readonly Collected[]): Cursor | null {
  return collected.findLast(({ cursor }) => cursor !== null)?.cursor ?? null;
}

export function runSourceOf(source: Source, isIncremental = true): RunSource {
  return {
    collector: source.collector,
    createFetch: (signal) => fetchOf(source, signal),
    isIncremental,
  };
}

/** Cursors as a file would keep them, without the file. */
export class MemoryCursors implements CursorStore {
  readonly #texts = new Map<string, string>();

  async find(key: CursorKey): Promise<Cursor | null> {
    return JSON.parse(this.#texts.get(nameOf(key)) ?? 'null') as Cursor | null;
  }

  async save(key: CursorKey, cursor: Cursor): Promise<void> {
    this.#texts.set(nameOf(key), JSON.stringify(cursor));
  }
}

function nameOf({ kind, source, scope }: CursorKey): string {
  return JSON.stringify([kind, source, scope]);
}
