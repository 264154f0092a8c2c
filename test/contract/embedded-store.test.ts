// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { describeEmbeddedFiles } from './embedded-files.contract.ts';
import { describeGraphStore, type StoreUnderTest } from './graph-store.contract.ts';
import { describeWhenNamed } from './store-selection.ts';

async function open(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'pedigree-store-'));
  return {
    store: await openEmbeddedStore(folder),
    reopen: () => openEmbeddedStore(folder),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

describeWhenNamed('embedded', () => {
  describeGraphStore('embedded', open, { runs: 60, timeoutMs: 60_000 });
  describeEmbeddedFiles();
});
