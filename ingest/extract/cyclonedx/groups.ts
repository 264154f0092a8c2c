// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';

/**
 * Things with numbers from 0 on, by what each of them belongs to: elements by their node, entries by what they are about.
 * Each belongs to one group at most, so that a thing costs four bytes and a group four. Made once all are known.
 */
export class Groups {
  /** Number + 1 of the first member of a group. */
  readonly #first = new GrowingInts();
  /** Number + 1 of the next member of the same group. */
  readonly #next = new GrowingInts();

  /**
   * @param groupCount above every group
   * @param groupOf the group of a member, -1 where it has none
   */
  constructor(groupCount: number, memberCount: number, groupOf: (member: number) => number) {
    this.#first.clearTo(groupCount);
    this.#next.clearTo(memberCount);
    // from the last one on, so that each comes before those that follow it
    for (let member = memberCount - 1; member >= 0; member--) {
      const group = groupOf(member);
      if (group < 0) continue;
      this.#next.set(member, this.#first.at(group));
      this.#first.set(group, member + 1);
    }
  }

  /** The first member of a group, -1 where it has none. */
  first(group: number): number {
    return this.#first.at(group) - 1;
  }

  /** The member after one in its group, -1 at the end. */
  next(member: number): number {
    return this.#next.at(member) - 1;
  }

  /** The members of a group in their order. */
  of(group: number): readonly number[] {
    const found: number[] = [];
    for (let at = this.first(group); at >= 0; at = this.next(at)) found.push(at);
    return found;
  }

  /** Gives back what they take, at once. No group has members then. */
  release(): void {
    this.#first.release();
    this.#next.release();
  }
}
