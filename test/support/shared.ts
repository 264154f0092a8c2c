// SPDX-License-Identifier: Apache-2.0
import { describe, test } from 'vitest';
import { hasShared, readShared, sharedPath } from '../../tools/corpus/shared-folder.ts';

export { hasShared, readShared, sharedPath };

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
        throw new Error(`no documents at ${sharedPath()}: set PEDIGREE_SHARED`);
      });
    });
    return;
  }
  process.stderr.write(`did not run (no documents at ${sharedPath()}): ${name}\n`);
  describe(name, () => {
    test('did not run: the shared documents are not here', ({ skip }) => skip());
  });
}
