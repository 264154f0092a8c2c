// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

const KNOWN = ['embedded', 'neo4j'] as const;
export type StoreName = (typeof KNOWN)[number];

/** PEDIGREE_STORES: the stores that contract tests run on, with commas between. */
const NAMED = (process.env['PEDIGREE_STORES'] ?? 'embedded').split(',').map((name) => name.trim());

/**
 * Collects the tests of a store that PEDIGREE_STORES names. One that is named and cannot be reached fails; for one that is
 * not named, none of its tests is collected, and the run says so.
 */
export function describeWhenNamed(store: StoreName, define: () => void): void {
  const isNamed = NAMED.includes(store);
  process.stderr.write(`store ${store}: ${isNamed ? 'runs' : 'not named in PEDIGREE_STORES'}\n`);
  test('PEDIGREE_STORES names stores that exist', () => {
    expect(KNOWN).toEqual(expect.arrayContaining(NAMED));
  });
  if (isNamed) define();
}
