// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  appendLeaf,
  consistencyProof,
  EMPTY_ROOT,
  frontierLength,
  frontierRanges,
  inclusionProof,
  leafHash,
  nodeHash,
  nodesOver,
  rootOf,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../../../graph/log/merkle.ts';
import { MerkleTree } from '../../../../graph/log/merkle-tree.ts';
import { hexes, NaiveTree } from './naive-merkle.ts';

const MAX = 300;
const DATA = Array.from({ length: MAX }, (_, i) => Buffer.from(`entry ${i}`));
const LEAVES = DATA.map((data) => leafHash(data));
const NAIVE = new NaiveTree(DATA);
const TREE = new MerkleTree();
for (const leaf of LEAVES) TREE.append(leaf);

function naiveRoot(size: number): string {
  return NAIVE.mth(0, size).toString('hex');
}

function leafAt(index: number): string {
  return LEAVES[index] ?? '';
}

function flipBit(hash: string, bit: number): string {
  const bytes = Buffer.from(hash, 'hex');
  const at = Math.floor(bit / 8);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
  return bytes.toString('hex');
}

// The reference inputs of the Certificate Transparency implementation, in its merkle_tree_test; each root is checked
// against the naive tree as well, so they do not rest on having been copied right.
const CT_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const CT_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the reference tree of Certificate Transparency', () => {
  const leaves = CT_LEAVES.map((data) => leafHash(data));
  const naive = new NaiveTree(CT_LEAVES);
  const nodeAt = nodesOver((i) => leaves[i] ?? '');

  test.each(CT_ROOTS.map((root, size) => ({ size, root })))('size $size', ({ size, root }) => {
    let frontier: readonly string[] = [];
    for (let i = 0; i < size; i++) frontier = appendLeaf(frontier, i, leaves[i] ?? '');
    expect(rootOf(frontier)).toBe(root);
    expect(naive.mth(0, size).toString('hex')).toBe(root);
  });

  test('published consistency proofs', () => {
    expect(consistencyProof(1, 1, nodeAt)).toEqual([]);
    expect(consistencyProof(6, 8, nodeAt)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(consistencyProof(2, 5, nodeAt)).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });

  test('published inclusion proof of leaf 5 of 8', () => {
    expect(inclusionProof(5, 8, nodeAt)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });
});

describe('every size from 0 to 300 against the naive tree', () => {
  test('roots by appending, by a tree in memory and by reading leaves', () => {
    const nodeAt = nodesOver(leafAt);
    let frontier: readonly string[] = [];
    for (let size = 0; size <= MAX; size++) {
      expect(rootOf(frontier)).toBe(naiveRoot(size));
      expect(TREE.root(size)).toBe(naiveRoot(size));
      expect(frontier).toHaveLength(frontierLength(size));
      if (size % 50 === 7) expect(treeRoot(size, nodeAt)).toBe(naiveRoot(size));
      frontier = appendLeaf(frontier, size, leafAt(size) || EMPTY_ROOT);
    }
    expect(TREE.root()).toBe(naiveRoot(MAX));
  });

  test('a frontier is the roots of its ranges, largest first', () => {
    for (let size = 0; size <= MAX; size++) {
      const frontier = LEAVES.slice(0, size).reduce<readonly string[]>(
        (f, leaf, i) => appendLeaf(f, i, leaf),
        [],
      );
      expect(
        frontierRanges(size).map(({ from, to }) => NAIVE.mth(from, to).toString('hex')),
      ).toEqual(frontier);
    }
  });

  test('every inclusion proof is the one of RFC 6962, and holds', () => {
    let count = 0;
    let wrong = 0;
    for (let size = 1; size <= MAX; size++) {
      const root = naiveRoot(size);
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(index, size, TREE.nodeAt);
        const verdict = verifyInclusion({ index, size, leafHash: leafAt(index), root, proof });
        if (
          proof.join() !== hexes(NAIVE.path(index, 0, size)).join() ||
          verdict.status !== 'passed'
        )
          wrong++;
        count++;
      }
    }
    expect({ count, wrong }).toEqual({ count: (MAX * (MAX + 1)) / 2, wrong: 0 });
  });

  test('every consistency proof is the one of RFC 6962, and holds', () => {
    let count = 0;
    let wrong = 0;
    for (let newSize = 1; newSize <= MAX; newSize++) {
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const proof = consistencyProof(oldSize, newSize, TREE.nodeAt);
        const claim = {
          oldSize,
          oldRoot: naiveRoot(oldSize),
          newSize,
          newRoot: naiveRoot(newSize),
          proof,
        };
        if (proof.join() !== hexes(NAIVE.proof(oldSize, newSize)).join()) wrong++;
        if (verifyConsistency(claim).status !== 'passed') wrong++;
        count++;
      }
    }
    expect({ count, wrong }).toEqual({ count: (MAX * (MAX + 1)) / 2, wrong: 0 });
  });

  test('the empty tree precedes every tree, without a proof', () => {
    for (const newSize of [0, 1, 2, 255, 256, 300]) {
      const claim = { oldSize: 0, oldRoot: EMPTY_ROOT, newSize, newRoot: naiveRoot(newSize) };
      expect(consistencyProof(0, newSize, TREE.nodeAt)).toEqual([]);
      expect(verifyConsistency({ ...claim, proof: [] }).status).toBe('passed');
      expect(verifyConsistency({ ...claim, proof: [EMPTY_ROOT] }).status).toBe('failed');
      expect(verifyConsistency({ ...claim, oldRoot: leafAt(0), proof: [] }).status).toBe('failed');
    }
  });
});

