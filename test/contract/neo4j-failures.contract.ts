// SPDX-License-Identifier: Apache-2.0
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPedigreeError } from '../../core/errors.ts';
import { openNeo4jStore } from '../../graph/adapters/neo4j/store.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import { BoltProxy } from './bolt-proxy.ts';
import { codeOf } from './graph-store.contract.ts';
import { TEST_SERVER, wipeTestDatabase } from './neo4j-server.ts';
import {
  allOf,
  documentOf,
  expectedLines,
  factsOf,
  linesOf,
  nodeOf,
  TestLog,
} from './store-documents.ts';

const PASSWORD = 'correct-horse-battery-staple';

/** What the Neo4j store does when the server or the way to it fails. */
export function describeNeo4jFailures(): void {
  describe('neo4j store, failures', { timeout: 120_000 }, () => {
    const document = documentOf('failures', factsOf([nodeOf('a'), nodeOf('b', ['Model'])]));
    let proxy: BoltProxy;

    beforeEach(async () => {
      await wipeTestDatabase();
      proxy = await BoltProxy.open(TEST_SERVER.url);
    }, 120_000);

    afterEach(async () => {
      await proxy.close();
    });

    /** One server, no routing: the routing table would lead past the proxy. */
    async function openThroughProxy(retryMs: number): Promise<GraphStore> {
      return openNeo4jStore({ ...TEST_SERVER, url: proxy.url, retryMs });
    }

    test.each([
      ['a port where nobody listens', { url: 'bolt://127.0.0.1:1' }, 'ERR_STORE_UNAVAILABLE'],
      [
        'routing at a port where nobody listens',
        { url: 'neo4j://127.0.0.1:1' },
        'ERR_STORE_UNAVAILABLE',
      ],
      ['a password that is wrong', {}, 'ERR_STORE_UNAVAILABLE'],
      ['a user that is unknown', { user: 'nobody' }, 'ERR_STORE_UNAVAILABLE'],
      ['another protocol', { url: 'http://127.0.0.1:7474' }, 'ERR_USAGE'],
      ['no URL', { url: `neo4j ${PASSWORD}` }, 'ERR_USAGE'],
      [
        'a password in the address',
        { url: `neo4j://neo4j:${PASSWORD}@127.0.0.1:7687` },
        'ERR_USAGE',
      ],
    ])('%s: the code says so, and nothing of it shows the password', async (_, change, code) => {
      const options = { ...TEST_SERVER, password: PASSWORD, ...change };
      const error: unknown = await openNeo4jStore(options).catch((reason: unknown) => reason);
      expect(isPedigreeError(error) ? error.code : error).toBe(code);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(PASSWORD);
    });

    test('a refused login is not worth a second try, an absent server is', async () => {
      await expect(openNeo4jStore({ ...TEST_SERVER, password: PASSWORD })).rejects.toMatchObject({
        retryable: false,
      });
      await expect(
        openNeo4jStore({ ...TEST_SERVER, url: 'bolt://127.0.0.1:1' }),
      ).rejects.toMatchObject({ retryable: true });
    });

    test('a database that does not exist is ERR_STORE_UNAVAILABLE', async () => {
      expect(await codeOf(() => openNeo4jStore({ ...TEST_SERVER, database: 'absent' }))).toBe(
        'ERR_STORE_UNAVAILABLE',
      );
    });

    test('connections that break between calls are made again', async () => {
      const store = await openThroughProxy(20_000);
      const log = new TestLog();
      await log.accept(store, [document]);
      proxy.cutAll();
      expect(await store.head()).toEqual(log.head);
      proxy.cutAll();
      expect(await linesOfWithRetry(store)).toEqual(expectedLines([log.placementOf(document)]));
      await store.close();
    });

    test('a commit whose answer was lost is not written twice and does not conflict with itself', async () => {
      const store = await openThroughProxy(20_000);
      const log = new TestLog();
      await log.accept(store, [document]);
      const commit = log.commitOf([documentOf('second', document.facts)]);
      const cuts = proxy.cutAtNextCommit();
      await store.commit(commit);
      expect(cuts()).toBe(1);
      expect(await store.head()).toEqual(commit.next);
      expect((await allOf(store.entries(0))).length).toBe(2);
      await store.close();
    });

    test('the same with somebody else in between: ours is in the log once, below theirs', async () => {
      const store = await openThroughProxy(20_000);
      const other = await openNeo4jStore(TEST_SERVER);
      const log = new TestLog();
      const commit = log.commitOf([document]);
      proxy.cutAtNextCommit(async () => {
        const theirs = new TestLog();
        theirs.head = commit.next;
        await theirs.accept(other, [documentOf('theirs', document.facts)]);
      });
      await store.commit(commit);
      const entries = await allOf(store.entries(0));
      expect(entries.length).toBe(2);
      expect(entries[0]).toEqual(commit.entries[0]);
      await other.close();
      await store.close();
    });

    test('a server that goes away for good is ERR_STORE_UNAVAILABLE, retryable', async () => {
      const store = await openThroughProxy(1000);
      const log = new TestLog();
      await proxy.close();
      await expect(store.head()).rejects.toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
        retryable: true,
      });
      expect(await codeOf(() => store.commit(log.commitOf([document])))).toBe(
        'ERR_STORE_UNAVAILABLE',
      );
      expect(await codeOf(() => linesOf(store))).toBe('ERR_STORE_UNAVAILABLE');
      await store.close();
    });
  });
}

/** A stream that breaks is the reader's to begin again. */
async function linesOfWithRetry(store: GraphStore): Promise<string[]> {
  try {
    return await linesOf(store);
  } catch (error) {
    if (isPedigreeError(error) && error.retryable) return linesOf(store);
    throw error;
  }
}
