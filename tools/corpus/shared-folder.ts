// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of other people's documents: `PEDIGREE_SHARED`, else `shared` beside the project. */
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
