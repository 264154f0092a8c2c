// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '../../../core/limits.ts';
import { createFolderCollector } from '../../../ingest/collectors/folder/collector.ts';
import { describeCollector, type ContractSource } from '../collector.contract.ts';

async function openFolder(): Promise<ContractSource> {
  const folder = await mkdtemp(join(tmpdir(), 'pedigree-collect-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return {
    collector: createFolderCollector(folder),
    hosts: [],
    secrets: [],
    add: (name, bytes) => writeFile(join(folder, name), bytes),
    addOversized: async (name) => {
      await writeFile(join(folder, name), '');
      // a hole: it is that long and takes no room
      await truncate(join(folder, name), LIMITS.documentBytes + 1);
    },
    breakDown: remove,
    close: remove,
  };
}

describeCollector('folder', openFolder);
