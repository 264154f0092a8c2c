// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { NoSkipsReporter } from './test/support/no-skips-reporter.ts';

const isCi = process.env['CI'] === 'true';
/** Where to write the machine-readable result; absent: nowhere. */
const reportFile = process.env['PEDIGREE_TEST_REPORT'];

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/**/fixtures/**'],
    globalSetup: ['test/support/announce.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // a test that passes only the second time has failed
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    allowOnly: !isCi,
    passWithNoTests: false,
    reporters: [
      'default',
      ...(isCi ? [new NoSkipsReporter()] : []),
      ...(reportFile === undefined ? [] : ['json']),
    ],
    ...(reportFile === undefined ? {} : { outputFile: { json: reportFile } }),
  },
  // two copies of graphql refuse each other's schemas: the file that packages get from Node, and no other
  resolve: {
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
});
