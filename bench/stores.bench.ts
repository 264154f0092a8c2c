// SPDX-License-Identifier: Apache-2.0
// SBOM-shaped documents a second into each store alone, in commits of 1, 20 and 100 documents.
//   node bench/run.ts stores
//   node bench/stores.bench.ts [--store embedded]… [--group 20]… [--documents 200]
// Neo4j is the one at PEDIGREE_TEST_NEO4J (see tools/neo4j); its database is emptied, as by the tests.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEmbeddedStore } from '../graph/adapters/embedded/store.ts';
import { openNeo4jStore } from '../graph/adapters/neo4j/store.ts';
import type { EdgeFact, Facts, NodeFact } from '../graph/domain/facts.ts';
import type { GraphStore } from '../graph/port/store.ts';
import { TEST_SERVER, wipeTestDatabase } from '../test/contract/neo4j-server.ts';
import { documentOf, edgeOf, factsOf, TestLog } from '../test/contract/store-documents.ts';
import { report } from './support/measure.ts';
import { randomNumbers } from './support/random.ts';

const COMPONENTS = 300;
const DEPENDS_ON = 880;
/** Components that every third of the documents has; the others are its own. */
const POPULAR = 2000;
const OWN_SHARE = 0.35;
const GROUPS = ['1', '20', '100'];

interface Subject {
  readonly store: GraphStore;
  sizeBytes(): Promise<number | null>;
  dispose(): Promise<void>;
}

const OPENERS: Readonly<Record<string, () => Promise<Subject>>> = {
  embedded: openEmbedded,
  neo4j: openNeo4j,
};

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true, default: defaultStores() },
    group: { type: 'string', multiple: true, default: GROUPS },
    documents: { type: 'string', default: '200' },
  },
});
for (const name of values.store) {
  for (const group of values.group) await measure(name, Number(group), Number(values.documents));
}

/** Neo4j takes part where a test server is named. */
function defaultStores(): string[] {
  return process.env['PEDIGREE_TEST_NEO4J'] === undefined ? ['embedded'] : ['embedded', 'neo4j'];
}

async function measure(name: string, group: number, documents: number): Promise<void> {
  const open = OPENERS[name];
  if (open === undefined) throw new Error(`no such store: ${name}`);
  const subject = await open();
  try {
    const log = new TestLog();
    // the first documents meet cold code on both sides
    await ingest(subject.store, log, 0, Math.max(20, group), group);
    const seconds = await ingest(subject.store, log, 1_000_000, documents, group);
    const what = `${name}, ${group} documents a commit`;
    report({ what, value: documents / seconds, unit: 'documents/s' });
    await measureReading(what, subject.store);
    const size = await subject.sizeBytes();
    const all = documents + Math.max(20, group);
    if (size !== null)
      report({ what: `${what}: on disk`, value: size / all, unit: 'bytes/document' });
  } finally {
    await subject.dispose();
  }
}

async function measureReading(what: string, store: GraphStore): Promise<void> {
  const started = performance.now();
  let lines = 0;
  for await (const line of store.stateLines()) lines += line === '' ? 0 : 1;
  const seconds = (performance.now() - started) / 1000;
  report({ what: `${what}: reading back`, value: lines / seconds, unit: 'state lines/s' });
}

/** @returns seconds that the commits took; making the facts is not counted */
async function ingest(
  store: GraphStore,
  log: TestLog,
  seed: number,
  documents: number,
  group: number,
): Promise<number> {
  let milliseconds = 0;
  for (let at = 0; at < documents; at += group) {
    const batch = Array.from({ length: Math.min(group, documents - at) }, (_, offset) =>
      documentOf(`bench ${seed + at + offset}`, sbomFacts(seed + at + offset)),
    );
    const commit = log.commitOf(batch);
    const started = performance.now();
    await store.commit(commit);
    milliseconds += performance.now() - started;
    log.head = commit.next;
  }
  return milliseconds / 1000;
}

/** A root that contains its components; what depends on what inside is kept beside the edges. */
function sbomFacts(seed: number): Facts {
  const random = randomNumbers(seed + 1);
  const nodes: NodeFact[] = [
    { ref: `sha256:root${seed}`, kinds: ['Image'], names: [`app ${seed}`] },
  ];
  const refs = new Set<string>();
  while (refs.size < COMPONENTS) {
    const isOwn = random() < OWN_SHARE;
    const number = isOwn ? `${seed}-${refs.size}` : String(Math.floor(random() ** 2 * POPULAR));
    refs.add(`pkg:npm/%40scope/component-${number}@1.${number.length}.0`);
  }
  const edges: EdgeFact[] = [];
  for (const ref of refs) {
    edges.push({
      ...edgeOf(0, 'contains', nodes.length),
      pointers: [`/components/${nodes.length}`],
    });
    nodes.push({
      ref,
      kinds: ['Package'],
      names: [ref.slice(8)],
      attributes: { version: '1.0.0' },
    });
  }
  const position = () => 1 + Math.floor(random() * COMPONENTS);
  const dependsOn = Array.from({ length: DEPENDS_ON }, () => [position(), position()] as const);
  return { ...factsOf(nodes, edges), dependsOn };
}

async function openEmbedded(): Promise<Subject> {
  const folder = await mkdtemp(join(tmpdir(), 'pedigree-bench-'));
  const store = await openEmbeddedStore(folder);
  return {
    store,
    // what is not yet in the database file is in the write-ahead log
    sizeBytes: async () =>
      (await sizeOf(folder, 'graph.sqlite')) + (await sizeOf(folder, 'graph.sqlite-wal')),
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function sizeOf(folder: string, name: string): Promise<number> {
  return (await stat(join(folder, name))).size;
}

async function openNeo4j(): Promise<Subject> {
  await wipeTestDatabase();
  const store = await openNeo4jStore(TEST_SERVER);
  return { store, sizeBytes: async () => null, dispose: () => store.close() };
}
