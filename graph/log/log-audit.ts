// SPDX-License-Identifier: Apache-2.0
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import { excerpt } from '../../core/errors.ts';
import type { Identity } from '../../core/identity.ts';
import { findInstant } from '../../core/instant.ts';
import type { Instant } from '../../core/instant.ts';
import { stringMember } from '../../core/json.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Head, StoredEntry } from '../port/store.ts';
import type { TreeHead } from './checkpoint.ts';
import { entryLeafHash, findCanonicalEvent, isSalt } from './leaf.ts';
import type { LogFault, LogFaultCode, LogRange, LogReport } from './log-report.ts';
import { appendLeaf, frontierRanges, isMerkleHash, rootOf } from './merkle.ts';

/** A checkpoint whose signature holds, and who signed it. */
export interface GenuineCheckpoint {
  readonly head: TreeHead;
  readonly signer: Identity;
}

/** Stands in for a leaf that cannot be computed: no entry has it. */
const NO_LEAF = '0'.repeat(64);

/** One pass over a log: compares entry after entry with the head and the checkpoint. Keeps a frontier, not the log. */
export class LogAudit {
  readonly #head: Head;
  readonly #checkpoint: GenuineCheckpoint | undefined;
  readonly #ranges: readonly LogRange[];
  readonly #faults: LogFault[] = [];
  #omitted = 0;
  #firstBad: LogRange | null = null;
  #behind = false;
  #frontier: readonly string[] = [];
  #checkpointRoot: string | undefined;
  #size = 0;
  #nextIndex = 0;
  #time: Instant | null = null;

  constructor(head: Head, checkpoint: GenuineCheckpoint | undefined) {
    this.#head = head;
    this.#checkpoint = checkpoint;
    this.#ranges = this.#rangesOfHead();
    this.#noteCheckpointRoot();
  }

  /** Entries read so far. */
  get size(): number {
    return this.#size;
  }

  /** Entries that the checkpoint signs; 0 without one. */
  get signedSize(): number {
    return this.#checkpoint?.head.size ?? 0;
  }

  fault(code: LogFaultCode, place: LogRange | null, message: string): void {
    if (code === 'store-behind') this.#behind = true;
    if (place !== null && (this.#firstBad === null || place.to < this.#firstBad.to)) {
      this.#firstBad = place;
    }
    if (this.#faults.length === LIMITS.problems) this.#omitted++;
    else this.#faults.push({ code, place, message });
  }

  /** @param publishedLeaf the leaf that was published under the entry's index, where one was */
  add(entry: StoredEntry, publishedLeaf: string | undefined): void {
    const at = this.#checkIndex(entry.index);
    this.#checkEvent(entry, at);
    const leaf = this.#leafOf(entry, at);
    if (publishedLeaf !== undefined && publishedLeaf !== leaf) {
      this.fault('leaf-mismatch', exactly(at), `entry ${at} is not the one that was published`);
    }
    this.#frontier = appendLeaf(this.#frontier, this.#size, leaf);
    this.#size++;
    this.#checkSubtree();
    this.#noteCheckpointRoot();
  }

  finish(): LogReport {
    this.#checkEnd();
    this.#checkCheckpoint();
    return {
      status: this.#faults.length === 0 ? 'passed' : 'failed',
      size: this.#size,
      root: rootOf(this.#frontier),
      time: this.#time,
      checkpoint: this.#checkpoint?.head ?? null,
      behind: this.#behind,
      firstBad: this.#firstBad,
      faults: this.#faults,
      omittedFaults: this.#omitted,
    };
  }

  #rangesOfHead(): readonly LogRange[] {
    const { size, frontier } = this.#head;
    const ranges = frontierRanges(size).map(({ from, to }) => ({ from, to: to - 1 }));
    if (frontier.length === ranges.length && frontier.every(isMerkleHash)) return ranges;
    this.fault('frontier-malformed', null, `the head has no frontier for ${size} entries`);
    return [];
  }

  #noteCheckpointRoot(): void {
    if (this.#size === this.#checkpoint?.head.size) this.#checkpointRoot = rootOf(this.#frontier);
  }

  /** Indices must be 0, 1, 2, …; after a jump the count goes on from there, so that one gap is one fault. */
  #checkIndex(index: number): number {
    const expected = this.#nextIndex;
    const at = Number.isSafeInteger(index) && index >= 0 ? index : expected;
    if (index === expected) {
      this.#nextIndex = expected + 1;
    } else if (at > expected) {
      this.#nextIndex = at + 1;
      this.fault(
        'index-missing',
        { from: expected, to: at - 1 },
        `entry ${at} stands where ${expected} belongs`,
      );
    } else {
      this.fault('index-repeated', exactly(at), `entry ${at} stands where ${expected} belongs`);
    }
    return at;
  }

  #checkEvent(entry: StoredEntry, at: number): void {
    const event = findCanonicalEvent(entry.event);
    if (event === undefined) {
      this.fault(
        'event-not-canonical',
        exactly(at),
        `entry ${at} is not canonical JSON (RFC 8785)`,
      );
      return;
    }
    this.#checkTime(stringMember(event, 'receivedAt') ?? '', at);
    if (this.#size === 0) this.#checkGenesis(event);
  }

  #checkTime(text: string, at: number): void {
    const time = findInstant(text);
    if (time === undefined || time !== text) {
      this.fault(
        'time-malformed',
        exactly(at),
        `entry ${at} has no time in its one form: "${excerpt(text)}"`,
      );
    } else if (this.#time !== null && time < this.#time) {
      this.fault(
        'time-decreased',
        exactly(at),
        `entry ${at} is of ${time}, one before it of ${this.#time}`,
      );
    } else {
      this.#time = time;
    }
  }

