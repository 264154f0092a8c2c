// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { PedigreeError } from '../../core/errors.ts';
import { failed, passed } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';

/**
 * Reads the root of the perfect subtree of 2^level leaves that begins at leaf index * 2^level, as lower-case hex. Level
 * 0 is the leaf hashes.
 */
export type NodeReader = (level: number, index: number) => string;

/** Reads one leaf hash, lower-case hex. */
export type LeafHashReader = (index: number) => string;

/** "The leaf at this index of the tree of this size and root is this one." Hashes are lower-case hex. */
export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leafHash: string;
  readonly root: string;
  readonly proof: readonly string[];
}

/** "The tree of the new size and root begins with all leaves of the old one." Hashes are lower-case hex. */
export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly newSize: number;
  readonly newRoot: string;
  readonly proof: readonly string[];
}

const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);
const HASH = /^[0-9a-f]{64}$/;

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export const EMPTY_ROOT = createHash('sha256').digest('hex');

/** True for 64 digits of lower-case hex: the one form of a hash in this folder. */
export function isMerkleHash(text: string): boolean {
  return HASH.test(text);
}

/**
 * Hash of a leaf: SHA-256(0x00 ‖ data).
 * @see RFC 6962 section 2.1
 */
export function leafHash(data: Uint8Array): string {
  return createHash('sha256').update(LEAF_PREFIX).update(data).digest('hex');
}

/**
 * Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
 * @throws {PedigreeError} ERR_LOG_CORRUPT where a side is not a hash
 * @see RFC 6962 section 2.1
 */
export function nodeHash(left: string, right: string): string {
  if (!isMerkleHash(left) || !isMerkleHash(right)) throw notHash();
  return createHash('sha256')
    .update(NODE_PREFIX)
    .update(left + right, 'hex')
    .digest('hex');
}

/** How many perfect subtrees a tree of `size` leaves is made of: the ones of its binary form. */
export function frontierLength(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/**
 * The frontier after one more leaf.
 * @param frontier roots of the perfect subtrees, largest first; empty for an empty tree
 * @param size leaves so far
 * @throws {PedigreeError} ERR_LOG_CORRUPT where frontier and size do not belong together, or a hash is none
 */
export function appendLeaf(
  frontier: readonly string[],
  size: number,
  leaf: string,
): readonly string[] {
  if (!Number.isSafeInteger(size) || size < 0 || frontier.length !== frontierLength(size)) {
    throw new PedigreeError(
      'ERR_LOG_CORRUPT',
      `frontier of ${frontier.length} roots at size ${size}`,
    );
  }
  if (!isMerkleHash(leaf)) throw notHash();
  const roots = [...frontier];
  let root = leaf;
  // each trailing one of the size is a subtree as large as the one that the new leaf completes
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    root = nodeHash(roots.pop() ?? '', root);
  }
  return [...roots, root];
}

/**
 * The tree's root.
 * @see RFC 6962 section 2.1: the left side is always the largest perfect subtree
 * @throws {PedigreeError} ERR_LOG_CORRUPT where a root of the frontier is not a hash
 */
export function rootOf(frontier: readonly string[]): string {
  if (!frontier.every(isMerkleHash)) throw notHash();
  if (frontier.length === 0) return EMPTY_ROOT;
  return frontier.reduceRight((right, left) => nodeHash(left, right));
}

/**
 * Root of the first `size` leaves.
 * @see RFC 6962 section 2.1, MTH(D[n])
 */
export function treeRoot(size: number, nodeAt: NodeReader): string {
  return rangeRoot(0, size, nodeAt);
}

/** The leaf ranges that the roots of a frontier stand for, largest first: first leaf and the one after the last. */
export function frontierRanges(
  size: number,
): readonly { readonly from: number; readonly to: number }[] {
  return perfectSubtrees(0, size).map(({ level, index }) => ({
    from: index * 2 ** level,
    to: (index + 1) * 2 ** level,
  }));
}

/** Reads nodes by hashing leaves anew each time: no memory, but as many hashes as there are leaves below. */
export function nodesOver(leafAt: LeafHashReader): NodeReader {
  const nodeAt = (level: number, index: number): string =>
    level === 0
      ? leafAt(index)
      : nodeHash(nodeAt(level - 1, index * 2), nodeAt(level - 1, index * 2 + 1));
  return nodeAt;
}

/**
 * The audit path of a leaf, from the leaf's sibling up.
 * @throws {PedigreeError} ERR_USAGE where the tree has no such leaf
 * @see RFC 6962 section 2.1.1, PATH(m, D[n])
 */
export function inclusionProof(index: number, size: number, nodeAt: NodeReader): readonly string[] {
  if (!isTreeSize(size) || !isTreeSize(index) || index >= size) {
    throw new PedigreeError('ERR_USAGE', `no leaf ${index} in a tree of ${size}`);
  }
  const path: string[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const split = from + leftSize(to - from);
    if (index < split) {
      path.push(rangeRoot(split, to, nodeAt));
      to = split;
    } else {
      path.push(rangeRoot(from, split, nodeAt));
      from = split;
    }
  }
  return path.reverse();
}

/**
 * The proof that the tree of `newSize` begins with the tree of `oldSize`. Empty where the sizes are equal or the old
 * tree is empty: then there is nothing to prove.
 * @throws {PedigreeError} ERR_USAGE where the old tree is larger
 * @see RFC 6962 section 2.1.2, SUBPROOF(m, D[n], true)
 */
