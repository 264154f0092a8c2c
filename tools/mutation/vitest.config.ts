// SPDX-License-Identifier: Apache-2.0
// The tests that mutants of one part are shown; mutate.ts names them.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: (process.env['PEDIGREE_MUTATION_TESTS'] ?? '').split(' '),
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: [],
  },
});
