// SPDX-License-Identifier: Apache-2.0
import type { Record as Neo4jRecord } from 'neo4j-driver';
import type { Digest } from '../../../core/digest.ts';
import { PedigreeError } from '../../../core/errors.ts';
import type { Head, StoredEntry } from '../../port/store.ts';
import { decodeBlob, toStoredDigest, type EncodedBlob } from '../shared/blob-codec.ts';
import { toHead } from '../shared/head.ts';
import type { Statement, Transaction } from './connection.ts';
import {
  booleanOf,
  bytesOf,
  nullableTextOf,
  numberOf,
  textOf,
  textsOf,
  toBytesParameter,
} from './records.ts';

const HEAD_COLUMNS = `
  h.size AS size, h.frontier AS frontier, h.time AS time,
  h.revision AS revision, h.clearing AS clearing`;

/** Reads the head without locking it. */
export const READ_HEAD: Statement = { text: `MATCH (h:Head {name: 'log'}) RETURN ${HEAD_COLUMNS}` };

/** Writing any property takes the node's write lock until the transaction ends; what is read after it is the newest. */
const LOCK_HEAD: Statement = { text: "MATCH (h:Head {name: 'log'}) SET h.locked = true" };

/** The head node: where the log stands, and how the graph stands to it. */
export interface HeadNode {
  readonly head: Head;
  /** Counts the transactions that wrote: a reader of several pages tells by it that nothing changed between them. */
  readonly revision: number;
  /** True between the first and the last step of clearGraph. */
  readonly isClearing: boolean;
}

/** Takes the head lock of this transaction and reads what it guards. */
export async function lockHead(transaction: Transaction): Promise<HeadNode> {
  const [, records] = await Promise.all([transaction.run(LOCK_HEAD), transaction.run(READ_HEAD)]);
  return toHeadNode(records);
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where there is no head, or more than one */
export function toHeadNode(records: readonly Neo4jRecord[]): HeadNode {
  const [record] = records;
  if (record === undefined || records.length > 1) {
    throw new PedigreeError('ERR_STORE_CORRUPT', 'the graph has no head of the log');
  }
  return {
    head: toHead(
      numberOf(record, 'size'),
      textsOf(record, 'frontier'),
      nullableTextOf(record, 'time'),
    ),
    revision: numberOf(record, 'revision'),
    isClearing: booleanOf(record, 'clearing'),
  };
}

/** Marks the graph as changed. Every write transaction ends with it or with writeHead. */
export async function bumpRevision(
  transaction: Transaction,
  locked: HeadNode,
  isClearing = false,
): Promise<void> {
  await transaction.run({
    text: "MATCH (h:Head {name: 'log'}) SET h.revision = $revision, h.clearing = $clearing",
    parameters: { revision: BigInt(locked.revision + 1), clearing: isClearing },
  });
}

export async function writeHead(
  transaction: Transaction,
  locked: HeadNode,
  next: Head,
): Promise<void> {
  await transaction.run({
    text: `
      MATCH (h:Head {name: 'log'})
      SET h.size = $size, h.frontier = $frontier, h.time = $time, h.revision = $revision`,
    parameters: {
      size: BigInt(next.size),
      frontier: next.frontier,
      time: next.time,
      revision: BigInt(locked.revision + 1),
    },
  });
}

export async function writeEntries(
  transaction: Transaction,
  entries: readonly StoredEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await transaction.run({
    text: 'UNWIND $rows AS row CREATE (:Entry {index: row[0], event: row[1], salt: row[2]})',
    parameters: { rows: entries.map(({ index, event, salt }) => [BigInt(index), event, salt]) },
  });
}

/** Entries with from <= index < to, in order. */
export function selectEntries(from: number, to: number): Statement {
  return {
    text: `
      MATCH (e:Entry) WHERE e.index >= $from AND e.index < $to
      RETURN e.index AS index, e.event AS event, e.salt AS salt ORDER BY e.index`,
    parameters: { from: BigInt(from), to: BigInt(to) },
  };
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT */
export function toEntry(record: Neo4jRecord): StoredEntry {
  return {
    index: numberOf(record, 'index'),
    event: textOf(record, 'event'),
    salt: textOf(record, 'salt'),
  };
}

/** Which of the digests the store keeps. */
export async function findKept(
  transaction: Transaction,
  digests: readonly Digest[],
): Promise<Set<string>> {
  if (digests.length === 0) return new Set();
  const records = await transaction.run({
    text: 'UNWIND $digests AS digest MATCH (b:Blob {digest: digest}) RETURN b.digest AS digest',
    parameters: { digests },
  });
  return new Set(records.map((record) => textOf(record, 'digest')));
}

export async function writeBlobs(
  transaction: Transaction,
  blobs: readonly EncodedBlob[],
): Promise<void> {
  if (blobs.length === 0) return;
  await transaction.run({
    text: `
      UNWIND $rows AS row
      MERGE (b:Blob {digest: row[0]})
      ON CREATE SET b.encoding = row[1], b.sizeBytes = row[2], b.bytes = row[3]`,
    parameters: {
      rows: blobs.map(({ digest, encoding, sizeBytes, bytes }) => [
        digest,
        encoding,
        BigInt(sizeBytes),
        toBytesParameter(bytes),
      ]),
    },
  });
}

export function selectBlobs(digests: readonly Digest[]): Statement {
  return {
    text: `
      UNWIND $digests AS digest
      MATCH (b:Blob {digest: digest})
      RETURN b.digest AS digest, b.encoding AS encoding, b.sizeBytes AS sizeBytes, b.bytes AS bytes`,
    parameters: { digests },
  };
}

/** @throws {PedigreeError} ERR_STORE_CORRUPT where the bytes are not those of the digest */
export function toBlob(record: Neo4jRecord, address: string): [Digest, Uint8Array] {
  const digest = toStoredDigest(textOf(record, 'digest'));
  const encoded: EncodedBlob = {
    digest,
    encoding: textOf(record, 'encoding') === 'zstd' ? 'zstd' : 'raw',
    sizeBytes: numberOf(record, 'sizeBytes'),
    bytes: bytesOf(record, 'bytes'),
  };
  return [digest, decodeBlob(encoded, address)];
}
