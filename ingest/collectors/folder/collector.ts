// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import { instantToMs } from '../../../core/instant.ts';
import { closeBytes } from '../../../core/stored-bytes.ts';
import {
  closeReceived,
  isSameState,
  visitPath,
  type FileState,
  type Received,
} from '../../receive/files.ts';
import type { Spool } from '../../receive/spool.ts';
import type { CollectContext, Collected, Collector } from '../collector.ts';
import type { Machine } from '../machine.ts';
import { assertKnownOptions } from '../source-options.ts';
import type { CollectorKind } from '../source-spec.ts';
import { FolderSignal } from './folder-signal.ts';
import { KnownFiles } from './known-files.ts';

/** Files and folders of this machine. */
export function createFolderKind({ spool }: Machine): CollectorKind {
  return {
    kind: 'folder',
    schemes: ['file:'],
    hostsOf: () => [],
    create: ({ url, options }) => {
      assertKnownOptions(options, []);
      return createFolderCollector(pathOf(url), { spool });
    },
  };
}

/** How a folder is watched. */
export interface WatchOptions {
  /** A look is due after so long, whether the file system gave notice or not. */
  readonly rescanMs: number;
  /** After a notice, without a further one. */
  readonly quietMs: number;
  /** A file counts as written to its end once it has been the same for so long. */
  readonly settleMs: number;
}

export const WATCH: WatchOptions = { rescanMs: 30_000, quietMs: 300, settleMs: 1000 };

export interface FolderOptions {
  /** True: gives no positions, for a reading that nobody goes on with. */
  readonly isOnce?: boolean;
  /** Absent: one look, then the end. */
  readonly watch?: WatchOptions;
  /** Where large files are set aside; absent: they are held in memory. */
  readonly spool?: Spool | undefined;
}

/**
 * Reads the files of a path that are not those of last time, by size, times and digest.
 * @param path as the caller names it
 */
export function createFolderCollector(path: string, options: FolderOptions = {}): Collector {
  return {
    kind: 'folder',
    source: resolve(path),
    collect: (context) =>
      options.watch === undefined
        ? new FolderReader(path, context, options).look()
        : watchFolder(path, context, options, options.watch),
  };
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new PedigreeError('ERR_USAGE', 'a file address that names no file of this machine', {
      cause,
      hint: 'write the path itself, or file:///folder',
    });
  }
}

/** Looks again and again until it is told to stop. A folder that is not there may come; that is no fault. */
async function* watchFolder(
  path: string,
  context: CollectContext,
  options: FolderOptions,
  { settleMs, rescanMs, quietMs }: WatchOptions,
): AsyncGenerator<Collected> {
  const { signal } = context;
  const reader = new FolderReader(path, context, options);
  const notices = new FolderSignal(path);
  try {
    while (!signal.aborted) {
      await notices.attach();
      yield* reader.look();
      await notices.wait(reader.hasUnsettled ? settleMs : rescanMs, quietMs, signal);
      context.onProgress({ done: reader.done });
    }
  } finally {
    notices.close();
  }
}

/** New files after which a position is given in between: the list is as long as the folder, so not after each. */
const FIRST_POSITION = 256;

/** Something to hand in, and how it becomes known. */
interface Found {
  readonly received: Received;
  readonly note: () => void;
}

class FolderReader {
  readonly #path: string;
  readonly #context: CollectContext;
  readonly #watch: WatchOptions | undefined;
  readonly #isOnce: boolean;
  readonly #spool: Spool | undefined;
  readonly #known: KnownFiles;
  /** Files that were not read because they may still be written to, as they were then. */
  #unsettled = new Map<string, { state: FileState; sinceMs: number }>();
  /** What was refused in an earlier look; said once, not at every look. */
  #refusals = new Map<string, string>();
  #sincePosition = 0;
  done = 0;

  constructor(path: string, context: CollectContext, { watch, isOnce, spool }: FolderOptions) {
    this.#path = path;
    this.#context = context;
    this.#watch = watch;
    this.#isOnce = isOnce ?? false;
    this.#spool = spool;
    this.#known = new KnownFiles(context.cursor);
  }

