// SPDX-License-Identifier: Apache-2.0
import type { Neo4jConnection, Statement, Transaction } from './connection.ts';
import { bumpRevision, lockHead } from './log.ts';
import { numberOf } from './records.ts';

/** Deleted in one transaction: bounds what the server holds. */
const RELATIONSHIPS_A_TRANSACTION = 20_000n;
const NODES_A_TRANSACTION = 20_000n;

const DELETE_STATES: Statement = {
  text: `
    MATCH (:Document)-[r:STATES]->() WITH r LIMIT $limit
    DELETE r RETURN count(*) AS deleted`,
  parameters: { limit: RELATIONSHIPS_A_TRANSACTION },
};

const DELETE_EDGES: Statement = {
  text: `
    MATCH (:Entity)-[r]->(:Entity) WITH r LIMIT $limit
    DELETE r RETURN count(*) AS deleted`,
  parameters: { limit: RELATIONSHIPS_A_TRANSACTION },
};

const DELETE_NODES: Statement = {
  text: `
    MATCH (n:Entity|Document) WITH n LIMIT $limit
    DELETE n RETURN count(*) AS deleted`,
  parameters: { limit: NODES_A_TRANSACTION },
};

/**
 * Removes documents, entities and edges; head, entries and blobs stay. A large graph takes many transactions; until the
 * last one the head says so, and every other writer and reader of the graph is turned away. Interrupted, it goes on where
 * it is called again.
 */
export async function clearGraph(connection: Neo4jConnection): Promise<void> {
  await connection.write((transaction) => mark(transaction, true));
  for (const statement of [DELETE_STATES, DELETE_EDGES, DELETE_NODES]) {
    while ((await deleteSome(connection, statement)) > 0);
  }
  await connection.write((transaction) => mark(transaction, false));
}

async function mark(transaction: Transaction, isClearing: boolean): Promise<void> {
  await bumpRevision(transaction, await lockHead(transaction), isClearing);
}

async function deleteSome(connection: Neo4jConnection, statement: Statement): Promise<number> {
  return connection.write(async (transaction) => {
    const [record] = await transaction.run(statement);
    return record === undefined ? 0 : numberOf(record, 'deleted');
  });
}
