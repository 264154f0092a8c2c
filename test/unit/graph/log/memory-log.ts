// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sha256 } from '../../../../core/digest.ts';
import { identityOfKey } from '../../../../core/identity.ts';
import { instantFromMs } from '../../../../core/instant.ts';
import type { LogEvent } from '../../../../graph/domain/log-event.ts';
import { signCheckpoint } from '../../../../graph/log/checkpoint.ts';
import { createEntry } from '../../../../graph/log/leaf.ts';
import type { LogSource } from '../../../../graph/log/log-source.ts';
import { appendLeaf, rootOf } from '../../../../graph/log/merkle.ts';
import { EMPTY_HEAD } from '../../../../graph/port/store.ts';
import type { Head, StoredEntry } from '../../../../graph/port/store.ts';

export const ORIGIN = 'example.com/pedigree';

export interface LogKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const LOG_KEYS: LogKeys = generateKeyPairSync('ed25519');
export const OTHER_KEYS: LogKeys = generateKeyPairSync('ed25519');

const START_MS = Date.parse('2026-11-21T21:30:00Z');

export function saltOf(index: number): string {
  return createHash('sha256').update(`salt ${index}`).digest('hex');
}

export function eventOf(index: number, keys: LogKeys = LOG_KEYS): LogEvent {
  const receivedAt = instantFromMs(START_MS + Math.floor(index / 3) * 1000); // some entries share a time
  if (index === 0) {
    const logKey = identityOfKey(keys.publicKey);
    return {
      type: 'administration',
      action: 'genesis',
      origin: ORIGIN,
      logKey,
      policyRoots: [logKey],
      threshold: 1,
      project: 'default',
      receivedAt,
    };
  }
  return {
    type: 'retracted',
    project: 'default',
    document: sha256(`document ${index}`),
    reason: `reason ${index} — “ünïcode” 😀`,
    by: 'owner',
    receivedAt,
  };
}

/** A log in memory that tests may bend: entries and head are plain members. */
export class MemoryLog implements LogSource {
  entryList: StoredEntry[] = [];
  headValue: Head = EMPTY_HEAD;
  reads = 0;

  head(): Promise<Head> {
    return Promise.resolve(this.headValue);
  }

  async *entries(from: number): AsyncGenerator<StoredEntry> {
    for (const entry of this.entryList.slice(from)) {
      this.reads++;
      yield await Promise.resolve(entry);
    }
  }

  append(event: LogEvent, salt: string): void {
    const { size, frontier } = this.headValue;
    const leaf = createEntry(event, salt);
    this.entryList.push({ index: size, event: leaf.event, salt });
    this.headValue = {
      size: size + 1,
      frontier: appendLeaf(frontier, size, leaf.leafHash),
      time: event.receivedAt,
    };
  }

  grow(count: number): void {
    for (let i = 0; i < count; i++) {
      const index = this.headValue.size;
      this.append(eventOf(index), saltOf(index));
    }
  }

  checkpoint(keys: LogKeys = LOG_KEYS, origin: string = ORIGIN): string {
    const { size, frontier } = this.headValue;
    return signCheckpoint({ origin, size, root: rootOf(frontier) }, keys.privateKey);
  }
}

export function memoryLog(size: number): MemoryLog {
  const log = new MemoryLog();
  log.grow(size);
  return log;
}
