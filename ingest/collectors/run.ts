// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import type { Clock } from '../../core/instant.ts';
import type { IngestOutcome } from '../pipeline.ts';
import { closeReceived, type Received } from '../receive/files.ts';
import type { BoundedFetch } from './bounded-fetch.ts';
import type { Collected, Collector, CollectProgress, CredentialsOf, Cursor } from './collector.ts';
import type { CursorStore } from './cursors.ts';

/** A source and the client that may ask it. */
export interface RunSource {
  readonly collector: Collector;
  /** @param signal ends the client's requests together with the source */
  readonly createFetch: (signal: AbortSignal) => BoundedFetch;
  /** False: read everything again, whatever is known of the source. The cursor is kept up to date either way. */
  readonly isIncremental: boolean;
  /** True where waiting is its work (a watched folder, a pipe): it never stalls. */
  readonly isPatient?: boolean;
}

export interface RunOptions {
  readonly sources: readonly RunSource[];
  /** Stores a batch; when it returns, everything in it is durable. Called for one batch at a time. */
  readonly ingest: (batch: readonly Received[]) => Promise<readonly IngestOutcome[]>;
  readonly cursors: CursorStore;
  /** CursorKey.scope of all sources. */
  readonly scope: string;
  readonly clock: Clock;
  readonly credentials: CredentialsOf;
  /** Ends the run: what was received whole is stored, then it returns. */
  readonly signal: AbortSignal;
  readonly onProgress?: (source: Collector, progress: CollectProgress) => void;
  readonly onOutcome?: (source: Collector, outcome: IngestOutcome) => void;
  readonly limits?: Partial<RunLimits>;
}

export interface RunLimits {
  /** Sources that are read at one time. */
  readonly parallel: number;
  /** A source that has given nothing for so long lends its place to one that waits. */
  readonly slowMs: number;
  /** A source that has neither given anything nor said that it goes on for so long has failed. */
  readonly stallMs: number;
  /** What has been received waits at most so long for more, to be stored together. */
  readonly flushMs: number;
}

/** What became of one source in one run. */
export interface SourceSummary {
  readonly kind: string;
  readonly source: string;
  /** done: read to its end. failed: `error` says why; what came before it is stored. stopped: by the signal. */
  readonly status: 'done' | 'failed' | 'stopped';
  readonly error: PedigreeError | null;
  /** True where it went on from an earlier run. */
  readonly resumed: boolean;
  /** Things that the source handed in. */
  readonly received: number;
  /** Of those, refused before they were read. */
  readonly refused: number;
  /** Documents that the log learnt something from, those inside of others included. */
  readonly learnt: number;
}

const DEFAULT_LIMITS: RunLimits = {
  parallel: 4,
  slowMs: 10_000,
  stallMs: 15 * 60_000,
  flushMs: 250,
};

/** Documents that are stored together: as many as the Ingestor commits at once. */
const BATCH_DOCUMENTS = 64;
const BATCH_BYTES = 16 * 1024 * 1024;

/**
 * Reads several sources at once into one Ingestor. A source that fails or hangs ends by itself; the others go on. A cursor
 * is saved only when everything before it is durable, so a run that is killed goes on where it was.
 * @returns one summary a source, in their order
 * @throws {PedigreeError} what `ingest` or the cursor store throws: the fault of our own store ends the run
 */
export async function runCollectors(options: RunOptions): Promise<SourceSummary[]> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const places = new Places(limits.parallel);
  const commits = new Turns();
  const runs = options.sources.map((source) =>
    new SourceRun(source, { ...options, limits, signal, places, commits }).run(),
  );
  try {
    return await Promise.all(runs);
  } catch (error) {
    ended.abort();
    await Promise.allSettled(runs);
    throw error;
  }
}

interface Shared extends Omit<RunOptions, 'limits'> {
  readonly limits: RunLimits;
  readonly places: Places;
  readonly commits: Turns;
}

