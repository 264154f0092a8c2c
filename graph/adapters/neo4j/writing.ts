// SPDX-License-Identifier: Apache-2.0
import { canonicalizeJcs } from '../../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type { EdgeFact, Facts } from '../../domain/facts.ts';
import { kindMask } from '../../domain/kinds.ts';
import { chunksOf } from './chunks.ts';
import type { Transaction } from './connection.ts';
import { relabel, type Relabelling } from './relabelling.ts';
import { integers, numbersOf, textsOf } from './records.ts';
import { labelsOf, typeOf } from './vocabulary.ts';

/** A document whose nodes and edges are to be written; its Document node stands already. */
export interface DocumentFacts {
  /** elementId of the Document node, good inside this transaction. */
  readonly id: string;
  readonly project: string;
  readonly ordinal: number;
  readonly facts: Facts;
}

/** An Entity of the batch: what the batch says of it, and where it stands. */
interface EntityRow {
  readonly project: string;
  readonly ref: string;
  mask: number;
  id: string;
}

/** Writes the entities, the STATES relationships and the edges of documents. */
export async function writeFacts(
  transaction: Transaction,
  documents: readonly DocumentFacts[],
): Promise<void> {
  const entities = new EntityTable();
  const mentions = documents.flatMap((document) => mentionsOf(document, entities));
  const changed = await mergeEntities(transaction, entities.rows());
  const edges = documents.flatMap((document) => edgesOf(document, entities));
  await Promise.all([
    relabel(transaction, changed),
    ...chunksOf(mentions).map((chunk) => createStates(transaction, chunk)),
    ...chunksOf(edges).map((chunk) => createEdges(transaction, chunk)),
  ]);
}

/** The distinct entities of a batch. Entities are per project. */
class EntityTable {
  readonly #byProject = new Map<string, Map<string, EntityRow>>();

  add(project: string, ref: string, mask: number): EntityRow {
    const known = this.#find(project, ref);
    if (known !== undefined) {
      known.mask |= mask;
      return known;
    }
    const row: EntityRow = { project, ref, mask, id: '' };
    const byRef = this.#byProject.get(project) ?? new Map<string, EntityRow>();
    this.#byProject.set(project, byRef.set(ref, row));
    return row;
  }

  get(project: string, ref: string | undefined): EntityRow {
    const row = ref === undefined ? undefined : this.#find(project, ref);
    if (row === undefined) throw new PedigreeError('ERR_INTERNAL', 'an edge ends at no entity');
    return row;
  }

  rows(): EntityRow[] {
    return [...this.#byProject.values()].flatMap((byRef) => [...byRef.values()]);
  }

  #find(project: string, ref: string): EntityRow | undefined {
    return this.#byProject.get(project)?.get(ref);
  }
}

/** That one document states one entity. */
interface Mention {
  readonly document: string;
  readonly entity: EntityRow;
  kinds: number;
  readonly names: Set<string>;
}

/** One mention for each ref, also where the document has several nodes with it. */
function mentionsOf({ id, project, facts }: DocumentFacts, entities: EntityTable): Mention[] {
  const mentions = new Map<string, Mention>();
  for (const node of facts.nodes) {
    const mask = kindMask(node.kinds);
    const entity = entities.add(project, node.ref, mask);
    const mention = mentions.get(node.ref) ?? { document: id, entity, kinds: 0, names: new Set() };
    mention.kinds |= mask;
    for (const name of node.names) mention.names.add(name);
    mentions.set(node.ref, mention);
  }
  return [...mentions.values()];
}

/** @returns the entities that stood there with fewer kinds */
async function mergeEntities(
  transaction: Transaction,
  rows: readonly EntityRow[],
): Promise<Relabelling[]> {
  const alike = groupBy(rows, ({ project, mask }) => JSON.stringify([project, mask]));
  const merged = alike.flatMap(chunksOf).map((chunk) => mergeAlike(transaction, chunk));
  return (await Promise.all(merged)).flat();
}

/**
 * Finds or creates entities of one project and one mask, and notes where they stand.
 * @returns those that stood there with fewer kinds
 */
