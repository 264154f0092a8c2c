// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PedigreeError } from '../../../core/errors.ts';
import { unpackFacts } from '../../domain/facts-codec.ts';
import type { Facts } from '../../domain/facts.ts';
import { kindMask } from '../../domain/kinds.ts';
import { edgeLinesOf, nodeLine, standingLine } from '../../domain/state-lines.ts';
import { toStoredDigest } from '../shared/blob-codec.ts';
import { readBlob, SELECT_BLOB } from './blobs.ts';
import { nullableTextOf, numberOf, textOf, type Row } from './rows.ts';

const SELECT_PLACEMENTS = `
  SELECT project, document, standing, live, facts_digest FROM placement ORDER BY project, document`;

/** Kinds of the nodes of one project: the union over its live documents. */
type KindsByRef = Map<string, number>;

/** State lines of the store as the connection sees it; one project's nodes are held at a time. */
export function* readStateLines(database: DatabaseSync, file: string): Generator<string> {
  const blob = database.prepare(SELECT_BLOB);
  let project: string | undefined;
  let kinds: KindsByRef = new Map();
  for (const row of database.prepare(SELECT_PLACEMENTS).iterate()) {
    const next = textOf(row, 'project');
    if (project !== next) {
      if (project !== undefined) yield* nodeLines(project, kinds);
      project = next;
      kinds = new Map();
    }
    yield* documentLines(row, blob, kinds, file);
  }
  if (project !== undefined) yield* nodeLines(project, kinds);
}

function* documentLines(
  row: Row,
  blob: StatementSync,
  kinds: KindsByRef,
  file: string,
): Generator<string> {
  const project = textOf(row, 'project');
  const document = toStoredDigest(textOf(row, 'document'));
  yield standingLine(project, document, textOf(row, 'standing'));
  const factsDigest = nullableTextOf(row, 'facts_digest');
  if (numberOf(row, 'live') !== 1 || factsDigest === null) return;
  const bytes = readBlob(blob, toStoredDigest(factsDigest), file);
  if (bytes === undefined) {
    throw new PedigreeError('ERR_STORE_CORRUPT', 'the facts of a live document are missing', {
      file,
      hint: 'restore the folder from a backup',
    });
  }
  const facts = unpackFacts(bytes);
  addKinds(kinds, facts);
  yield* edgeLinesOf(project, document, facts);
}

function addKinds(kinds: KindsByRef, facts: Facts): void {
  for (const node of facts.nodes) {
    kinds.set(node.ref, (kinds.get(node.ref) ?? 0) | kindMask(node.kinds));
  }
}

function* nodeLines(project: string, kinds: KindsByRef): Generator<string> {
  for (const [ref, mask] of kinds) yield nodeLine(project, ref, mask);
}
