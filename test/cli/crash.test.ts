// SPDX-License-Identifier: Apache-2.0
// kill -9 during ingest: nothing acknowledged is lost, nothing is there in part, the rest can be done later.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readPedigree } from '../../cli/wire.ts';
import { isHome } from '../../cli/home.ts';
import type { Digest } from '../../core/digest.ts';
import { writeBoms } from './support/documents.ts';
import { jsonOf, runCli, useScratch } from './support/run-cli.ts';

const WRITER = join(import.meta.dirname, 'support/ingest-writer.ts');
const DOCUMENTS = 300;
/** Acknowledgements to wait for in each round, before the kill. */
const ROUNDS = [1, 65, 193];

const scratch = useScratch();

function startWriter(home: string, folder: string): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WRITER, home, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Kills the writer some milliseconds after so many acknowledgements. @returns what it acknowledged, to the last line */
async function killAfter(writer: ChildProcess, acknowledgements: number): Promise<string[]> {
  const exit = once(writer, 'exit');
  const acknowledged: string[] = [];
  if (writer.stdout === null) throw new Error('the writer has no output');
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length !== acknowledgements) continue;
    await sleep(Math.random() * 15);
    writer.kill('SIGKILL');
  }
  await exit;
  return acknowledged;
}

/** Reopens a home and reads every document of it back. @returns digests */
async function wholeDocuments(home: string): Promise<Set<string>> {
  const { pedigree, close } = await readPedigree({
    home,
    store: 'embedded',
    allowSimulated: false,
  });
  try {
    const found = new Set<string>();
    for (const document of pedigree.ledger.knowledge.documents) {
      expect((await pedigree.blobs.find(document.digest))?.length).toBeGreaterThan(0);
      expect((await pedigree.ledger.factsOf(document))?.format).toBe('cyclonedx-json');
      found.add(document.digest);
    }
    return found;
  } finally {
    await close();
  }
}

async function expectSound(home: string): Promise<string> {
  const verified = await runCli(['log', 'verify', '--json', '--home', home]);
  expect(jsonOf(verified)).toMatchObject({ status: 'passed', faults: [] });
  const rebuilt = await runCli(['rebuild', '--json', '--home', home]);
  expect(jsonOf(rebuilt)).toMatchObject({ same: true });
  return String(jsonOf(rebuilt)['after']);
}

describe('kill -9 during ingest', () => {
  test('what was acknowledged is there, whole, and doing it again completes the rest', async () => {
    const boms = scratch.path('boms');
    const digests = writeBoms(boms, DOCUMENTS) as Digest[];
    const calm = scratch.path('calm');
    expect((await runCli(['ingest', boms, '--home', calm])).code).toBe(0);
    const undisturbed = await expectSound(calm);

    const home = scratch.path('home');
    const acknowledged = new Set<string>();
    for (const round of ROUNDS) {
      const more = await killAfter(startWriter(home, boms), round);
      expect(more.length).toBeGreaterThanOrEqual(round);
      for (const digest of more) acknowledged.add(digest);
      await expectSound(home);
      const found = await wholeDocuments(home);
      expect([...acknowledged].filter((digest) => !found.has(digest))).toEqual([]);
      expect([...found].filter((digest) => !digests.includes(digest as Digest))).toEqual([]);
    }

    const rest = await runCli(['ingest', boms, '--home', home, '--json']);
    expect(rest.code).toBe(0);
    const documents = jsonOf(rest)['documents'] as { digest: string; known: boolean }[];
    expect(documents).toHaveLength(DOCUMENTS);
    const forgotten = documents.filter(({ digest, known }) => acknowledged.has(digest) && !known);
    expect(forgotten).toEqual([]);
    expect(await expectSound(home)).toBe(undisturbed);
  });

  test('during the very first start: the home is usable afterwards', async () => {
    const boms = scratch.path('boms');
    writeBoms(boms, 3);
    for (const [round, afterMs] of [60, 140, 220, 300, 380].entries()) {
      const home = scratch.path(`home-${round}`);
      const writer = startWriter(home, boms);
      await sleep(afterMs);
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      expect((await runCli(['ingest', boms, '--home', home])).code).toBe(0);
      expect(isHome(home)).toBe(true);
      await expectSound(home);
    }
  });
});
