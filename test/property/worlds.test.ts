// SPDX-License-Identifier: Apache-2.0
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { describeWhenNamed } from '../contract/store-selection.ts';
import { describeWorlds } from './worlds.contract.ts';

// Neo4j's run of the same suite is in test/contract/neo4j-store.test.ts: it has one database
describeWhenNamed('embedded', () => {
  describeWorlds('embedded', openEmbeddedStore, { runs: 10, timeoutMs: 60_000 });
});