  get hasUnsettled(): boolean {
    return this.#unsettled.size > 0;
  }

  /** One look at everything. The last thing found holds the position. */
  async *look(): AsyncGenerator<Collected> {
    const waiting: Found[] = [];
    try {
      yield* this.#lookAt(waiting);
    } finally {
      waiting.forEach(({ received }) => closeReceived(received));
    }
  }

  /** @param waiting what was found and not handed in yet: one thing, so that the last one is known as such */
  async *#lookAt(waiting: Found[]): AsyncGenerator<Collected> {
    let wasMissing = false;
    const unsettled = this.#unsettled;
    this.#unsettled = new Map();
    const shouldRead = (source: string, state: FileState): boolean =>
      !this.#known.isUnchanged(source, state) && this.#isSettled(source, state, unsettled);
    const visited = visitPath(this.#path, shouldRead, { spool: this.#spool });
    for await (const { source, received, state } of visited) {
      if (this.#context.signal.aborted) {
        if (received !== null) closeReceived(received);
        return;
      }
      this.#known.see(source);
      this.#context.onProgress({ done: ++this.done });
      wasMissing ||= state === null && source === this.#path;
      const found = received === null ? undefined : this.#findNew(received, state);
      if (found === undefined) continue;
      waiting.push(found);
      if (waiting.length > 1) yield* this.#handIn(waiting, false);
    }
    // a folder that is gone for a moment has not lost its files
    if (!wasMissing) this.#known.forgetUnseen();
    if (!this.#context.signal.aborted) yield* this.#handIn(waiting, true);
  }

  /** A position holds what was handed in and nothing that is still to come. */
  *#handIn(waiting: Found[], isLast: boolean): Generator<Collected> {
    const found = waiting.shift();
    if (found === undefined) return;
    const { received, note } = found;
    note();
    this.#sincePosition++;
    const isDue = this.#sincePosition >= Math.max(FIRST_POSITION, this.#known.size / 4);
    if (this.#isOnce || (!isDue && !isLast)) {
      yield { received, cursor: null };
      return;
    }
    this.#sincePosition = 0;
    yield { received, cursor: this.#known.toCursor() };
  }

  /** Undefined where it is what was handed in before, or was refused before for the same reason. */
  #findNew(received: Received, state: FileState | null): Found | undefined {
    const { source } = received;
    if ('refused' in received) {
      const why = JSON.stringify([received.refused.code, state]);
      // while one watches, files come and go between the listing and the reading
      if (this.#watch !== undefined && received.refused.code === 'ERR_NOT_FOUND') return undefined;
      if (this.#refusals.get(source) === why) return undefined;
      this.#refusals.set(source, why);
      return { received, note: () => {} };
    }
    this.#refusals.delete(source);
    if (state === null) return { received, note: () => {} };
    const digest = sha256(received.bytes);
    const nowMs = instantToMs(this.#context.clock());
    const note = (): void => this.#known.note(source, state, digest, nowMs);
    if (!this.#known.hasContent(source, digest)) return { received, note };
    closeBytes(received.bytes);
    note();
    return undefined;
  }

  /** A file that is being written is left for later: half a document is no evidence. */
  #isSettled(
    source: string,
    state: FileState,
    before: ReadonlyMap<string, { state: FileState; sinceMs: number }>,
  ): boolean {
    if (this.#watch === undefined) return true;
    const nowMs = instantToMs(this.#context.clock());
    const { settleMs } = this.#watch;
    if (Number(BigInt(state.changed) / 1_000_000n) + settleMs <= nowMs) return true;
    const seen = before.get(source);
    const isSame = seen !== undefined && isSameState(seen.state, state);
    if (isSame && nowMs - seen.sinceMs >= settleMs) return true;
    this.#unsettled.set(source, { state, sinceMs: isSame ? seen.sinceMs : nowMs });
    return false;
  }
}