async function mergeAlike(
  transaction: Transaction,
  rows: readonly EntityRow[],
): Promise<Relabelling[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const [record] = await transaction.run({
    text: `
      UNWIND range(0, size($refs) - 1) AS position
      MERGE (n:Entity {project: $project, ref: $refs[position]})
      ON CREATE SET n.kinds = $kinds${first.mask === 0 ? '' : `, n${labelsOf(first.mask)}`}
      WITH n, position ORDER BY position
      RETURN collect(elementId(n)) AS ids, collect(n.kinds) AS kinds`,
    parameters: {
      project: first.project,
      refs: rows.map((row) => row.ref),
      kinds: BigInt(first.mask),
    },
  });
  if (record === undefined) throw new PedigreeError('ERR_INTERNAL', 'no answer to a MERGE');
  const ids = textsOf(record, 'ids');
  const kinds = numbersOf(record, 'kinds');
  const changed: Relabelling[] = [];
  rows.forEach((row, position) => {
    const id = ids[position];
    const stood = kinds[position];
    if (id === undefined || stood === undefined) {
      throw new PedigreeError('ERR_STORE_CORRUPT', 'an entity has no kinds');
    }
    row.id = id;
    if ((stood | row.mask) !== stood) changed.push({ id, mask: stood | row.mask });
  });
  return changed;
}

async function createStates(transaction: Transaction, mentions: readonly Mention[]): Promise<void> {
  const ids = new IdList();
  const rows = mentions.map(({ document, entity, kinds, names }) => [
    ...integers([ids.position(document), ids.position(entity.id), kinds]),
    names.size === 0 ? null : [...names],
  ]);
  await transaction.run({
    text: `${COLLECT_NODES}
        UNWIND $rows AS row
        WITH nodes[row[0]] AS document, nodes[row[1]] AS entity, row
        CREATE (document)-[:STATES {kinds: row[2], names: row[3]}]->(entity)`,
    parameters: { ids: ids.list(), rows },
  });
}

interface EdgeRow {
  readonly from: EntityRow;
  readonly to: EntityRow;
  readonly ordinal: number;
  readonly edge: EdgeFact;
}

function edgesOf({ project, ordinal, facts }: DocumentFacts, entities: EntityTable): EdgeRow[] {
  return facts.edges.map((edge) => ({
    from: entities.get(project, facts.nodes[edge.from]?.ref),
    to: entities.get(project, facts.nodes[edge.to]?.ref),
    ordinal,
    edge,
  }));
}

/** CREATE, not MERGE: an edge is unique inside its document, and every document has its own (DESIGN.md 5). */
async function createEdges(transaction: Transaction, edges: readonly EdgeRow[]): Promise<void> {
  const ids = new IdList();
  const rows = edges.map(({ from, to, ordinal, edge }) => [
    ...integers([ids.position(from.id), ids.position(to.id), ordinal]),
    typeOf(edge.relation),
    edge.strength,
    [...edge.pointers],
    qualifierText(edge),
  ]);
  await transaction.run({
    text: `${COLLECT_NODES}
        UNWIND $rows AS row
        WITH nodes[row[0]] AS effect, nodes[row[1]] AS cause, row
        CREATE (effect)-[:$(row[3])
          {document: row[2], strength: row[4], pointers: row[5], qualifiers: row[6]}]->(cause)`,
    parameters: { ids: ids.list(), rows },
  });
}

/** Keys of qualifiers come from documents, so they never become property keys. */
function qualifierText({ qualifiers }: EdgeFact): string | null {
  return Object.keys(qualifiers).length === 0 ? null : canonicalizeJcs(qualifiers);
}

/** Nodes are named once for each statement and then by position (a third of the time of one MATCH for each end). */
const COLLECT_NODES = `
  UNWIND range(0, size($ids) - 1) AS position
  MATCH (n) WHERE elementId(n) = $ids[position]
  WITH n, position ORDER BY position
  WITH collect(n) AS nodes`;

class IdList {
  readonly #positions = new Map<string, number>();

  position(id: string): number {
    const known = this.#positions.get(id);
    if (known !== undefined) return known;
    const position = this.#positions.size;
    this.#positions.set(id, position);
    return position;
  }

  list(): string[] {
    return [...this.#positions.keys()];
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  return [...Map.groupBy(items, key).values()];
}
