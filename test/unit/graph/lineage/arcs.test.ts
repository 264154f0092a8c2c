// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeOf } from '../../../../core/byte-pieces.ts';
import { unpackFacts, packFacts } from '../../../../graph/domain/facts-codec.ts';
import { RELATION_NAMES, STRENGTHS } from '../../../../graph/domain/relations.ts';
import { Arcs, packMark, unpackMark } from '../../../../graph/lineage/arcs.ts';
import { LineageIndex } from '../../../../graph/lineage/lineage-index.ts';
import { factsArbitrary } from '../../../contract/store-documents.ts';

const MAX_NODE = 40;
const markArbitrary = fc.record({
  relation: fc.nat({ max: RELATION_NAMES.length - 1 }),
  strength: fc.nat({ max: STRENGTHS.length - 1 }),
  reverse: fc.boolean(),
  snapshot: fc.boolean(),
  document: fc.nat({ max: 2 ** 23 - 1 }),
});

/** Arcs, and the moments between them at which the overlay is folded. */
const historyArbitrary = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.nat(MAX_NODE), fc.nat(MAX_NODE), fc.nat(2 ** 32 - 1)) },
    { weight: 1, arbitrary: fc.constant('compact' as const) },
  ),
  { maxLength: 120 },
);

function neighbours(arcs: Arcs, from: number): string[] {
  const found: string[] = [];
  arcs.forEach(from, (far, mark) => found.push(`${far} ${mark}`));
  return found.sort();
}

type Compact = (arcs: Arcs) => void;

/** However arcs and compactions alternate, each node has exactly the arcs that were added. */
function sameNeighbours(compact: Compact) {
  return fc.property(historyArbitrary, (history) => {
    const arcs = new Arcs();
    const expected = new Map<number, string[]>();
    let size = 0;
    for (const one of history) {
      if (one === 'compact') {
        compact(arcs);
        continue;
      }
      const [from, far, mark] = one;
      arcs.add(from, far, mark);
      expected.set(from, [...(expected.get(from) ?? []), `${far} ${mark}`]);
      size++;
    }
    expect(arcs.size).toBe(size);
    for (let from = 0; from <= MAX_NODE + 2; from++) {
      expect(neighbours(arcs, from)).toEqual((expected.get(from) ?? []).sort());
    }
  });
}

describe('arcs', () => {
  test('base and overlay together hold what was added, however often they are folded', () => {
    fc.assert(
      sameNeighbours((arcs) => arcs.compact(MAX_NODE + 1, true)),
      { numRuns: 200 },
    );
  });

  test('planted fault: a compaction that knows too few nodes loses arcs, and this notices', () => {
    const broken = fc.check(sameNeighbours((arcs) => arcs.compact(MAX_NODE - 10, true)));
    expect(broken.failed).toBe(true);
  });

  test('planted fault: an arc that is added to the other end is noticed', () => {
    class Swapped extends Arcs {
      override add(node: number, far: number, mark: number): void {
        super.add(far, node, mark);
      }
    }
    const arcs = new Swapped();
    arcs.add(1, 2, 3);
    expect(neighbours(arcs, 1)).not.toEqual(['2 3']);
  });

  test('a small overlay is left alone unless forced', () => {
    const arcs = new Arcs();
    arcs.add(0, 1, 2);
    arcs.compact(2);
    expect(arcs.pairs).toHaveLength(0);
    arcs.compact(2, true);
    expect([...arcs.pairs]).toEqual([1, 2]);
    expect(neighbours(arcs, 0)).toEqual(['1 2']);
  });

  test('a node that nobody added has none', () => {
    expect(neighbours(new Arcs(), 7)).toEqual([]);
    const arcs = new Arcs();
    arcs.add(3, 1, 1);
    arcs.compact(4, true);
    expect(neighbours(arcs, 4)).toEqual([]);
    expect(neighbours(arcs, 1_000_000)).toEqual([]);
  });

  test('thousands of arcs grow the arrays', () => {
    const arcs = new Arcs();
    for (let at = 0; at < 5000; at++) arcs.add(at % 7, at, at);
    expect(neighbours(arcs, 0)).toHaveLength(715);
    arcs.compact(7);
    expect(arcs.pairs).toHaveLength(10_000);
    expect(neighbours(arcs, 0)).toHaveLength(715);
  });
});

describe('marks', () => {
  test('survive being packed', () => {
    fc.assert(
      fc.property(markArbitrary, (mark) => {
        const packed = packMark(mark);
        expect(packed).toBeGreaterThanOrEqual(0);
        expect(unpackMark(packed)).toEqual(mark);
      }),
    );
  });

  test('two marks that differ are packed differently', () => {
    fc.assert(
      fc.property(markArbitrary, markArbitrary, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(packMark(a)).not.toBe(packMark(b));
      }),
    );
  });

  test('relation and strength codes fit their bits', () => {
    expect(RELATION_NAMES.length).toBeLessThanOrEqual(32);
    expect(STRENGTHS.length).toBeLessThanOrEqual(4);
  });

  test('a document number that does not fit is refused, not wrapped', () => {
    const mark = { relation: 0, strength: 0, reverse: false, snapshot: false };
    expect(unpackMark(packMark({ ...mark, document: 2 ** 23 - 1 })).document).toBe(2 ** 23 - 1);
    expect(() => packMark({ ...mark, document: 2 ** 23 })).toThrow(
      expect.objectContaining({ code: 'ERR_LIMIT_ITEMS' }) as Error,
    );
  });
});

describe('the index', () => {
  /** Every arc as `from far mark`, seen from one direction. */
  function arcsOf(index: LineageIndex, direction: 'up' | 'down'): string[] {
    const found: string[] = [];
    for (let from = 0; from < index.nodeCount; from++) {
      index[direction].forEach(from, (far, mark) => {
        found.push(direction === 'down' ? `${from} ${far} ${mark}` : `${far} ${from} ${mark}`);
      });
    }
    return found.sort();
  }

  test('upwards and downwards are converse, whatever the documents and compactions', () => {
    fc.assert(
      fc.property(fc.array(factsArbitrary, { maxLength: 6 }), fc.nat(6), (documents, at) => {
        const index = new LineageIndex();
        documents.forEach((facts, id) => {
          index.addDocument(id, facts);
          if (id === at) index.compact(true);
        });
        expect(arcsOf(index, 'up')).toEqual(arcsOf(index, 'down'));
      }),
      { numRuns: 200 },
    );
  });

  test('the same document again adds nothing', () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const index = new LineageIndex();
        index.addDocument(0, facts);
        const before = [index.arcCount, index.nodeCount];
        index.addDocument(0, facts);
        expect([index.arcCount, index.nodeCount]).toEqual(before);
      }),
    );
  });

  test('a document reads the same from its packed facts', () => {
    fc.assert(
      fc.property(factsArbitrary, (facts) => {
        const direct = new LineageIndex();
        direct.addDocument(0, facts);
        const packed = new LineageIndex();
        packed.addDocument(0, unpackFacts(wholeOf(packFacts(facts).bytes)));
        expect(packed.refs).toEqual(direct.refs);
        expect(arcsOf(packed, 'down')).toEqual(arcsOf(direct, 'down'));
      }),
    );
  });
});
