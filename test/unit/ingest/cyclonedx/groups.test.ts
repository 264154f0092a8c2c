// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Groups } from '../../../../ingest/extract/cyclonedx/groups.ts';

const groupsOf = (memberships: readonly number[], groupCount: number): Groups =>
  new Groups(groupCount, memberships.length, (member) => memberships[member] ?? -1);

describe('groups of numbered things', () => {
  test('hold what a filter over all members finds, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 20 }), { maxLength: 200 }), (memberships) => {
        const groups = groupsOf(memberships, 21);
        for (let group = 0; group <= 20; group++) {
          const members = memberships.flatMap((own, at) => (own === group ? [at] : []));
          expect(groups.of(group)).toEqual(members);
          expect(groups.first(group)).toBe(members[0] ?? -1);
        }
      }),
    );
  });

  test('are the same where they are too many for a plain array', () => {
    const groups = new Groups(10_000, 30_000, (member) => member % 10_000);
    expect(groups.of(9_999)).toEqual([9_999, 19_999, 29_999]);
    expect(groups.next(29_999)).toBe(-1);
  });

  test('have no members that belong to none, outside, and once released', () => {
    const groups = groupsOf([-1, 0, -1], 1);
    expect(groups.of(0)).toEqual([1]);
    expect(groups.of(1)).toEqual([]);
    groups.release();
    expect(groups.of(0)).toEqual([]);
  });
});
