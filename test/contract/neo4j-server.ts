// SPDX-License-Identifier: Apache-2.0
import neo4j, { type Driver } from 'neo4j-driver';
import type { Neo4jOptions } from '../../graph/adapters/neo4j/store.ts';

/**
 * The server that tests may write to: PEDIGREE_TEST_NEO4J, PEDIGREE_TEST_NEO4J_USER, PEDIGREE_TEST_NEO4J_PASSWORD.
 * Community has one database, so tests of one server run one after the other.
 */
export const TEST_SERVER: Neo4jOptions = {
  url: process.env['PEDIGREE_TEST_NEO4J'] ?? 'neo4j://127.0.0.1:7687',
  user: process.env['PEDIGREE_TEST_NEO4J_USER'] ?? 'neo4j',
  password: process.env['PEDIGREE_TEST_NEO4J_PASSWORD'] ?? 'pedigree-test',
};

/** A plain driver, to look behind the store. The caller closes it. */
export function openTestDriver(): Driver {
  return neo4j.driver(TEST_SERVER.url, neo4j.auth.basic(TEST_SERVER.user, TEST_SERVER.password), {
    useBigInt: true,
    maxTransactionRetryTime: 5000,
  });
}

/** In pieces that a server with a small heap can hold: a deleted relationship costs it more than a kilobyte. */
const DELETE_ALL = [
  'MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS',
  'MATCH (n) WHERE NOT n:PedigreeTestDatabase CALL (n) { DELETE n } IN TRANSACTIONS OF 10000 ROWS',
];

/**
 * Empties the test database. One that holds anything and was not marked by tests is somebody's: refused, unless
 * PEDIGREE_TEST_NEO4J_WIPE=1 says otherwise.
 */
export async function wipeTestDatabase(): Promise<void> {
  const driver = openTestDriver();
  try {
    const { records } = await driver.executeQuery(`
      RETURN EXISTS { (n) } AS filled, EXISTS { (t:PedigreeTestDatabase) } AS marked`);
    const isSomebodys = records[0]?.get('filled') === true && records[0]?.get('marked') !== true;
    if (isSomebodys && process.env['PEDIGREE_TEST_NEO4J_WIPE'] !== '1') {
      throw new Error(
        'the Neo4j database was not made by tests: set PEDIGREE_TEST_NEO4J_WIPE=1 to delete everything in it',
      );
    }
    await driver.executeQuery('MERGE (:PedigreeTestDatabase)');
    const session = driver.session();
    for (const text of DELETE_ALL) await session.run(text);
    await session.close();
  } finally {
    await driver.close();
  }
}
