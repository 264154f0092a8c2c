// SPDX-License-Identifier: Apache-2.0
import type { Record as Neo4jRecord } from 'neo4j-driver';
import type { JsonObject, JsonValue } from '../../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../../core/errors.ts';
import { isJsonObject, parseJson } from '../../../core/json.ts';
import { STRENGTHS, type Strength } from '../../domain/relations.ts';
import { edgeLine, nodeLine, standingLine } from '../../domain/state-lines.ts';
import type { Neo4jConnection, Statement } from './connection.ts';
import { READ_HEAD, toHeadNode } from './log.ts';
import { nullableTextOf, numberOf, textOf, textsOf } from './records.ts';
import { findRelation, maskOfLabels } from './vocabulary.ts';

const DOCUMENTS: Statement = {
  text: 'MATCH (d:Document) RETURN d.project AS project, d.digest AS digest, d.standing AS standing',
};

const ENTITIES: Statement = {
  text: 'MATCH (n:Entity) RETURN n.project AS project, n.ref AS ref, n.kinds AS kinds, labels(n) AS labels',
};

/** The document of an edge by its ordinal; null where a fault left an edge without one. */
const EDGES: Statement = {
  text: `
    MATCH (effect:Entity)-[r]->(cause:Entity)
    OPTIONAL MATCH (d:Document {ordinal: r.document, project: effect.project, live: true})
    RETURN effect.project AS project, effect.ref AS from, type(r) AS type, cause.ref AS to,
      cause.project = effect.project AS inside, d.digest AS document,
      r.strength AS strength, r.pointers AS pointers, r.qualifiers AS qualifiers`,
};

/**
 * State lines from nodes, relationships and documents as they stand in Neo4j, streamed.
 * @throws {PedigreeError} ERR_STORE_CONFLICT (retryable) where somebody wrote meanwhile: Neo4j reads what is committed at
 * each moment, so that the lines would be of no one state. ERR_STORE_CORRUPT where the graph contradicts itself
 */
export async function* readStateLines(connection: Neo4jConnection): AsyncGenerator<string> {
  const before = await readRevision(connection);
  for await (const record of connection.stream(DOCUMENTS)) yield toStandingLine(record);
  for await (const record of connection.stream(ENTITIES)) yield toNodeLine(record);
  for await (const record of connection.stream(EDGES)) yield toEdgeLine(record);
  if ((await readRevision(connection)) !== before) {
    throw new PedigreeError('ERR_STORE_CONFLICT', 'the graph changed while it was read', {
      retryable: true,
    });
  }
}

async function readRevision(connection: Neo4jConnection): Promise<number> {
  const { revision, isClearing } = toHeadNode(await connection.readNewest(READ_HEAD));
  if (isClearing) throw halfCleared();
  return revision;
}

/** The error for a graph that clearGraph has not finished with. */
export function halfCleared(): PedigreeError {
  return new PedigreeError('ERR_STORE_UNAVAILABLE', 'the graph is being cleared for a rebuild', {
    retryable: true,
    hint: 'where no rebuild runs, one was interrupted: run pedigree rebuild',
  });
}

function toStandingLine(record: Neo4jRecord): string {
  return standingLine(
    textOf(record, 'project'),
    textOf(record, 'digest'),
    textOf(record, 'standing'),
  );
}

function toNodeLine(record: Neo4jRecord): string {
  const kinds = numberOf(record, 'kinds');
  if (maskOfLabels(textsOf(record, 'labels')) !== kinds) {
    throw corrupt('the labels of an entity are not its kinds');
  }
  return nodeLine(textOf(record, 'project'), textOf(record, 'ref'), kinds);
}

function toEdgeLine(record: Neo4jRecord): string {
  const relation = findRelation(textOf(record, 'type'));
  if (relation === undefined) throw corrupt('a relationship between entities is not ours');
  const document = nullableTextOf(record, 'document');
  if (document === null || record.get('inside') !== true) {
    throw corrupt('an edge has no live document in its project');
  }
  return edgeLine({
    project: textOf(record, 'project'),
    from: textOf(record, 'from'),
    relation,
    to: textOf(record, 'to'),
    strength: strengthOf(record),
    qualifiers: qualifiersOf(record),
    document,
    pointers: textsOf(record, 'pointers'),
  });
}

function strengthOf(record: Neo4jRecord): Strength {
  const text = textOf(record, 'strength');
  const strength = STRENGTHS.find((known) => known === text);
  if (strength === undefined) throw corrupt('an edge has an unknown strength');
  return strength;
}

function qualifiersOf(record: Neo4jRecord): Record<string, string> {
  const text = nullableTextOf(record, 'qualifiers');
  if (text === null) return {};
  const entries = Object.entries(parseQualifiers(text));
  if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    return Object.fromEntries(entries);
  }
  throw corrupt('the qualifiers of an edge are not text');
}

function parseQualifiers(text: string): JsonObject {
  let value: JsonValue | undefined;
  try {
    ({ value } = parseJson(text));
  } catch {
    value = undefined;
  }
  if (isJsonObject(value)) return value;
  throw corrupt('the qualifiers of an edge are no JSON object');
}

function corrupt(message: string): PedigreeError {
  return new PedigreeError('ERR_STORE_CORRUPT', message, {
    hint: 'run pedigree rebuild: the log holds everything the graph is made of',
  });
}
