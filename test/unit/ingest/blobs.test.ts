// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hexOf, sha256 } from '../../../core/digest.ts';
import { FolderBlobStore } from '../../../ingest/blobs/folder.ts';

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