describe('what is not so is refused', () => {
  const positions = fc
    .integer({ min: 1, max: MAX })
    .chain((size) =>
      fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }),
    );
  const sizes = fc.integer({ min: 2, max: MAX }).chain((newSize) =>
    fc.record({
      newSize: fc.constant(newSize),
      oldSize: fc.integer({ min: 1, max: newSize - 1 }),
    }),
  );

  function inclusion(index: number, size: number) {
    const proof = inclusionProof(index, size, TREE.nodeAt);
    return { index, size, leafHash: leafAt(index), root: naiveRoot(size), proof };
  }

  function consistency(oldSize: number, newSize: number) {
    const proof = consistencyProof(oldSize, newSize, TREE.nodeAt);
    return { oldSize, oldRoot: naiveRoot(oldSize), newSize, newRoot: naiveRoot(newSize), proof };
  }

  test('inclusion: any bit of leaf, root or proof flipped', () => {
    fc.assert(
      fc.property(positions, fc.nat(), fc.nat({ max: 255 }), ({ size, index }, which, bit) => {
        const claim = inclusion(index, size);
        const parts = [claim.leafHash, claim.root, ...claim.proof];
        const at = which % parts.length;
        const [leaf = '', root = '', ...proof] = parts.map((part, i) =>
          i === at ? flipBit(part, bit) : part,
        );
        expect(verifyInclusion({ index, size, leafHash: leaf, root, proof }).status).toBe('failed');
      }),
      { numRuns: 500 },
    );
  });

  test('inclusion: every other index of the same tree', () => {
    for (const size of [1, 2, 3, 7, 8, 9, 31, 33]) {
      for (let index = 0; index < size; index++) {
        for (let other = 0; other <= size + 1; other++) {
          const verdict = verifyInclusion({ ...inclusion(index, size), index: other });
          expect(verdict.status).toBe(other === index ? 'passed' : 'failed');
        }
      }
    }
  });

  test('inclusion: the head of every other size', () => {
    for (const size of [1, 2, 3, 7, 8, 9, 31, 33]) {
      for (let index = 0; index < size; index++) {
        for (let other = 0; other <= 40; other++) {
          const claim = { ...inclusion(index, size), size: other, root: naiveRoot(other) };
          expect(verifyInclusion(claim).status).toBe(other === size ? 'passed' : 'failed');
        }
      }
    }
  });

  test('inclusion: a proof cut short, made longer, reordered or empty', () => {
    fc.assert(
      fc.property(positions, ({ size, index }) => {
        const claim = inclusion(index, size);
        const { proof } = claim;
        const first = proof[0];
        const forged = [
          [...proof, leafAt(0)],
          [leafAt(0), ...proof],
        ];
        if (first !== undefined)
          forged.push(proof.slice(1), proof.slice(0, -1), [first, ...proof], []);
        if (proof.length > 1) forged.push(proof.toReversed());
        for (const other of forged)
          expect(verifyInclusion({ ...claim, proof: other }).status).toBe('failed');
      }),
    );
  });

  test.each([
    ['a hash in upper case', { leafHash: leafAt(3).toUpperCase() }, 'proof-malformed'],
    ['a short hash', { root: 'ab' }, 'proof-malformed'],
    ['a hash with a newline', { root: `${naiveRoot(7)}\n` }, 'proof-malformed'],
    ['a proof that is no hash', { proof: ['zz'.repeat(32)] }, 'proof-malformed'],
    ['an index at the size', { index: 7 }, 'index-out-of-range'],
    ['a negative index', { index: -1 }, 'index-out-of-range'],
    ['a fraction', { index: 2.5 }, 'index-out-of-range'],
    ['no number', { index: NaN }, 'index-out-of-range'],
    ['an endless tree', { size: Infinity }, 'index-out-of-range'],
    ['an unsafe size', { size: 2 ** 53 }, 'index-out-of-range'],
    ['the empty tree', { size: 0, index: 0 }, 'index-out-of-range'],
    ['no proof', { proof: [] }, 'proof-too-short'],
    ['a proof of many', { proof: Array.from({ length: 5000 }, () => leafAt(1)) }, 'proof-too-long'],
    ['another leaf', { leafHash: leafAt(4) }, 'root-mismatch'],
  ])('inclusion: %s', (_, change, code) => {
    const verdict = verifyInclusion({ ...inclusion(3, 7), ...change });
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code }] });
  });

  test('consistency: any bit of a root or the proof flipped', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat({ max: 255 }), ({ oldSize, newSize }, which, bit) => {
        const claim = consistency(oldSize, newSize);
        const parts = [claim.oldRoot, claim.newRoot, ...claim.proof];
        const at = which % parts.length;
        const [oldRoot = '', newRoot = '', ...proof] = parts.map((p, i) =>
          i === at ? flipBit(p, bit) : p,
        );
        expect(verifyConsistency({ oldSize, newSize, oldRoot, newRoot, proof }).status).toBe(
          'failed',
        );
      }),
      { numRuns: 500 },
    );
  });

  test('consistency: the head of every other size, old or new', () => {
    for (const [oldSize, newSize] of [
      [1, 2],
      [3, 7],
      [4, 7],
      [6, 8],
      [8, 9],
      [16, 33],
      [31, 33],
    ] as const) {
      for (let other = 0; other <= 40; other++) {
        const claim = consistency(oldSize, newSize);
        const wrongOld = verifyConsistency({ ...claim, oldSize: other, oldRoot: naiveRoot(other) });
        // the empty tree precedes all, but not with a proof
        expect(wrongOld.status).toBe(other === oldSize ? 'passed' : 'failed');
        const wrongNew = verifyConsistency({ ...claim, newSize: other, newRoot: naiveRoot(other) });
        expect(wrongNew.status).toBe(other === newSize ? 'passed' : 'failed');
      }
    }
  });

  test('consistency: a proof cut short, made longer, reordered or empty', () => {
    fc.assert(
      fc.property(sizes, ({ oldSize, newSize }) => {
        const claim = consistency(oldSize, newSize);
        const { proof } = claim;
        const forged = [
          [...proof, leafAt(0)],
          [leafAt(0), ...proof],
          proof.slice(1),
          proof.slice(0, -1),
          [],
        ];
        if (proof.length > 1) forged.push(proof.toReversed());
        for (const other of forged)
          expect(verifyConsistency({ ...claim, proof: other }).status).toBe('failed');
      }),
    );
  });

  test('consistency: a tree in which one old leaf was rewritten', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ oldSize, newSize }, which) => {
        const forged = new MerkleTree();
        for (let i = 0; i < newSize; i++)
          forged.append(i === which % oldSize ? EMPTY_ROOT : leafAt(i));
        const proof = consistencyProof(oldSize, newSize, forged.nodeAt);
        const claim = {
          oldSize,
          oldRoot: naiveRoot(oldSize),
          newSize,
          newRoot: forged.root(),
          proof,
        };
        expect(verifyConsistency(claim).status).toBe('failed');
      }),
    );
  });

  test.each([
    ['a shrinking tree', { oldSize: 9 }, 'size-out-of-range'],
    ['a negative size', { oldSize: -1 }, 'size-out-of-range'],
    ['a fraction', { oldSize: 1.5 }, 'size-out-of-range'],
    ['an unsafe size', { newSize: 2 ** 53 }, 'size-out-of-range'],
    ['a root that is no hash', { oldRoot: '' }, 'proof-malformed'],
    ['a proof that is no hash', { proof: ['00'] }, 'proof-malformed'],
    ['equal sizes with a proof', { oldSize: 8 }, 'proof-length'],
    ['equal sizes with two roots', { oldSize: 8, proof: [] }, 'root-mismatch'],
    ['no proof', { proof: [] }, 'proof-length'],
    ['two empty trees, one of them not', { oldSize: 0, newSize: 0, proof: [] }, 'root-mismatch'],
    ['a proof of many', { proof: Array.from({ length: 5000 }, () => leafAt(1)) }, 'proof-length'],
  ])('consistency: %s', (_, change, code) => {
    const verdict = verifyConsistency({ ...consistency(6, 8), ...change });
    expect(verdict).toMatchObject({ status: 'failed', findings: [{ code }] });
  });

  test('a size that was stated too large for its root', () => {
    const path = { ...inclusion(1, 4), size: 8 };
    expect(verifyInclusion(path)).toMatchObject({
      status: 'failed',
      findings: [{ code: 'proof-too-short' }],
    });
    const growth = { ...consistency(2, 4), newSize: 8 };
    expect(verifyConsistency(growth)).toMatchObject({
      status: 'failed',
      findings: [{ code: 'proof-length' }],
    });
  });

  test('proofs that no tree has', () => {
    const usage = expect.objectContaining({ code: 'ERR_USAGE' });
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0.5, 5],
      [0, NaN],
      [0, 2 ** 53],
    ] as const) {
      expect(() => inclusionProof(index, size, TREE.nodeAt)).toThrow(usage);
    }
    for (const [from, to] of [
      [2, 1],
      [-1, 1],
      [1, 1.5],
      [NaN, 4],
    ] as const) {
      expect(() => consistencyProof(from, to, TREE.nodeAt)).toThrow(usage);
    }
    expect(() => TREE.root(MAX + 1)).toThrow(usage);
    expect(() => TREE.nodeAt(1, 150)).toThrow(usage);
    expect(() => TREE.nodeAt(40, 0)).toThrow(usage);
  });

  test('frontiers and nodes that are none', () => {
    const corrupt = expect.objectContaining({ code: 'ERR_LOG_CORRUPT' });
    const leaf = leafAt(0);
    expect(() => appendLeaf([], 1, leaf)).toThrow(corrupt);
    expect(() => appendLeaf([leaf], 3, leaf)).toThrow(corrupt);
    expect(() => appendLeaf([leaf], 0, leaf)).toThrow(corrupt);
    expect(() => appendLeaf([], -1, leaf)).toThrow(corrupt);
    expect(() => appendLeaf([], 0.5, leaf)).toThrow(corrupt);
    expect(() => appendLeaf([], 0, 'ab')).toThrow(corrupt);
    expect(() => appendLeaf(['AB'.repeat(32)], 1, leaf)).toThrow(corrupt);
    expect(() => rootOf(['ab'])).toThrow(corrupt);
    expect(() => rootOf([leaf, 'ab'])).toThrow(corrupt);
    expect(() => nodeHash(leaf, '')).toThrow(corrupt);
    expect(() => new MerkleTree().append('ab')).toThrow(corrupt);
  });
});

