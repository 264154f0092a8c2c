// SPDX-License-Identifier: Apache-2.0
import type { Record as Neo4jRecord } from 'neo4j-driver';
import { chunksOf } from './chunks.ts';
import type { Transaction } from './connection.ts';
import { integers, numberOf, numbersOf, textOf } from './records.ts';
import { relabel } from './relabelling.ts';
import { RELATIONSHIP_TYPES } from './vocabulary.ts';

/** A document that stands in the graph and is to leave it. */
export interface StandingDocument {
  /** elementId of the Document node, good inside this transaction. */
  readonly id: string;
  readonly ordinal: number;
  /** Relationship types that it has edges of. */
  readonly relations: readonly string[];
}

/**
 * Removes exactly what these documents put into the graph: their edges, their STATES, the kinds that nobody else states,
 * and the entities that nobody states any more. The Document nodes stay.
 */
export async function removeFacts(
  transaction: Transaction,
  documents: readonly StandingDocument[],
): Promise<void> {
  if (documents.length === 0) return;
  await deleteEdges(transaction, documents);
  const released = await deleteStates(transaction, documents);
  for (const chunk of chunksOf(released)) await settleEntities(transaction, chunk);
}

async function deleteEdges(
  transaction: Transaction,
  documents: readonly StandingDocument[],
): Promise<void> {
  for (const type of RELATIONSHIP_TYPES) {
    const having = documents.filter(({ relations }) => relations.includes(type));
    if (having.length === 0) continue;
    await transaction.run({
      text: `
        UNWIND $ordinals AS ordinal
        MATCH ()-[r:${type}]->() WHERE r.document = ordinal
        DELETE r`,
      parameters: { ordinals: integers(having.map(({ ordinal }) => ordinal)) },
    });
  }
}

/** @returns entities that lost a STATES, with the kinds it stated */
async function deleteStates(
  transaction: Transaction,
  documents: readonly StandingDocument[],
): Promise<Neo4jRecord[]> {
  return transaction.run({
    text: `
      MATCH (d)-[s:STATES]->(n:Entity) WHERE elementId(d) IN $documents
      WITH s, n, s.kinds AS kinds
      DELETE s
      RETURN elementId(n) AS id, collect(DISTINCT kinds) AS kinds`,
    parameters: { documents: documents.map(({ id }) => id) },
  });
}

/**
 * Where another document states the same kinds, nothing changes: the search ends at the first one, so that a popular
 * entity costs no more than a rare one. Only the others are counted out.
 */
async function settleEntities(
  transaction: Transaction,
  released: readonly Neo4jRecord[],
): Promise<void> {
  const unsettled = await transaction.run({
    text: `
      UNWIND $rows AS row
      MATCH (n) WHERE elementId(n) = row[0]
        AND NOT all(kinds IN row[1] WHERE EXISTS { (n)<-[s:STATES]-() WHERE s.kinds = kinds })
      RETURN elementId(n) AS id, n.kinds AS kinds,
        COLLECT { MATCH (n)<-[s:STATES]-() RETURN DISTINCT s.kinds } AS stated`,
    parameters: {
      rows: released.map((record) => [textOf(record, 'id'), integers(numbersOf(record, 'kinds'))]),
    },
  });
  const settled = unsettled.map((record) => {
    const stated = numbersOf(record, 'stated');
    return {
      id: textOf(record, 'id'),
      kinds: numberOf(record, 'kinds'),
      isStated: stated.length > 0,
      mask: stated.reduce((mask, kinds) => mask | kinds, 0),
    };
  });
  await deleteEntities(
    transaction,
    settled.filter((entity) => !entity.isStated).map(({ id }) => id),
  );
  await relabel(
    transaction,
    settled.filter(({ isStated, kinds, mask }) => isStated && kinds !== mask),
  );
}

/** DELETE without DETACH: an entity that nobody states and that still has an edge is a fault, and the server refuses. */
async function deleteEntities(transaction: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await transaction.run({
    text: 'MATCH (n) WHERE elementId(n) IN $ids DELETE n',
    parameters: { ids },
  });
}
