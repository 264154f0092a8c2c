// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sha256 } from '../../core/digest.ts';
import { isPedigreeError } from '../../core/errors.ts';
import type { DocumentBytes } from '../../core/stored-bytes.ts';
import { readDocument } from '../../ingest/extract/registry.ts';
import { StoredCopy } from '../support/stored-copy.ts';
import { describeShared, sharedPath } from '../support/shared.ts';

/** So small that every list of every document is read in pieces; the bytes are not held either. */
const LARGE_BYTES = 200;
const MAX_BYTES = 1_000_000;
const FOLDERS = ['corpus', 'samples'];

/** Everything that is known of a document once it is read, or the code of what it was refused for. */
async function outcome(bytes: DocumentBytes, largeBytes?: number): Promise<unknown> {
  try {
    const context = { digest: sha256(bytes), strict: true };
    const { reading, extractor } = await readDocument(bytes, context, largeBytes);
    return { reading, extractor };
  } catch (error) {
    if (!isPedigreeError(error)) throw error;
    return { code: error.code, at: error.at, line: error.line };
  }
}

function jsonFiles(folder: string): string[] {
  return readdirSync(sharedPath(folder), { recursive: true, encoding: 'utf8' })
    .map((path) => sharedPath(folder, path))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= MAX_BYTES)
    .filter((path) => readFileSync(path).subarray(0, 200).toString().trimStart().startsWith('{'));
}

describeShared('real documents read in pieces', () => {
  test.each(FOLDERS)('say what they say whole: %s', { timeout: 300_000 }, async (folder) => {
    const files = jsonFiles(folder);
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(file));
      const inPieces = await outcome(new StoredCopy(bytes), LARGE_BYTES);
      expect(inPieces, file).toEqual(await outcome(bytes, Number.POSITIVE_INFINITY));
    }
  });
});