test('sizes above 2^32 are counted right', () => {
  // a tree of 2^40 + 1 equal leaves: each node of a level is the same, so the naive rule still gives the root
  const levels = [leafHash(Buffer.from('x'))];
  for (let i = 0; i < 40; i++) levels.push(nodeHash(levels[i] ?? '', levels[i] ?? ''));
  const nodeAt = (level: number): string => levels[level] ?? '';
  const size = 2 ** 40 + 1;
  const root = nodeHash(levels[40] ?? '', levels[0] ?? '');
  expect(treeRoot(size, nodeAt)).toBe(root);
  const proof = inclusionProof(2 ** 35 + 5, size, nodeAt);
  expect(proof).toHaveLength(41);
  const claim = { index: 2 ** 35 + 5, size, leafHash: levels[0] ?? '', root, proof };
  expect(verifyInclusion(claim).status).toBe('passed');
  expect(verifyInclusion({ ...claim, index: size }).status).toBe('failed');
  const path = consistencyProof(2 ** 33, size, nodeAt);
  const oldRoot = levels[33] ?? '';
  const grown = { oldSize: 2 ** 33, oldRoot, newSize: size, newRoot: root, proof: path };
  expect(verifyConsistency(grown).status).toBe('passed');
  expect(verifyConsistency({ ...grown, oldSize: 2 ** 34 }).status).toBe('failed');
});
