// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { NumberChains } from '../../../core/tables/number-chains.ts';
import { TextList } from '../../../core/tables/text-list.ts';
import { Groups } from './groups.ts';
import type { TextTable } from '../../../core/tables/text-table.ts';
import type { Dependency } from '../../../schemas/cyclonedx/model.ts';

/** The entries of `dependencies` by column, references as numbers among the texts of the document. */
export class DependencyTable {
  /** Number + 1 of the ref of an entry, 0 where it has none. */
  readonly #refs = new GrowingInts();
  readonly #pointers = new TextList();
  /** What the entries depend on, each entry's after those of the one before, and where those of an entry begin. */
  readonly #targets = new GrowingInts();
  readonly #starts = new GrowingInts();
  /** Few documents have any. */
  readonly #provides = new NumberChains();
  readonly #entries: Groups;

  /** @param texts where refs have their numbers */
  constructor(dependencies: readonly Dependency[], texts: TextTable) {
    for (const { pointer, ref, dependsOn, provides } of dependencies) {
      const entry = this.count;
      this.#refs.push(ref === undefined ? 0 : texts.add(ref) + 1);
      this.#pointers.push(pointer);
      this.#starts.push(this.#targets.length);
      for (const target of dependsOn) this.#targets.push(texts.add(target));
      for (const target of provides) this.#provides.add(entry, texts.add(target));
    }
    this.#entries = new Groups(texts.size, this.count, (entry) => this.#refs.at(entry) - 1);
  }

  get count(): number {
    return this.#refs.length;
  }

  /** The element that an entry is about, by the number of its ref. */
  refOf(entry: number): number | undefined {
    const ref = this.#refs.at(entry);
    return ref === 0 ? undefined : ref - 1;
  }

  pointerOf(entry: number): string {
    return this.#pointers.at(entry);
  }

  /** What an entry depends on, as refs: `targetAt` from here to before `targetsEnd`. */
  targetsStart(entry: number): number {
    return this.#starts.at(entry);
  }

  targetsEnd(entry: number): number {
    return entry + 1 < this.count ? this.#starts.at(entry + 1) : this.#targets.length;
  }

  targetAt(position: number): number {
    return this.#targets.at(position);
  }

  provides(entry: number): readonly number[] {
    return this.#provides.firstLink(entry) < 0 ? NO_REFS : this.#provides.of(entry);
  }

  /** Entries by the number of the ref that they are about. */
  get entries(): Groups {
    return this.#entries;
  }
}

const NO_REFS: readonly number[] = [];
