// SPDX-License-Identifier: Apache-2.0
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import { LIMITS } from '../../../core/limits.ts';
import { closeBytes, isHeld } from '../../../core/stored-bytes.ts';
import { receivePath, receiveStream, type Received } from '../../../ingest/receive/files.ts';
import type { Spool } from '../../../ingest/receive/spool.ts';
import { LARGE_BYTES } from '../../../schemas/decoded.ts';
import { WatchedSpool } from '../../support/watched-spool.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-receive-'));
  mkdirSync(join(folder, 'in'));
  file = join(folder, 'in', 'large');
});
afterEach(() => rmSync(folder, { recursive: true }));

function spoolWith(happens?: () => void): WatchedSpool {
  return new WatchedSpool(join(folder, 'spool'), happens);
}

async function receiveOne(spool: Spool): Promise<Received> {
  const found: Received[] = [];
  for await (const one of receivePath(file, { spool })) found.push(one);
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error('not one document');
  return one;
}

function bytesOf(received: Received): Extract<Received, { bytes: unknown }>['bytes'] {
  if ('refused' in received) throw received.refused;
  return received.bytes;
}

function refusalOf(received: Received): PedigreeError {
  if ('refused' in received) return received.refused;
  throw new Error('it was not refused');
}

describe('a file', () => {
  test.each([
    [LARGE_BYTES - 1, true],
    [LARGE_BYTES, false],
    [LARGE_BYTES + 1, false],
  ])('of %i bytes is held: %s', async (length, held) => {
    const content = new Uint8Array(length).fill(0x61);
    writeFileSync(file, content);
    const bytes = bytesOf(await receiveOne(spoolWith()));
    expect(isHeld(bytes)).toBe(held);
    expect(bytes.length).toBe(length);
    expect(sha256(bytes)).toBe(sha256(content));
    closeBytes(bytes);
  });

  test('is held where there is no spool', async () => {
    writeFileSync(file, new Uint8Array(LARGE_BYTES));
    for await (const one of receivePath(file)) expect(isHeld(bytesOf(one))).toBe(true);
  });

  test('that is changed after it was received is what it was', async () => {
    const content = new Uint8Array(LARGE_BYTES).fill(0x61);
    writeFileSync(file, content);
    const bytes = bytesOf(await receiveOne(spoolWith()));
    writeFileSync(file, new Uint8Array(LARGE_BYTES));
    truncateSync(file, 1);
    expect(sha256(bytes)).toBe(sha256(content));
    closeBytes(bytes);
  });

  test.each([
    ['grows', () => appendFileSync(file, 'more')],
    ['shrinks', () => truncateSync(file, LARGE_BYTES - 7)],
    ['is emptied', () => truncateSync(file, 0)],
    ['is written over', () => writeFileSync(file, new Uint8Array(LARGE_BYTES).fill(0x62))],
  ])('that %s while it is copied is refused, for another time', async (_how, happens) => {
    writeFileSync(file, new Uint8Array(LARGE_BYTES));
    const spool = spoolWith(happens);
    const refused = refusalOf(await receiveOne(spool));
    expect(refused).toMatchObject({ code: 'ERR_SOURCE_UNAVAILABLE', retryable: true, file });
    expect(spool.readable).toEqual([false]);
  });

  test('that grows past the limit while it is copied is refused', async () => {
    writeFileSync(file, new Uint8Array(LARGE_BYTES));
    const spool = spoolWith(() => truncateSync(file, LIMITS.documentBytes + 1));
    expect(refusalOf(await receiveOne(spool)).code).toBe('ERR_LIMIT_SIZE');
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  test('that the spool has no room for is refused with its reason', async () => {
    writeFileSync(file, new Uint8Array(LARGE_BYTES));
    const spool = spoolWith(() => {
      throw new PedigreeError('ERR_STORE_UNAVAILABLE', 'full', { retryable: true });
    });
    expect(refusalOf(await receiveOne(spool))).toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      retryable: true,
    });
  });
});

describe('a stream', () => {
  const CHUNK = 1 << 20;

  async function* chunks(count: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < count; at++) yield new Uint8Array(CHUNK).fill(at);
  }

  test.each([
    [3, true],
    [4, false],
    [9, false],
  ])('of %i chunks is held: %s', async (count, held) => {
    const bytes = bytesOf(await receiveStream(chunks(count), 'stdin', spoolWith()));
    expect(isHeld(bytes)).toBe(held);
    const same = bytesOf(await receiveStream(chunks(count), 'stdin'));
    expect(isHeld(same)).toBe(true);
    expect(sha256(bytes)).toBe(sha256(same));
    closeBytes(bytes);
  });

  test('longer than a document may be is refused, and nothing of it stays', async () => {
    const spool = spoolWith();
    const count = LIMITS.documentBytes / CHUNK + 1;
    const refused = refusalOf(await receiveStream(chunks(count), 'stdin', spool));
    expect(refused.code).toBe('ERR_LIMIT_SIZE');
    expect(spool.copies).toEqual([]);
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
  });

  test('that breaks off is refused, small and large', async () => {
    const broken = async function* (count: number): AsyncGenerator<Uint8Array> {
      yield* chunks(count);
      throw new Error('broken off');
    };
    for (const count of [1, 6]) {
      const refused = refusalOf(await receiveStream(broken(count), 'stdin', spoolWith()));
      expect(refused.code).toBe('ERR_NOT_FOUND');
    }
  });
});
