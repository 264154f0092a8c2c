// SPDX-License-Identifier: Apache-2.0
import { openNeo4jStore } from '../../graph/adapters/neo4j/store.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { describeWorlds } from '../property/worlds.contract.ts';
import { describeGraphStore, type StoreUnderTest } from './graph-store.contract.ts';
import { describeNeo4jFailures } from './neo4j-failures.contract.ts';
import { describeNeo4jGraph } from './neo4j-graph.contract.ts';
import { describeNeo4jQueries } from './neo4j-queries.contract.ts';
import { TEST_SERVER, wipeTestDatabase } from './neo4j-server.ts';
import { describeWhenNamed } from './store-selection.ts';

async function open(): Promise<StoreUnderTest> {
  await wipeTestDatabase();
  return {
    store: await openNeo4jStore(TEST_SERVER),
    reopen: () => openNeo4jStore(TEST_SERVER),
    dispose: async () => undefined,
  };
}

const worlds = new Set<string>();

/** A world is known by its folder: its first store is empty, after a restart it is the same one. */
async function openWorldStore(folder: string): Promise<GraphStore> {
  if (!worlds.has(folder)) await wipeTestDatabase();
  worlds.add(folder);
  return openNeo4jStore(TEST_SERVER);
}

// one file for all of Neo4j: test files run side by side, and there is one database
describeWhenNamed('neo4j', () => {
  describeGraphStore('neo4j', open, { runs: 15, timeoutMs: 120_000 });
  describeNeo4jGraph();
  describeNeo4jFailures();
  describeNeo4jQueries();
  describeWorlds('neo4j', openWorldStore, { runs: 3, timeoutMs: 180_000 });
});
