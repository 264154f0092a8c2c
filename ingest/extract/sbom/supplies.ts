// SPDX-License-Identifier: Apache-2.0
import { GrowingInts } from '../../../core/tables/growing-ints.ts';
import { TextList } from '../../../core/tables/text-list.ts';
import { TextTable } from '../../../core/tables/text-table.ts';

/** That somebody supplied or made something. */
export interface Supply {
  /** The node of what was supplied. */
  readonly about: number;
  readonly role: 'supplier' | 'originator';
  /** The id or the name of whoever did. */
  readonly agent: string;
  readonly pointer: string;
}

/** Supplies in the order in which they were added, as numbers: nearly every package has one, and they are stated once all that they name is known. */
export class Supplies {
  readonly #about = new GrowingInts();
  readonly #isSupplier = new GrowingInts();
  readonly #agents = new GrowingInts();
  readonly #names = new TextTable();
  readonly #pointers = new TextList();

  add({ about, role, agent, pointer }: Supply): void {
    this.#about.push(about);
    this.#isSupplier.push(role === 'supplier' ? 1 : 0);
    this.#agents.push(this.#names.add(agent));
    this.#pointers.push(pointer);
  }

  *[Symbol.iterator](): Generator<Supply> {
    for (let at = 0; at < this.#about.length; at++) {
      yield {
        about: this.#about.at(at),
        role: this.#isSupplier.at(at) === 1 ? 'supplier' : 'originator',
        agent: this.#names.get(this.#agents.at(at)),
        pointer: this.#pointers.at(at),
      };
    }
  }
}
