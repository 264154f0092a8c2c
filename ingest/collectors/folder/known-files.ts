// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../../core/canonical-json-jcs.ts';
import { isDigest, type Digest } from '../../../core/digest.ts';
import { arrayMember } from '../../../core/json.ts';
import { isSameState, type FileState } from '../../receive/files.ts';
import type { Cursor } from '../collector.ts';

/** A file as it was when it was read. */
interface KnownFile {
  readonly state: FileState;
  readonly digest: Digest;
  /** False where it may have been changed again without a trace: a file system's clock has coarse ticks. */
  readonly isSettled: boolean;
}

/** A change that comes within this time after the last one may leave size and times as they were. */
const TICK_MS = 2000n;
const NS_PER_MS = 1_000_000n;

/** What is known of the files of a folder, by source. Files that are gone are forgotten. */
export class KnownFiles {
  #files: Map<string, KnownFile>;
  #seen = new Set<string>();

  /** @param cursor of toCursor; anything else begins with nothing */
  constructor(cursor: Cursor | null) {
    this.#files = readCursor(cursor);
  }

  get size(): number {
    return this.#files.size;
  }

  /** True where a file is certainly the one that was read. */
  isUnchanged(source: string, state: FileState): boolean {
    const known = this.#files.get(source);
    return known !== undefined && known.isSettled && isSameState(known.state, state);
  }

  /** True where a file had these very bytes, whatever else about it has changed. */
  hasContent(source: string, digest: Digest): boolean {
    return this.#files.get(source)?.digest === digest;
  }

  /** Notes a file as handed in, as it was at some time. */
  note(source: string, state: FileState, digest: Digest, readAtMs: number): void {
    const lastChange = [BigInt(state.modified), BigInt(state.changed)].reduce((a, b) =>
      a > b ? a : b,
    );
    const isSettled = lastChange / NS_PER_MS + TICK_MS < BigInt(readAtMs);
    this.#files.set(source, { state, digest, isSettled });
  }

  /** Notes that a file is there. */
  see(source: string): void {
    this.#seen.add(source);
  }

  /** Forgets what was not seen since the last call: a file that comes back is read again. */
  forgetUnseen(): void {
    for (const source of this.#files.keys()) {
      if (!this.#seen.has(source)) this.#files.delete(source);
    }
    this.#seen = new Set();
  }

  toCursor(): Cursor {
    return {
      files: [...this.#files].map(([source, { state, digest, isSettled }]): JsonValue[] => [
        source,
        state.sizeBytes,
        state.modified,
        state.changed,
        digest,
        isSettled,
      ]),
    };
  }
}

function readCursor(cursor: Cursor | null): Map<string, KnownFile> {
  const files = new Map<string, KnownFile>();
  for (const row of arrayMember(cursor, 'files') ?? []) {
    if (!Array.isArray(row)) continue;
    const [source, sizeBytes, modified, changed, digest, isSettled] = row as readonly JsonValue[];
    if (typeof source !== 'string' || typeof sizeBytes !== 'number') continue;
    if (!isCount(modified) || !isCount(changed) || typeof digest !== 'string') continue;
    if (!isDigest(digest)) continue;
    const state = { sizeBytes, modified, changed };
    files.set(source, { state, digest, isSettled: isSettled === true });
  }
  return files;
}

function isCount(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && /^\d{1,30}$/.test(value);
}
