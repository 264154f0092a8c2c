// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hexOf, sha256 } from '../../../core/digest.ts';
import { BLOCK_BYTES } from '../../../core/stored-bytes.ts';
import { FolderBlobStore } from '../../../ingest/blobs/folder.ts';
import { StoredCopy } from '../../support/stored-copy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedigree-blobs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = new TextEncoder().encode('a document');
const digest = sha256(bytes);
const pathOf = (): string => join(folder, hexOf(digest).slice(0, 2), hexOf(digest).slice(2));

test('keeps bytes under their digest and finds them again', async () => {
  const blobs = new FolderBlobStore(folder);
  expect(await blobs.find(digest)).toBeUndefined();
  await blobs.put([{ digest, bytes }]);
  expect(await blobs.find(digest)).toEqual(bytes);
});

test.each([
  ['of the same size', 'A document'],
  ['cut short', 'a doc'],
])(
  'a blob that was damaged (%s) is an error, and is repaired by the same bytes',
  async (_, text) => {
    const blobs = new FolderBlobStore(folder);
    await blobs.put([{ digest, bytes }]);
    writeFileSync(pathOf(), text);
    await expect(blobs.find(digest)).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
    await blobs.put([{ digest, bytes }]);
    expect(await blobs.find(digest)).toEqual(bytes);
    expect(readFileSync(pathOf())).toEqual(Buffer.from(bytes));
  },
);

describe('bytes that are stored elsewhere', () => {
  const large = new Uint8Array(3 * BLOCK_BYTES + 5).map((_, at) => at % 251);
  const name = sha256(large);

  test('are kept without being loaded', async () => {
    const blobs = new FolderBlobStore(folder);
    const stored = new StoredCopy(large);
    await blobs.put([{ digest: name, bytes: stored }]);
    await blobs.put([{ digest: name, bytes: stored }]);
    expect(sha256((await blobs.find(name)) ?? '')).toBe(name);
    expect(stored.longestRead).toBe(BLOCK_BYTES);
  });

  test('replace what was damaged', async () => {
    const blobs = new FolderBlobStore(folder);
    await blobs.put([{ digest: name, bytes: new StoredCopy(large) }]);
    const path = join(folder, hexOf(name).slice(0, 2), hexOf(name).slice(2));
    writeFileSync(path, large.toReversed());
    await expect(blobs.find(name)).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
    await blobs.put([{ digest: name, bytes: new StoredCopy(large) }]);
    expect(sha256((await blobs.find(name)) ?? '')).toBe(name);
  });

  test('that cannot be read to their end are not kept, and leave nothing behind', async () => {
    const blobs = new FolderBlobStore(folder);
    const stored = new StoredCopy(large);
    stored.readsLeft = 2;
    const put = blobs.put([{ digest: name, bytes: stored }]);
    await expect(put).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    expect(await blobs.find(name)).toBeUndefined();
    expect(readdirSync(join(folder, hexOf(name).slice(0, 2)))).toEqual([]);
  });
});
