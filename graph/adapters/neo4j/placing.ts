// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type { DocumentPlacement } from '../../port/store.ts';
import { lastPlacements, unknownFacts } from '../shared/check-commit.ts';
import type { Transaction } from './connection.ts';
import { findKept } from './log.ts';
import { booleanOf, nullableTextOf, numberOf, textOf, textsOf } from './records.ts';
import { removeFacts, type StandingDocument } from './removing.ts';
import { typeOf } from './vocabulary.ts';
import { writeFacts } from './writing.ts';

/** A Document node as it stands. */
interface FoundDocument extends StandingDocument {
  readonly live: boolean;
  readonly facts: string | null;
}

/** A placement beside what stands there now. */
interface PlacementStep {
  readonly placement: DocumentPlacement;
  readonly found: FoundDocument | undefined;
}

/** What a transaction must know before it places documents: what stands there, and which facts the store keeps. */
export interface PlacementPlan {
  readonly steps: readonly PlacementStep[];
}

/**
 * Finds out what placements will change. Call with the head lock held, or under way.
 * @param coming digests of blobs that the same transaction brings
 * @throws {PedigreeError} ERR_NOT_FOUND where a placement names facts that the store does not keep
 */
export async function planPlacements(
  transaction: Transaction,
  placements: readonly DocumentPlacement[],
  coming: ReadonlySet<Digest> = new Set(),
): Promise<PlacementPlan> {
  const last = lastPlacements(placements);
  const [steps] = await Promise.all([
    findDocuments(transaction, last),
    assertFactsKept(transaction, last, coming),
  ]);
  return { steps };
}

/** Makes the graph reflect placements. Call with the head lock held. */
export async function applyPlacements(
  transaction: Transaction,
  { steps }: PlacementPlan,
): Promise<void> {
  if (steps.length === 0) return;
  await removeFacts(transaction, steps.flatMap(leaving));
  const ids = await writeDocuments(transaction, steps);
  await writeFacts(
    transaction,
    steps.flatMap((step, position) => entering(step, ids[position])),
  );
}

/** True where the document's facts stand already as they should. */
function isSettled({ placement, found }: PlacementStep): boolean {
  return (
    found !== undefined &&
    found.live &&
    placement.live &&
    found.facts === placement.factsDigest &&
    found.ordinal === placement.ordinal
  );
}

function leaving(step: PlacementStep): FoundDocument[] {
  const { found } = step;
  return found === undefined || !found.live || isSettled(step) ? [] : [found];
}

function entering(step: PlacementStep, id: string | undefined) {
  const { project, ordinal, facts, live } = step.placement;
  if (!live || facts === null || isSettled(step)) return [];
  if (id === undefined) throw new PedigreeError('ERR_INTERNAL', 'a document was not written');
  return [{ id, project, ordinal, facts }];
}

async function assertFactsKept(
  transaction: Transaction,
  placements: readonly DocumentPlacement[],
  coming: ReadonlySet<Digest>,
): Promise<void> {
  const named = new Set(
    placements.flatMap(({ factsDigest }) =>
      factsDigest === null || coming.has(factsDigest) ? [] : [factsDigest],
    ),
  );
  const kept = await findKept(transaction, [...named]);
  if (kept.size < named.size) throw unknownFacts();
}

async function findDocuments(
  transaction: Transaction,
  placements: readonly DocumentPlacement[],
): Promise<PlacementStep[]> {
  if (placements.length === 0) return [];
  const records = await transaction.run({
    text: `
      UNWIND range(0, size($rows) - 1) AS position
      WITH position, $rows[position] AS row
      MATCH (d:Document {project: row[0], digest: row[1]})
      RETURN position, elementId(d) AS id, d.live AS live, d.facts AS facts, d.ordinal AS ordinal,
        d.relations AS relations`,
    parameters: { rows: placements.map(({ project, document }) => [project, document]) },
  });
  const found = new Map(
    records.map((record) => [
      numberOf(record, 'position'),
      {
        id: textOf(record, 'id'),
        live: booleanOf(record, 'live'),
        facts: nullableTextOf(record, 'facts'),
        ordinal: numberOf(record, 'ordinal'),
        relations: textsOf(record, 'relations'),
      },
    ]),
  );
  return placements.map((placement, position) => ({ placement, found: found.get(position) }));
}

/** @returns elementIds of the Document nodes, in the order of the steps */
async function writeDocuments(
  transaction: Transaction,
  steps: readonly PlacementStep[],
): Promise<string[]> {
  const [record] = await transaction.run({
    text: `
      UNWIND range(0, size($rows) - 1) AS position
      WITH position, $rows[position] AS row
      MERGE (d:Document {project: row[0], digest: row[1]})
      SET d.ordinal = row[2], d.standing = row[3], d.format = row[4], d.source = row[5],
        d.live = row[6], d.facts = row[7], d.relations = row[8]
      WITH d, position ORDER BY position
      RETURN collect(elementId(d)) AS ids`,
    parameters: { rows: steps.map(({ placement }) => documentRow(placement)) },
  });
  return record === undefined ? [] : textsOf(record, 'ids');
}

function documentRow(placement: DocumentPlacement): unknown[] {
  return [
    placement.project,
    placement.document,
    BigInt(placement.ordinal),
    placement.standing,
    placement.format,
    placement.source,
    placement.live,
    placement.factsDigest,
    relationsOf(placement),
  ];
}

/** What a retraction will have to look through. */
function relationsOf({ live, facts }: DocumentPlacement): string[] {
  if (!live || facts === null) return [];
  return [...new Set(facts.edges.map(({ relation }) => typeOf(relation)))];
}
