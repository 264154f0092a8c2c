// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../graph/adapters/embedded/store.ts';
import { openNeo4jStore } from '../../graph/adapters/neo4j/store.ts';
import { digestLines } from '../../graph/domain/state-lines.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { codeOf } from './graph-store.contract.ts';
import { openTestDriver, TEST_SERVER, wipeTestDatabase } from './neo4j-server.ts';
import {
  allOf,
  documentOf,
  documentsArbitrary,
  edgeOf,
  expectedLines,
  factsOf,
  linesOf,
  nodeOf,
  TestLog,
} from './store-documents.ts';

/** What the Neo4j store promises to people who look at the graph, beyond the port. */
export function describeNeo4jGraph(): void {
  describe('neo4j store, graph', { timeout: 120_000 }, () => {
    let store: GraphStore;
    let driver: Driver;
    let log: TestLog;

    const card = documentOf(
      'card',
      factsOf(
        [
          { ref: 'sha256:m', kinds: ['Model', 'File'], names: ['resnet', 'ResNet 50'] },
          nodeOf('sha256:d', ['Dataset']),
        ],
        [
          {
            ...edgeOf(0, 'trainedOn', 1, { split: 'train', 'a`b': '0.10' }),
            pointers: ['/a', '/b'],
          },
          { ...edgeOf(0, 'wasDerivedFrom', 1), strength: 'inferred' },
        ],
      ),
    );
    const bom = documentOf(
      'bom',
      factsOf([nodeOf('sha256:m', ['Package'])], [edgeOf(0, 'contains', 0)]),
    );

    beforeEach(async () => {
      await wipeTestDatabase();
      store = await openNeo4jStore(TEST_SERVER);
      driver = openTestDriver();
      log = new TestLog();
    }, 120_000);

    afterEach(async () => {
      await store.close();
      await driver.close();
    });

    /** Rows of a query as plain objects. */
    async function rows(text: string, parameters = {}): Promise<Record<string, unknown>[]> {
      const { records } = await driver.executeQuery(text, parameters);
      return records.map((record): Record<string, unknown> => record.toObject());
    }

    test('labels are kinds, types are relations, properties can be read', async () => {
      await log.accept(store, [card, bom]);
      expect(
        await rows('MATCH (n:Entity) RETURN labels(n) AS labels, n.ref AS ref ORDER BY ref'),
      ).toEqual([
        { labels: expect.arrayContaining(['Entity', 'Dataset']), ref: 'sha256:d' },
        { labels: expect.arrayContaining(['Entity', 'Model', 'File', 'Package']), ref: 'sha256:m' },
      ]);
      expect(
        await rows(`
          MATCH (:Model)-[r]->(:Dataset)
          RETURN type(r) AS type, properties(r) AS properties ORDER BY type`),
      ).toEqual([
        {
          type: 'TRAINED_ON',
          properties: {
            document: 0n,
            strength: 'explicit',
            pointers: ['/a', '/b'],
            qualifiers: '{"a`b":"0.10","split":"train"}',
          },
        },
        {
          type: 'WAS_DERIVED_FROM',
          properties: { document: 0n, strength: 'inferred', pointers: ['/0/1'] },
        },
      ]);
      expect(
        await rows(
          'MATCH (d:Document {ordinal: 0})-[s:STATES]->(n:Model) RETURN d, s.names AS names',
        ),
      ).toEqual([
        {
          names: ['resnet', 'ResNet 50'],
          d: expect.objectContaining({
            properties: {
              project: 'default',
              digest: card.document,
              ordinal: 0n,
              standing: 'accepted',
              format: 'test',
              source: 'test',
              live: true,
              facts: log.placementOf(card).factsDigest,
              relations: ['TRAINED_ON', 'WAS_DERIVED_FROM'],
            },
          }),
        },
      ]);
    });

    test('no number is a float, no property key comes from a document', async () => {
      await log.accept(store, [card, bom]);
      const types = await rows(`
        MATCH (n) UNWIND keys(n) AS key
        RETURN DISTINCT labels(n)[0] AS label, key, valueType(n[key]) AS type`);
      expect(types.length).toBeGreaterThan(10);
      expect(types.filter(({ type }) => String(type).startsWith('FLOAT'))).toEqual([]);
      const keys = await rows(
        'MATCH ()-[r]->() UNWIND keys(r) AS key RETURN DISTINCT key ORDER BY key',
      );
      expect(keys.map(({ key }) => key)).toEqual([
        'document',
        'kinds',
        'names',
        'pointers',
        'qualifiers',
        'strength',
      ]);
    });

    test('a retraction leaves no node, no label and no relationship behind', async () => {
      await log.accept(store, [bom]);
      const before = await rows(
        'MATCH (n) WHERE NOT n:Blob RETURN labels(n) AS labels, count(*) AS n',
      );
      await log.accept(store, [card]);
      await store.place([log.retractionOf(card)]);
      expect(await rows('MATCH (n:Entity) RETURN labels(n) AS labels, n.kinds AS kinds')).toEqual([
        { labels: ['Entity', 'Package'], kinds: 8n },
      ]);
      expect(await rows('MATCH ()-[r]->() RETURN type(r) AS type, r.document AS document')).toEqual(
        expect.arrayContaining([{ type: 'CONTAINS', document: 0n }]),
      );
      expect((await rows('MATCH ()-[r]->() RETURN r')).length).toBe(2);
      expect(before.length).toBeGreaterThan(0);
    });

    test('constraints and indexes are there, also for every relation', async () => {
      const [found] = await rows(`
        SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'pedigree_'
        RETURN count(*) AS n, collect(DISTINCT state) AS states`);
      expect(found).toEqual({ n: 30n, states: ['ONLINE'] });
      const plan = await driver.executeQuery(
        `
        EXPLAIN UNWIND $ordinals AS ordinal
        MATCH ()-[r:CONTAINS]->() WHERE r.document = ordinal DELETE r`,
        { ordinals: [1n] },
      );
      expect(inspect(plan.summary.plan, { depth: 20 })).toContain('RelationshipIndexSeek');
    });

    test('the state digest is that of the embedded store', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'pedigree-both-'));
      const embedded = await openEmbeddedStore(folder);
      try {
        const property = fc.asyncProperty(documentsArbitrary, async (documents) => {
          for (const each of [store, embedded]) await each.clearGraph();
          const commit = log.commitOf(documents);
          for (const each of [store, embedded]) await each.commit(commit);
          log.head = commit.next;
          const digest = await digestLines(embedded.stateLines());
          expect(await digestLines(store.stateLines())).toBe(digest);
        });
        await fc.assert(property, { numRuns: 10 });
      } finally {
        await embedded.close();
        await rm(folder, { recursive: true });
      }
    });

    test('a graph of another schema version is refused', async () => {
      await rows('MATCH (h:Head) SET h.schema = 2');
      expect(await codeOf(() => openNeo4jStore(TEST_SERVER))).toBe('ERR_STORE_UNSUPPORTED');
      await rows('MATCH (h:Head) REMOVE h.schema');
      expect(await codeOf(() => openNeo4jStore(TEST_SERVER))).toBe('ERR_STORE_UNSUPPORTED');
    });

    test('while a clearing is not finished nobody reads or writes the graph; called again, it ends', async () => {
      await log.accept(store, [card, bom]);
      // as an interrupted clearGraph leaves it
      await rows('MATCH (h:Head) SET h.clearing = true');
      await rows('MATCH (:Document)-[s:STATES]->() DELETE s');
      for (const call of [
        () => store.place([log.placementOf(card)]),
        () => store.commit(log.commitOf([documentOf('late', card.facts)])),
        () => linesOf(store),
      ]) {
        expect(await codeOf(call)).toBe('ERR_STORE_UNAVAILABLE');
      }
      expect(await store.head()).toEqual(log.head);
      await store.clearGraph();
      await store.place([log.placementOf(card), log.placementOf(bom)]);
      expect(await linesOf(store)).toEqual(
        expectedLines([log.placementOf(card), log.placementOf(bom)]),
      );
    });

    test.each([
      ['a label that was taken off', 'MATCH (n:Model) REMOVE n:Model'],
      ['a kind that was put on', 'MATCH (n:Dataset) SET n:Image'],
      ['a relationship of somebody else', 'MATCH (n:Model) CREATE (n)-[:LIKES]->(n)'],
      ['an edge of no document', 'MATCH ()-[r:TRAINED_ON]->() SET r.document = 77'],
      ['an edge of a document that is not live', 'MATCH (d:Document) SET d.live = false'],
      ['an edge between projects', "MATCH (n:Dataset) SET n.project = 'other'"],
      ['a strength that is none', "MATCH ()-[r:TRAINED_ON]->() SET r.strength = 'strong'"],
      ['qualifiers that are no text', "MATCH ()-[r:TRAINED_ON]->() SET r.qualifiers = '[1]'"],
      ['qualifiers that are no object', `MATCH ()-[r:TRAINED_ON]->() SET r.qualifiers = '"x"'`],
      ['qualifiers that are no JSON', "MATCH ()-[r:TRAINED_ON]->() SET r.qualifiers = '{'"],
      ['kinds that are a float', 'MATCH (n:Model) SET n.kinds = 1.0'],
      ['no head', 'MATCH (h:Head) DELETE h'],
    ])('%s is ERR_STORE_CORRUPT', async (_, tampering) => {
      await log.accept(store, [card]);
      await rows(tampering);
      expect(await codeOf(() => linesOf(store))).toBe('ERR_STORE_CORRUPT');
    });

    test.each([
      ['a blob with other bytes', "MATCH (b:Blob) SET b.sizeBytes = 1, b.encoding = 'zstd'"],
      [
        'a blob with the bytes of another',
        `MATCH (a:Blob), (b:Blob) WHERE a.sizeBytes > b.sizeBytes
         SET a.bytes = b.bytes, a.encoding = b.encoding, a.sizeBytes = b.sizeBytes`,
      ],
      ['a blob without bytes', 'MATCH (b:Blob) REMOVE b.bytes'],
    ])('%s is ERR_STORE_CORRUPT', async (_, tampering) => {
      await log.accept(store, [card, bom]);
      const { factsDigest } = log.placementOf(card);
      await rows(tampering);
      expect(await codeOf(() => store.blobs(factsDigest === null ? [] : [factsDigest]))).toBe(
        'ERR_STORE_CORRUPT',
      );
    });

    test('a head that cannot be is ERR_STORE_CORRUPT', async () => {
      await log.accept(store, [card]);
      for (const change of [
        "h.time = 'noon'",
        'h.size = -1',
        'h.size = null',
        'h.frontier = [1]',
      ]) {
        await rows(`MATCH (h:Head) SET ${change}`);
        expect(await codeOf(() => store.head())).toBe('ERR_STORE_CORRUPT');
      }
    });

    test('a missing entry is ERR_STORE_CORRUPT', async () => {
      await log.accept(store, [card, bom]);
      await rows('MATCH (e:Entry {index: 1}) DELETE e');
      expect(await codeOf(() => allOf(store.entries(0)))).toBe('ERR_STORE_CORRUPT');
    });

    test('lines that were read while somebody wrote are refused', async () => {
      await log.accept(store, [card, bom]);
      const reading = async () => {
        for await (const line of store.stateLines()) {
          if (line.includes('"line":"standing"')) await store.place([log.retractionOf(card)]);
        }
      };
      await expect(reading()).rejects.toMatchObject({
        code: 'ERR_STORE_CONFLICT',
        retryable: true,
      });
    });
  });
}
