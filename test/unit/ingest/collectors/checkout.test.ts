// SPDX-License-Identifier: Apache-2.0
// A git checkout is a folder and a commit: the files of the commit are stated by SHA-256, nothing else is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../../core/digest.ts';
import { loadAll } from '../../../../core/stored-bytes.ts';
import { withCheckout } from '../../../../ingest/collectors/git/checkout.ts';
import { createFolderCollector } from '../../../../ingest/collectors/folder/collector.ts';
import type { Machine } from '../../../../ingest/collectors/machine.ts';
import { parseSourceTree } from '../../../../schemas/statements/source-tree.ts';
import { makeBom } from '../../../cli/support/documents.ts';
import { collectAll, digestsOf } from '../../../support/collecting.ts';
import { makeRepository, type TestRepository } from '../../../support/git-repository.ts';
import { inWorld } from '../../../support/world.ts';

const REMOTE = 'https://user:hunter2@example.org/org/models.git';
let repository: TestRepository;
let machine: Machine;

beforeEach(() => {
  repository = makeRepository();
  machine = {
    environment: process.env,
    cacheFolder: mkdtempSync(join(tmpdir(), 'pedigree-cache-')),
  };
  repository.write('evidence/bom.json', makeBom(1));
  repository.write('src/train.py', 'print(1)');
});

afterEach(() => {
  repository.remove();
  rmSync(machine.cacheFolder, { recursive: true, force: true });
});

async function collect() {
  const { folder } = repository;
  const collector = withCheckout(folder, createFolderCollector(folder, { isOnce: true }), machine);
  const found = await collectAll({ collector, hosts: [] });
  const trees = found.flatMap(({ received }) =>
    'bytes' in received && received.source.startsWith('files of ')
      ? [{ source: received.source, bytes: loadAll(received.bytes) }]
      : [],
  );
  return { found, trees };
}

function statementIn(bytes: Uint8Array | undefined) {
  return parseSourceTree(JSON.parse(Buffer.from(bytes ?? new Uint8Array()).toString()));
}

describe('a checkout', () => {
  test('gives its files and the list of its commit, the same each time', async () => {
    repository.git('remote', 'add', 'origin', REMOTE);
    const commit = repository.commit();
    const { found, trees } = await collect();
    expect(digestsOf(found)).toContain(sha256(makeBom(1)));
    expect(statementIn(trees[0]?.bytes)).toEqual({
      repository: 'example.org/org/models',
      commit,
      files: [
        { path: 'evidence/bom.json', sha256: sha256(makeBom(1)).slice(7) },
        { path: 'src/train.py', sha256: sha256('print(1)').slice(7) },
      ],
    });
    expect((await collect()).trees).toEqual(trees);
    expect(JSON.stringify(trees) + Buffer.from(trees[0]?.bytes ?? []).toString()).not.toContain(
      'hunter2',
    );
  });

  test('that was changed claims of the commit what the commit holds', async () => {
    repository.git('remote', 'add', 'origin', REMOTE);
    repository.commit();
    repository.write('src/train.py', 'print(2)');
    repository.write('new.json', '{}');
    const { found, trees } = await collect();
    const digests = statementIn(trees[0]?.bytes).files.map((file) => file.sha256);
    expect(digests).toContain(sha256('print(1)').slice(7));
    expect(digests).not.toContain(sha256('print(2)').slice(7));
    expect(digestsOf(found)).toContain(sha256('print(2)'));
  });

  test.each([
    ['without a remote', () => repository.commit()],
    [
      'whose remote is a path of this machine',
      () => {
        repository.git('remote', 'add', 'origin', '/srv/models');
        repository.commit();
      },
    ],
    ['without a commit', () => repository.git('remote', 'add', 'origin', REMOTE)],
    [
      'whose repository is damaged',
      () => {
        repository.git('remote', 'add', 'origin', REMOTE);
        repository.commit();
        writeFileSync(join(repository.folder, '.git/HEAD'), 'nonsense');
      },
    ],
    [
      'on a machine without git',
      () => {
        repository.git('remote', 'add', 'origin', REMOTE);
        repository.commit();
        machine = { ...machine, environment: { PATH: '/nonexistent' } };
      },
    ],
  ])('%s is a folder like any other', async (_, make) => {
    make();
    const { found, trees } = await collect();
    expect(trees).toEqual([]);
    expect(digestsOf(found)).toEqual([sha256(makeBom(1)), sha256('print(1)')]);
  });

  test('empty files, links and names that are no text are not in the list', async () => {
    repository.git('remote', 'add', 'origin', 'git@example.org:org/models.git');
    repository.write('empty.txt', '');
    repository.write('new\nline.txt', 'x');
    repository.commit();
    const paths = statementIn((await collect()).trees[0]?.bytes).files.map(({ path }) => path);
    expect(paths).toEqual(['evidence/bom.json', 'src/train.py']);
  });

  test('joins what provenance knows by its commit with what links know by their digests', async () => {
    repository.git('remote', 'add', 'origin', REMOTE);
    const commit = repository.commit();
    const { trees } = await collect();
    await inWorld({}, async (world) => {
      const [outcome] = await world.ingest(trees);
      expect(outcome).toMatchObject({ standing: 'accepted', format: 'pedigree-source-tree' });
      const { index } = world.ledger;
      expect(index.find(`git:example.org/org/models@${commit}`)).toBeDefined();
      expect(index.find(sha256('print(1)'))).toBeDefined();
    });
  });
});
