// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { NumberChains } from '../../../core/tables/number-chains.ts';
import { TextList } from '../../../core/tables/text-list.ts';
import type { TextTable } from '../../../core/tables/text-table.ts';
import type { Dependency } from '../../../schemas/cyclonedx/model.ts';

/** The entries of `dependencies` by column, references as numbers among the texts of the document. */
export class DependencyTable {
  /** Number + 1 of the ref of an entry, 0 where it has none. */
  readonly #refs = new GrowingInts();
  readonly #pointers = new TextList();
  readonly #dependsOn = new NumberChains();
  readonly #provides = new NumberChains();
  /** Entries by their ref. */
  readonly #entries = new NumberChains();

  /** @param texts where refs have their numbers */
  constructor(dependencies: readonly Dependency[], texts: TextTable) {
    for (const { pointer, ref, dependsOn, provides } of dependencies) {
      const entry = this.count;
      const about = ref === undefined ? -1 : texts.add(ref);
      this.#refs.push(about + 1);
      this.#pointers.push(pointer);
      for (const target of dependsOn) this.#dependsOn.add(entry, texts.add(target));
      for (const target of provides) this.#provides.add(entry, texts.add(target));
      if (about >= 0) this.#entries.add(about, entry);
    }
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

  dependsOn(entry: number): readonly number[] {
    return this.#dependsOn.of(entry);
  }

  provides(entry: number): readonly number[] {
    return this.#provides.of(entry);
  }

  /** Entries about the element of a ref. */
  entriesOf(ref: number): readonly number[] {
    return this.#entries.of(ref);
  }
}