export function consistencyProof(
  oldSize: number,
  newSize: number,
  nodeAt: NodeReader,
): readonly string[] {
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize) {
    throw new PedigreeError('ERR_USAGE', `no proof from size ${oldSize} to size ${newSize}`);
  }
  if (oldSize === 0) return [];
  const path: string[] = [];
  let from = 0;
  let to = newSize;
  while (oldSize !== to) {
    const split = from + leftSize(to - from);
    if (oldSize <= split) {
      path.push(rangeRoot(split, to, nodeAt));
      to = split;
    } else {
      path.push(rangeRoot(from, split, nodeAt));
      from = split;
    }
  }
  // the verifier knows the old root itself, so it is not sent
  if (from > 0) path.push(rangeRoot(from, to, nodeAt));
  return path.reverse();
}

/**
 * Checks an audit path. A malformed claim fails; nothing is thrown. Size and root must come from one checkpoint: a path
 * of the same shape exists at other sizes, so a root alone does not fix the size.
 * @see RFC 9162 section 2.1.3.2
 */
export function verifyInclusion(claim: InclusionClaim): Verdict<InclusionClaim> {
  const { index, size, root, proof } = claim;
  const clause = 'RFC 9162 2.1.3.2';
  if (![claim.leafHash, root, ...proof].every(isMerkleHash)) {
    return failed({
      code: 'proof-malformed',
      message: 'a hash is not 64 digits of lower-case hex',
      clause,
    });
  }
  if (!isTreeSize(size) || !isTreeSize(index) || index >= size) {
    return failed({
      code: 'index-out-of-range',
      message: `no leaf ${index} in a tree of ${size}`,
      clause,
    });
  }
  let fn = index;
  let sn = size - 1;
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (sn === 0)
      return failed({ code: 'proof-too-long', message: 'hashes are left over', clause });
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0)
    return failed({ code: 'proof-too-short', message: 'the proof ends below the root', clause });
  if (hash !== root)
    return failed({ code: 'root-mismatch', message: 'the proof leads to another root', clause });
  return passed(claim);
}

/**
 * Checks that one tree begins with another. A malformed claim fails; nothing is thrown. Equal sizes need equal roots
 * and an empty proof; the empty tree precedes every tree, with an empty proof and its own root.
 * @see RFC 9162 section 2.1.4.2
 */
export function verifyConsistency(claim: ConsistencyClaim): Verdict<ConsistencyClaim> {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  const clause = 'RFC 9162 2.1.4.2';
  if (![oldRoot, newRoot, ...proof].every(isMerkleHash)) {
    return failed({
      code: 'proof-malformed',
      message: 'a hash is not 64 digits of lower-case hex',
      clause,
    });
  }
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize) {
    return failed({
      code: 'size-out-of-range',
      message: `${oldSize} leaves cannot begin ${newSize}`,
      clause,
    });
  }
  if (oldSize === 0 && oldRoot !== EMPTY_ROOT) {
    return failed({ code: 'root-mismatch', message: 'not the root of the empty tree', clause });
  }
  if (oldSize === 0 || oldSize === newSize) return verifyTrivialConsistency(claim, clause);
  const roots = consistencyRoots(claim);
  if (roots === undefined) {
    return failed({ code: 'proof-length', message: 'the proof is too short or too long', clause });
  }
  if (roots.oldRoot !== oldRoot || roots.newRoot !== newRoot) {
    return failed({ code: 'root-mismatch', message: 'the proof leads to other roots', clause });
  }
  return passed(claim);
}

function verifyTrivialConsistency(
  claim: ConsistencyClaim,
  clause: string,
): Verdict<ConsistencyClaim> {
  if (claim.proof.length > 0) {
    return failed({ code: 'proof-length', message: 'a proof where none is needed', clause });
  }
  if (claim.oldSize === claim.newSize && claim.oldRoot !== claim.newRoot) {
    return failed({ code: 'root-mismatch', message: 'two roots for one size', clause });
  }
  return passed(claim);
}

/** Steps 1 to 7 of RFC 9162 section 2.1.4.2, for 0 < oldSize < newSize; undefined where the length is wrong. */
function consistencyRoots(
  claim: ConsistencyClaim,
): { oldRoot: string; newRoot: string } | undefined {
  const path = [...claim.proof];
  if (path.length === 0) return undefined;
  if (frontierLength(claim.oldSize) === 1) path.unshift(claim.oldRoot); // a power of two: the old root is a node
  let fn = claim.oldSize - 1;
  let sn = claim.newSize - 1;
  while (fn % 2 === 1) {
    fn = half(fn);
    sn = half(sn);
  }
  const [first = '', ...rest] = path;
  let fr = first;
  let sr = first;
  for (const hash of rest) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(hash, fr);
      sr = nodeHash(hash, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      sr = nodeHash(sr, hash);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 ? { oldRoot: fr, newRoot: sr } : undefined;
}

/** Root of the leaves from `from` up to `to`; a range that RFC 6962 splits off, so it begins where its subtrees do. */
function rangeRoot(from: number, to: number, nodeAt: NodeReader): string {
  return rootOf(perfectSubtrees(from, to).map(({ level, index }) => nodeAt(level, index)));
}

function perfectSubtrees(from: number, to: number): { level: number; index: number }[] {
  const subtrees: { level: number; index: number }[] = [];
  let at = from;
  while (at < to) {
    let level = 0;
    while (2 ** (level + 1) <= to - at) level++;
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}

/** The largest power of two smaller than n (RFC 6962 section 2.1), for n > 1. */
function leftSize(n: number): number {
  let size = 1;
  while (size * 2 < n) size *= 2;
  return size;
}

/** A right shift by one that holds above 2^32. */
function half(n: number): number {
  return Math.floor(n / 2);
}

function isTreeSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function notHash(): PedigreeError {
  return new PedigreeError('ERR_LOG_CORRUPT', 'a node of the Merkle tree is not a SHA-256 hash');
}
