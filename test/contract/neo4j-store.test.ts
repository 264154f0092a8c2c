// SPDX-License-Identifier: Apache-2.0
import { openNeo4jStore } from '../../graph/adapters/neo4j/store.ts';
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

// one file for all of Neo4j: test files run side by side, and there is one database
describeWhenNamed('neo4j', () => {
  describeGraphStore('neo4j', open, { runs: 15, timeoutMs: 120_000 });
  describeNeo4jGraph();
  describeNeo4jFailures();
  describeNeo4jQueries();
});
