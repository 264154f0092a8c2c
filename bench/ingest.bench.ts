// SPDX-License-Identifier: Apache-2.0
// 400 SBOMs of 300 components through reader, verifier, log and store, every byte durable, against the least that any
// program must do with them: parse the JSON and write the bytes, one fsync for each group of documents.
//   node bench/run.ts ingest
import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackMark } from '../graph/lineage/arcs.ts';
import type { LineageIndex } from '../graph/lineage/lineage-index.ts';
import { ingestPath, openHomeAt, sizeOf } from './support/home.ts';
import { report, spend, type Spent } from './support/measure.ts';
import type { Reopened } from './support/reopen.ts';
import { filesOf, generateSboms, withScratch, type Corpus } from './support/sboms.ts';

const DOCUMENTS = 400;
const COMPONENTS = 300;
/** As many documents share a commit in the pipeline. */
const GROUP = 64;
const DOCUMENTS_A_SECOND = 100;
const CPU_MS_A_DOCUMENT = 8;
const ROUNDS = 3;

await withScratch(async (scratch) => {
  const corpus = await generateSboms(scratch, DOCUMENTS, COMPONENTS);
  const limits: Spent[] = [];
  const ours: Spent[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    limits.push(await measureLimit(corpus, join(scratch, `limit-${round}`)));
    ours.push(await measureIngest(corpus, join(scratch, `home-${round}`)));
  }
  reportIngest('ingest, first documents of a process', ours[0], limits[0]);
  reportIngest('ingest, warm', quietest(ours), quietest(limits), true);
  const home = join(scratch, `home-${ROUNDS - 1}`);
  await measureReopen(home, await measureSizes(home, corpus));
});

/** Parses every document and appends it to one file, synced once a group. */
async function measureLimit(corpus: Corpus, path: string): Promise<Spent> {
  const files = await filesOf(corpus);
  return spend(async () => {
    const target = await open(path, 'w');
    for (let at = 0; at < files.length; at += GROUP) {
      for (const file of files.slice(at, at + GROUP)) {
        const bytes = await readFile(file);
        JSON.parse(bytes.toString('utf8'));
        await target.write(bytes);
      }
      await target.datasync();
    }
    await target.close();
  });
}

async function measureIngest(corpus: Corpus, home: string): Promise<Spent> {
  const opened = await openHomeAt(home);
  const spent = await spend(() => ingestPath(opened, corpus.folder));
  await opened.close();
  if (spent.result !== corpus.documents) throw new Error(`${spent.result} documents accepted`);
  return spent;
}

/** The round that other programs on the machine disturbed least. */
function quietest(rounds: readonly Spent[]): Spent | undefined {
  return [...rounds].sort((a, b) => a.cpuMs - b.cpuMs)[0];
}

function reportIngest(
  what: string,
  ours: Spent | undefined,
  limit: Spent | undefined,
  isTarget = false,
): void {
  if (ours === undefined || limit === undefined) return;
  report({
    what: `${what}: processor time`,
    value: ours.cpuMs / DOCUMENTS,
    unit: 'ms/document',
    limit: limit.cpuMs / DOCUMENTS,
    ratio: ours.cpuMs / limit.cpuMs,
    ...(isTarget ? { most: CPU_MS_A_DOCUMENT } : {}),
  });
  report({
    what: `${what}: wall clock`,
    value: (1000 * DOCUMENTS) / ours.wallMs,
    unit: 'documents/s',
    limit: (1000 * DOCUMENTS) / limit.wallMs,
    ...(isTarget ? { least: DOCUMENTS_A_SECOND } : {}),
  });
}

/** Sizes for each edge that lineage can walk (raw dependsOn pairs are kept beside them). @returns the number of these */
async function measureSizes(home: string, corpus: Corpus): Promise<number> {
  const opened = await openHomeAt(home);
  const { index } = opened.pedigree.ledger;
  const edges = edgeCount(index);
  const store = await sizeOf(join(home, 'store'));
  const blobs = await sizeOf(join(home, 'blobs'));
  const note = `${edges} edges of ${index.nodeCount} nodes`;
  report({ what: 'store on disk', value: store / edges, unit: 'bytes/edge', note });
  report({ what: 'evidence on disk', value: blobs / corpus.bytes, unit: 'of the bytes handed in' });
  report({ what: 'index arrays in memory', value: index.byteLength / edges, unit: 'bytes/edge' });
  await opened.close();
  return edges;
}

function edgeCount(index: LineageIndex): number {
  let count = 0;
  for (let node = 0; node < index.nodeCount; node++) {
    index.up.forEach(node, (_, mark) => {
      if (!unpackMark(mark).reverse) count++;
    });
  }
  return count;
}

/** In a process of its own: nothing is compiled yet, and nothing else is held. */
async function measureReopen(home: string, edges: number): Promise<void> {
  const script = join(import.meta.dirname, 'support/reopen.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, home]);
  const { wallMs, cpuMs, heldBytes } = JSON.parse(stdout) as Reopened;
  report({ what: 'memory of an open home', value: heldBytes / edges, unit: 'bytes/edge' });
  report({ what: 'cold start: wall clock', value: wallMs / DOCUMENTS, unit: 'ms/document' });
  report({ what: 'cold start: processor time', value: cpuMs / DOCUMENTS, unit: 'ms/document' });
}
