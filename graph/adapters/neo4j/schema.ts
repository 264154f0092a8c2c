// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import type { Neo4jConnection } from './connection.ts';
import { numberOf } from './records.ts';
import { RELATIONSHIP_TYPES } from './vocabulary.ts';

/** Version of the labels, types and properties that this adapter writes. Another one is refused, never guessed at. */
export const SCHEMA_VERSION = 1;

const UNIQUE = [
  'CREATE CONSTRAINT pedigree_head IF NOT EXISTS FOR (h:Head) REQUIRE h.name IS UNIQUE',
  'CREATE CONSTRAINT pedigree_entry IF NOT EXISTS FOR (e:Entry) REQUIRE e.index IS UNIQUE',
  'CREATE CONSTRAINT pedigree_blob IF NOT EXISTS FOR (b:Blob) REQUIRE b.digest IS UNIQUE',
  'CREATE CONSTRAINT pedigree_document IF NOT EXISTS FOR (d:Document) REQUIRE (d.project, d.digest) IS UNIQUE',
  'CREATE CONSTRAINT pedigree_ordinal IF NOT EXISTS FOR (d:Document) REQUIRE d.ordinal IS UNIQUE',
  'CREATE CONSTRAINT pedigree_entity IF NOT EXISTS FOR (n:Entity) REQUIRE (n.project, n.ref) IS UNIQUE',
];

/** For analysts, who know a digest or a purl and not the project. */
const LOOKUP = [
  'CREATE INDEX pedigree_entity_ref IF NOT EXISTS FOR (n:Entity) ON (n.ref)',
  'CREATE INDEX pedigree_document_digest IF NOT EXISTS FOR (d:Document) ON (d.digest)',
];

/** A retraction finds the relationships of one document by these, whatever the degree of the nodes. */
const BY_DOCUMENT = RELATIONSHIP_TYPES.map(
  (type) =>
    `CREATE INDEX pedigree_document_of_${type.toLowerCase()} IF NOT EXISTS FOR ()-[r:${type}]-() ON (r.document)`,
);

const CREATE_HEAD = `
  MERGE (h:Head {name: 'log'})
  ON CREATE SET h.schema = $schema, h.size = 0, h.frontier = [], h.time = null,
    h.revision = 0, h.clearing = false`;

/**
 * Creates constraints, indexes and the head in an empty database, or checks that a database holds ours.
 * @throws {PedigreeError} ERR_STORE_UNSUPPORTED for a graph of another version
 */
export async function ensureSchema(connection: Neo4jConnection): Promise<void> {
  const version = await findVersion(connection);
  if (version === SCHEMA_VERSION) return;
  if (version !== undefined) {
    throw new PedigreeError(
      'ERR_STORE_UNSUPPORTED',
      `the graph has schema version ${version}, this program reads ${SCHEMA_VERSION}`,
      { hint: 'use the program version that wrote it, or migrate' },
    );
  }
  for (const text of [...UNIQUE, ...LOOKUP, ...BY_DOCUMENT]) await connection.define({ text });
  await connection.define({ text: 'CALL db.awaitIndexes(300)' });
  // the head comes last: where it is, the rest is
  await connection.define({ text: CREATE_HEAD, parameters: { schema: BigInt(SCHEMA_VERSION) } });
}

async function findVersion(connection: Neo4jConnection): Promise<number | undefined> {
  const [record] = await connection.readNewest({
    text: "MATCH (h:Head {name: 'log'}) RETURN coalesce(h.schema, 0) AS schema",
  });
  return record === undefined ? undefined : numberOf(record, 'schema');
}