  /** Entry 0 pins origin and key (DESIGN.md 3): a checkpoint of another log proves nothing about this one. */
  #checkGenesis(event: JsonValue): void {
    if (this.#checkpoint === undefined || stringMember(event, 'type') !== 'administration') return;
    const origin = stringMember(event, 'origin') ?? '';
    if (origin !== this.#checkpoint.head.origin) {
      this.fault(
        'genesis-mismatch',
        exactly(0),
        `entry 0 begins the log "${excerpt(origin)}", not the checkpoint's`,
      );
    }
    if (stringMember(event, 'logKey') !== this.#checkpoint.signer) {
      this.fault('genesis-mismatch', exactly(0), 'entry 0 pins another key than the one given');
    }
  }

  #leafOf(entry: StoredEntry, at: number): string {
    if (isSalt(entry.salt)) return entryLeafHash(entry.event, entry.salt);
    this.fault(
      'salt-malformed',
      exactly(at),
      `the salt of entry ${at} is not 32 bytes of lower-case hex`,
    );
    return NO_LEAF;
  }

  /** A subtree that the head states and the entries do not give: something in that range was changed. */
  #checkSubtree(): void {
    const i = this.#ranges.findIndex(({ to }) => to === this.#size - 1);
    const range = this.#ranges[i];
    if (range === undefined || this.#frontier[i] === this.#head.frontier[i]) return;
    const message = `entries ${range.from} to ${range.to} do not give the subtree root of the head`;
    this.fault('frontier-mismatch', range, message);
  }

  #checkEnd(): void {
    const { size, time } = this.#head;
    if (this.#size < size && this.#nextIndex < size) {
      const message = `the head says ${size} entries, they end at ${this.#nextIndex}`;
      this.fault('entries-missing', { from: this.#nextIndex, to: size - 1 }, message);
    }
    if (this.#size === size && time !== this.#time) {
      this.fault(
        'head-time-mismatch',
        null,
        `the head says ${time}, the newest entry ${this.#time}`,
      );
    }
  }

  #checkCheckpoint(): void {
    if (this.#checkpoint === undefined) return;
    const { size, root } = this.#checkpoint.head;
    if (size > this.#head.size) {
      const message = `the checkpoint signs ${size} entries, the store has ${this.#head.size}`;
      this.fault('store-behind', { from: this.#head.size, to: size - 1 }, message);
    } else if (this.#checkpointRoot !== root) {
      const place = size === 0 ? null : { from: 0, to: size - 1 };
      this.fault(
        'checkpoint-mismatch',
        place,
        `the first ${size} entries do not give the root that was signed`,
      );
    }
  }
}

function exactly(index: number): LogRange {
  return { from: index, to: index };
}
