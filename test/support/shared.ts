// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'vitest';

const ROOT = resolve(
  process.env['PEDIGREE_SHARED'] ?? join(import.meta.dirname, '../../../shared'),
);

/** Absolute path below the folder of other people's documents. */
export function sharedPath(...parts: string[]): string {
  return join(ROOT, ...parts);
}

export function hasShared(): boolean {
  return existsSync(join(ROOT, 'corpus', 'manifest.json'));
}

export function readShared(...parts: string[]): Uint8Array {
  return new Uint8Array(readFileSync(sharedPath(...parts)));
}

/**
 * A suite over other people's documents. With CI=true they must be there; elsewhere the suite says by name that it did
 * not run.
 */
export function describeShared(name: string, define: () => void): void {
  if (hasShared()) {
    describe(name, define);
    return;
  }
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      test('needs the shared documents', () => {
        throw new Error(`no documents at ${ROOT}: set PEDIGREE_SHARED`);
      });
    });
    return;
  }
  process.stderr.write(`did not run (no documents at ${ROOT}): ${name}\n`);
  describe(name, () => {
    test('did not run: the shared documents are not here', ({ skip }) => skip());
  });
}
