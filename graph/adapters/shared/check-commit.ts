// SPDX-License-Identifier: Apache-2.0
import { PedigreeError, type ErrorCode } from '../../../core/errors.ts';
import { LIMITS } from '../../../core/limits.ts';
import { packFacts } from '../../domain/facts-codec.ts';
import type { EdgeFact, Facts, NodeFact } from '../../domain/facts.ts';
import { relationCode, STRENGTHS } from '../../domain/relations.ts';
import type { Commit, DocumentPlacement, Head, StoredBlob } from '../../port/store.ts';
import { isDigestOf } from './blob-codec.ts';

/** Characters of a project's name. With a ref of LIMITS.refChars it fits the largest index key of Neo4j (8 kB). */
const PROJECT_CHARS = 512;

/**
 * Refuses a commit that would make the log or the graph say something that its parts do not. Stores call this before
 * they take the head lock, so that every store refuses the same commits.
 * @throws {PedigreeError} ERR_INTERNAL, ERR_EXTRACT_FACTS or ERR_LIMIT_SIZE
 */
export function assertCommit(commit: Commit): void {
  assertHeads(commit);
  commit.blobs.forEach(assertBlob);
  assertPlacements(commit.placements);
}

/**
 * Refuses placements whose facts are not those of their digest, or that no store could give back.
 * @throws {PedigreeError} ERR_INTERNAL, ERR_EXTRACT_FACTS or ERR_LIMIT_SIZE
 */
export function assertPlacements(placements: readonly DocumentPlacement[]): void {
  placements.forEach(assertPlacement);
}

/** True where both name the same log. */
export function isSameHead(a: Head, b: Head): boolean {
  return (
    a.size === b.size &&
    a.time === b.time &&
    a.frontier.length === b.frontier.length &&
    a.frontier.every((root, position) => root === b.frontier[position])
  );
}

/** The error for a commit that was computed on another head. */
export function headConflict(expected: Head, found: Head): PedigreeError {
  return new PedigreeError(
    'ERR_STORE_CONFLICT',
    `the log has ${found.size} entries, the commit was computed on ${expected.size}`,
    { retryable: true, hint: 'read the new entries and build the commit again' },
  );
}

/** The error for a placement whose facts the store does not keep. */
export function unknownFacts(): PedigreeError {
  return new PedigreeError('ERR_NOT_FOUND', 'a placement names facts that the store does not keep');
}

/** The last placement of each document, in order of first mention: what a sequence of placements comes to. */
export function lastPlacements(placements: readonly DocumentPlacement[]): DocumentPlacement[] {
  const last = new Map<string, DocumentPlacement>();
  for (const placement of placements) {
    last.set(JSON.stringify([placement.project, placement.document]), placement);
  }
  return [...last.values()];
}

function assertHeads({ expected, next, entries }: Commit): void {
  if (next.size !== expected.size + entries.length) {
    throw refused('the next head does not count the entries of the commit');
  }
  if (entries.some((entry, position) => entry.index !== expected.size + position)) {
    throw refused('the entries of a commit do not follow its head');
  }
  if (expected.time !== null && (next.time === null || next.time < expected.time)) {
    throw refused('the time of the log would decrease');
  }
}

function assertBlob(blob: StoredBlob): void {
  if (!isDigestOf(blob.digest, blob.bytes)) throw refused('a blob is not what its digest says');
}

function assertPlacement(placement: DocumentPlacement): void {
  assertText(placement.project, PROJECT_CHARS);
  assertText(placement.format);
  assertText(placement.source);
  if (!placement.live || placement.factsDigest === null) {
    if (placement.live && placement.facts !== null) throw refused('facts without their digest');
    return;
  }
  if (placement.facts === null) throw refused('a live placement came without its facts');
  assertFacts(placement.facts);
  if (packFacts(placement.facts).digest !== placement.factsDigest) {
    throw refused('the facts of a placement are not those of their digest');
  }
}

function assertFacts(facts: Facts): void {
  facts.nodes.forEach(assertNode);
  for (const edge of facts.edges) assertEdge(edge, facts.nodes.length);
}

function assertNode(node: NodeFact): void {
  if (node.ref === '') throw refused('a node has no ref', 'ERR_EXTRACT_FACTS');
  assertText(node.ref, LIMITS.refChars);
  for (const name of node.names) assertText(name);
}

function assertEdge(edge: EdgeFact, nodes: number): void {
  if (!isPosition(edge.from, nodes) || !isPosition(edge.to, nodes)) {
    throw refused('an edge ends outside its document', 'ERR_EXTRACT_FACTS');
  }
  if (relationCode(edge.relation) < 0 || !STRENGTHS.includes(edge.strength)) {
    throw refused('an edge uses a word that is not in the tables', 'ERR_EXTRACT_FACTS');
  }
  for (const pointer of edge.pointers) assertText(pointer);
  for (const [key, value] of Object.entries(edge.qualifiers)) {
    assertText(key);
    assertText(value);
  }
}

function isPosition(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}

/** A lone surrogate has no UTF-8 and no canonical JSON (RFC 8785 section 3.2.2.2): it could be written, never read back. */
function assertText(text: string, maxChars = Number.POSITIVE_INFINITY): void {
  if (text.length > maxChars) {
    throw refused(`a name or ref is longer than ${maxChars} characters`, 'ERR_LIMIT_SIZE');
  }
  if (!text.isWellFormed()) throw refused('text with a lone surrogate', 'ERR_EXTRACT_FACTS');
}

function refused(message: string, code: ErrorCode = 'ERR_INTERNAL'): PedigreeError {
  return new PedigreeError(code, `the store refuses the commit: ${message}`);
}
