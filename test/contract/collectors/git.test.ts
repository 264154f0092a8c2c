// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS } from '../../../core/limits.ts';
import { parseGitAddress } from '../../../ingest/collectors/git/address.ts';
import { createGitCollector } from '../../../ingest/collectors/git/collector.ts';
import { makeRepository } from '../../support/git-repository.ts';
import { describeCollector, type ContractSource } from '../collector.contract.ts';

async function openRepository(): Promise<ContractSource> {
  const repository = makeRepository();
  const cacheFolder = mkdtempSync(join(tmpdir(), 'pedigree-cache-'));
  repository.commit();
  return {
    collector: createGitCollector(
      parseGitAddress(new URL(`git+file://${repository.folder}`), undefined),
      { environment: process.env, cacheFolder },
    ),
    hosts: [],
    secrets: [],
    add: async (name, bytes) => {
      repository.write(name, bytes);
      repository.commit();
    },
    addOversized: async (name) => {
      repository.write(name, new Uint8Array(LIMITS.documentBytes + 1));
      repository.commit();
    },
    breakDown: async () => repository.remove(),
    close: async () => {
      repository.remove();
      rmSync(cacheFolder, { recursive: true, force: true });
    },
  };
}

describeCollector('git', openRepository);
