// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import { PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member, parseJson, stringMember } from '../../core/json.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { StoredEntry } from '../port/store.ts';
import { parseCheckpoint, verifyCheckpoint } from './checkpoint.ts';
import { entryLeafHash, findCanonicalEvent, isSalt } from './leaf.ts';
import type { LogSource } from './log-source.ts';
import { inclusionProof, isMerkleHash, verifyInclusion } from './merkle.ts';
import type { NodeReader } from './merkle.ts';
import { MerkleTree } from './merkle-tree.ts';

/** Everything that an outsider needs, besides the log's public key, to see that an event was logged. JSON. */
export interface ProofBundle {
  readonly origin: string;
  readonly index: number;
  /** Size of the tree that the checkpoint signs. */
  readonly size: number;
  readonly entry: {
    /** RFC 8785 text of the event: as a string, so that its bytes survive. */
    readonly event: string;
    /** 32 bytes, lower-case hex. */
    readonly salt: string;
  };
  /** Audit path from the leaf's sibling up, lower-case hex. */
  readonly proof: readonly string[];
  /** Text of the signed checkpoint. */
  readonly checkpoint: string;
}

/** What a bundle that holds proves. */
export interface ProvenEntry {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  readonly event: JsonValue;
}

const BUNDLE_MEMBERS = ['checkpoint', 'entry', 'index', 'origin', 'proof', 'size'];
const ENTRY_MEMBERS = ['event', 'salt'];

/**
 * Proves an entry against a checkpoint of this log, reading the log once.
 * @param checkpoint text of a signed checkpoint whose size is above the index
 * @throws {PedigreeError} ERR_NOT_FOUND where the checkpoint does not reach the entry; ERR_LOG_CORRUPT where the log
 * does not give the checkpoint's root; ERR_PARSE_DOCUMENT for a malformed checkpoint
 */
export async function proveInclusion(
  source: LogSource,
  index: number,
  checkpoint: string,
): Promise<ProofBundle> {
  const { size } = parseCheckpoint(checkpoint);
  const tree = new MerkleTree();
  let proven: StoredEntry | undefined;
  if (size > 0) {
    for await (const entry of source.entries(0)) {
      if (tree.size === index) proven = entry;
      tree.append(entryLeafHash(entry.event, entry.salt));
      if (tree.size === size) break;
    }
  }
  if (tree.size < size) {
    throw new PedigreeError(
      'ERR_LOG_CORRUPT',
      `the checkpoint signs ${size} entries, the store has ${tree.size}`,
    );
  }
  if (proven === undefined) {
    throw new PedigreeError(
      'ERR_NOT_FOUND',
      `the checkpoint of ${size} entries does not reach entry ${index}`,
    );
  }
  return createProofBundle(proven, checkpoint, tree.nodeAt);
}

/**
 * A proof bundle from an entry and any reader of the tree's nodes (a tree in memory, the tiles).
 * @throws {PedigreeError} ERR_NOT_FOUND, ERR_LOG_CORRUPT where the entry is not proven: no bundle leaves unproven
 */
export function createProofBundle(
  entry: StoredEntry,
  checkpoint: string,
  nodeAt: NodeReader,
): ProofBundle {
  const { origin, size, root } = parseCheckpoint(checkpoint);
  const { index, event, salt } = entry;
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new PedigreeError(
      'ERR_NOT_FOUND',
      `the checkpoint of ${size} entries does not reach entry ${index}`,
    );
  }
  const proof = inclusionProof(index, size, nodeAt);
  const claim = { index, size, leafHash: entryLeafHash(event, salt), root, proof };
  if (verifyInclusion(claim).status !== 'passed') {
    throw new PedigreeError(
      'ERR_LOG_CORRUPT',
      `entry ${index} is not in the tree that the checkpoint signs`,
    );
  }
  return { origin, index, size, entry: { event, salt }, proof, checkpoint };
}

/**
 * Parses a proof bundle, strictly: a member that is not known is refused, as nothing would prove it.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_PARSE_JSON, ERR_PARSE_DUPLICATE_KEY, ERR_PARSE_DEPTH
 */
export function parseProofBundle(input: Uint8Array | string): ProofBundle {
  const { value } = parseJson(input);
  const entry = member(value, 'entry');
  if (!hasMembers(value, BUNDLE_MEMBERS))
    throw bundleError(`needs ${BUNDLE_MEMBERS.join(', ')}`, '');
  if (!hasMembers(entry, ENTRY_MEMBERS)) throw bundleError('needs event and salt', '/entry');
  const proof = arrayMember(value, 'proof');
  if (proof === undefined || !proof.every(isHash))
    throw bundleError('needs SHA-256 hashes', '/proof');
  const salt = requiredText(entry, 'salt', '/entry');
  if (!isSalt(salt)) throw bundleError('needs 32 bytes of lower-case hex', '/entry/salt');
  return {
    origin: requiredText(value, 'origin', ''),
    index: requiredCount(value, 'index'),
    size: requiredCount(value, 'size'),
    entry: { event: requiredText(entry, 'event', '/entry'), salt },
    proof,
    checkpoint: requiredText(value, 'checkpoint', ''),
  };
}

/**
 * Checks a proof bundle with nothing but the log's key. Says that the log holds this event at this index, not that what
 * the event states is true.
 * @param publicKey Ed25519 key of the log
 * @param name name of that key, which is the log's origin
 * @throws {PedigreeError} ERR_PARSE_KEY, ERR_USAGE for a key or name that cannot be meant
 */
export function verifyProofBundle(
  bundle: ProofBundle,
  publicKey: KeyObject,
  name: string,
): Verdict<ProvenEntry> {
  const checkpoint = verifyCheckpoint(bundle.checkpoint, publicKey, name);
  if (checkpoint.status !== 'passed') return checkpoint;
  const { origin, size, root } = checkpoint.value;
  if (bundle.origin !== origin || bundle.size !== size) {
    return failed({
      code: 'bundle-mismatch',
      message: 'origin or size of the bundle are not those of its checkpoint',
    });
  }
  if (!isSalt(bundle.entry.salt)) {
    return failed({
      code: 'salt-malformed',
      message: 'the salt is not 32 bytes of hex',
      at: '/entry/salt',
    });
  }
  const inclusion = verifyInclusion({
    index: bundle.index,
    size,
    leafHash: entryLeafHash(bundle.entry.event, bundle.entry.salt),
    root,
    proof: bundle.proof,
  });
  if (inclusion.status !== 'passed') return inclusion;
  const event = findCanonicalEvent(bundle.entry.event);
  if (event === undefined) {
    return failed({
      code: 'event-not-canonical',
      message: 'the event is not canonical JSON (RFC 8785)',
      at: '/entry/event',
    });
  }
  return passed({ origin, index: bundle.index, size, event });
}

function hasMembers(value: unknown, names: readonly string[]): boolean {
  return isJsonObject(value) && Object.keys(value).toSorted().join() === names.join();
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && isMerkleHash(value);
}

function requiredText(value: unknown, name: string, base: string): string {
  const text = stringMember(value, name);
  if (text === undefined) throw bundleError('needs a string', `${base}/${name}`);
  return text;
}

function requiredCount(value: unknown, name: string): number {
  const count = member(value, name);
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw bundleError('needs a whole number', `/${name}`);
  }
  return count;
}

function bundleError(message: string, at: string): PedigreeError {
  return new PedigreeError('ERR_PARSE_DOCUMENT', `not a proof bundle: ${message}`, { at });
}
