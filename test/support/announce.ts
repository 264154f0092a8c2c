// SPDX-License-Identifier: Apache-2.0
import { hasShared, sharedPath } from './shared.ts';

/** Says before the first test what this run covers, so that a short run is not taken for a whole one. */
export function setup(): void {
  const stores = process.env['PEDIGREE_STORES'] ?? 'embedded';
  const documents = hasShared() ? `read from ${sharedPath()}` : `not there (${sharedPath()})`;
  process.stdout.write(`stores: ${stores}\nshared documents: ${documents}\n`);
}