class SourceRun {
  readonly #source: RunSource;
  readonly #shared: Shared;
  readonly #ended = new AbortController();
  #batch: Collected[] = [];
  #batchBytes = 0;
  /** False after something that should be asked for again: later cursors would pass over it. */
  #mayKeepCursor = true;
  #received = 0;
  #refused = 0;
  #learnt = 0;
  #resumed = false;

  constructor(source: RunSource, shared: Shared) {
    this.#source = source;
    this.#shared = shared;
  }

  async run(): Promise<SourceSummary> {
    const { signal, places } = this.#shared;
    const place = await places.take(signal);
    try {
      if (signal.aborted) return this.#summary('stopped', null);
      return await this.#read(place);
    } finally {
      place.release();
      this.#ended.abort();
    }
  }

  async #read(place: Place): Promise<SourceSummary> {
    const { signal, limits } = this.#shared;
    const cursor = await this.#findCursor();
    const wait = new Patience(limits, place, this.#source.isPatient === true);
    let things: AsyncIterator<Collected> | undefined;
    let error: PedigreeError | null = null;
    try {
      things = this.#collect(cursor, wait);
      let next = wait.for(things.next(), signal);
      for (;;) {
        const found = await this.#orFlush(next);
        if (found === ABORTED || found.done === true) break;
        this.#take(found.value);
        // asked for the next thing while this one is stored
        next = wait.for(things.next(), signal);
        // awaited in the next round, but may be refused before
        next.catch(() => {});
        if (this.#isFull()) await this.#flush();
      }
    } catch (thrown) {
      if (thrown instanceof StoreFault) throw thrown.fault;
      error = asPedigreeError(thrown, this.#source.collector);
    }
    wait.close();
    this.#ended.abort();
    // one that does not listen is left behind
    void things?.return?.().then(undefined, () => {});
    await this.#flush().catch(rethrowFault);
    if (signal.aborted) return this.#summary('stopped', null);
    return this.#summary(error === null ? 'done' : 'failed', error);
  }

  async #findCursor(): Promise<Cursor | null> {
    const { cursors, scope } = this.#shared;
    const { collector, isIncremental } = this.#source;
    if (!isIncremental) return null;
    const cursor = await cursors.find({ kind: collector.kind, source: collector.source, scope });
    this.#resumed = cursor !== null;
    return cursor;
  }

  #collect(cursor: Cursor | null, wait: Patience): AsyncIterator<Collected> {
    const { collector, createFetch } = this.#source;
    const { clock, credentials, onProgress } = this.#shared;
    const signal = AbortSignal.any([this.#shared.signal, this.#ended.signal]);
    const things = collector.collect({
      cursor,
      signal,
      fetch: createFetch(signal),
      clock,
      credentials,
      onProgress: (progress) => {
        wait.renew();
        onProgress?.(collector, progress);
      },
    });
    return things[Symbol.asyncIterator]();
  }

  /** Waits for the next thing; stores what there is where none comes for a while. */
  async #orFlush<T>(next: Promise<T>): Promise<T> {
    if (this.#batch.length === 0) return next;
    const late = await raceTimeout(next, this.#shared.limits.flushMs);
    if (late !== TIMEOUT) return late;
    await this.#flush();
    return next;
  }

  #take(collected: Collected): void {
    this.#batch.push(collected);
    const { received } = collected;
    this.#received++;
    if ('bytes' in received) this.#batchBytes += received.bytes.length;
    else this.#refused++;
  }

  #isFull(): boolean {
    return this.#batch.length >= BATCH_DOCUMENTS || this.#batchBytes >= BATCH_BYTES;
  }

  /** @throws StoreFault around whatever our own store throws */
  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#batchBytes = 0;
    const { ingest, commits, cursors, scope, onOutcome } = this.#shared;
    const { collector } = this.#source;
    try {
      await commits.inTurn(async () => {
        const outcomes = await ingest(batch.map(({ received }) => received));
        for (const outcome of outcomes) {
          if (!outcome.known && outcome.standing !== 'refused') this.#learnt++;
          onOutcome?.(collector, outcome);
        }
        const cursor = this.#cursorAfter(batch);
        if (cursor === null) return;
        await cursors.save({ kind: collector.kind, source: collector.source, scope }, cursor);
      });
    } catch (error) {
      throw new StoreFault(error);
    } finally {
      // a fault may have left some of them untaken
      batch.forEach(({ received }) => closeReceived(received));
    }
  }

  /** The last position of a batch that is now durable; null where there is none, or none that may be kept. */
  #cursorAfter(batch: readonly Collected[]): Cursor | null {
    let last: Cursor | null = null;
    for (const { received, cursor } of batch) {
      if ('refused' in received && received.refused.retryable) this.#mayKeepCursor = false;
      if (!this.#mayKeepCursor) break;
      last = cursor ?? last;
    }
    return last;
  }

  #summary(status: SourceSummary['status'], error: PedigreeError | null): SourceSummary {
    const { kind, source } = this.#source.collector;
    return {
      kind,
      source,
      status,
      error,
      resumed: this.#resumed,
      received: this.#received,
      refused: this.#refused,
      learnt: this.#learnt,
    };
  }
}

/** Our own store is at fault, not the source. */
class StoreFault extends Error {
  readonly fault: unknown;

  constructor(fault: unknown) {
    super('store fault');
    this.fault = fault;
  }
}

function rethrowFault(error: unknown): never {
  throw error instanceof StoreFault ? error.fault : error;
}

function asPedigreeError(error: unknown, { source }: Collector): PedigreeError {
  if (isPedigreeError(error)) return error;
  return new PedigreeError('ERR_INTERNAL', 'the collector broke; please report it', {
    cause: error,
    file: source,
  });
}

const TIMEOUT = Symbol('timeout');
const ABORTED = Symbol('aborted');

async function raceTimeout<T>(work: Promise<T>, waitMs: number): Promise<T | typeof TIMEOUT> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof TIMEOUT>((resolve) => {
    timer = setTimeout(() => resolve(TIMEOUT), waitMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a source as long as it may take, and lends its place away where that is long. */
class Patience {
  readonly #limits: RunLimits;
  readonly #place: Place;
  #slow: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;
  #giveUp: ((error: PedigreeError) => void) | undefined;
  #isOver = false;

  readonly #isEndless: boolean;

  constructor(limits: RunLimits, place: Place, isEndless: boolean) {
    this.#isEndless = isEndless;
    this.#limits = limits;
    this.#place = place;
  }

  /** @throws {PedigreeError} ERR_LIMIT_TIME (retryable) */
  async for<T>(work: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
    const gaveUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    let onAbort: (() => void) | undefined;
    const aborted = new Promise<typeof ABORTED>((resolve) => {
      onAbort = () => resolve(ABORTED);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    this.renew();
    try {
      return await Promise.race([work, gaveUp, aborted]);
    } finally {
      this.end();
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    }
  }

  /** The source lives. */
  renew(): void {
    this.end();
    if (this.#isOver) return;
    const { slowMs, stallMs } = this.#limits;
    this.#slow = setTimeout(() => this.#place.release(), slowMs);
    if (this.#isEndless) return;
    this.#stall = setTimeout(() => {
      const seconds = Math.round(stallMs / 1000);
      this.#giveUp?.(
        new PedigreeError('ERR_LIMIT_TIME', `the source gave nothing for ${seconds} seconds`, {
          retryable: true,
        }),
      );
    }, stallMs);
  }

  end(): void {
    clearTimeout(this.#slow);
    clearTimeout(this.#stall);
  }

  /** Nobody waits any more, whatever a source that was left behind still says. */
  close(): void {
    this.#isOver = true;
    this.end();
  }
}

interface Place {
  /** Gives the place to the next one that waits; more than once does nothing. */
  readonly release: () => void;
}

/** A number of places, given in the order in which they were asked for. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(signal: AbortSignal): Promise<Place> {
    if (this.#free > 0) this.#free--;
    else await this.#next(signal);
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        const next = this.#waiting.shift();
        if (next === undefined) this.#free++;
        else next();
      },
    };
  }

  /** Resolves for an abort as well: who waits then looks at the signal. */
  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

/** Runs one piece of work after the other. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine;
    return mine;
  }
}
