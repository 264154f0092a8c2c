// SPDX-License-Identifier: Apache-2.0
import { toArray } from '../../core/long-list.ts';
import { GrowingInts } from '../../core/tables/growing-ints.ts';
import { TextList } from '../../core/tables/text-list.ts';
import { TextTable } from '../../core/tables/text-table.ts';
import type { Relationship } from './model.ts';

/** Stands for a text that is not there. */
const ABSENT = -1;

/** The relationships of a large document: they are walked several times, and as numbers they take a tenth of what objects would. */
export class RelationshipColumns {
  readonly #texts = new TextTable();
  readonly #pointers = new TextList();
  readonly #types = new GrowingInts();
  readonly #from = new GrowingInts();
  /** The `to` of one after those of the other. */
  readonly #to = new GrowingInts();
  readonly #toEnds = new GrowingInts();
  readonly #scopes = new GrowingInts();
  readonly #completeness = new GrowingInts();
  readonly #justifications = new GrowingInts();

  add(relationship: Relationship): void {
    this.#pointers.push(relationship.pointer);
    this.#types.push(this.#texts.add(relationship.relationshipType));
    this.#from.push(this.#texts.add(relationship.from));
    for (const id of relationship.to) this.#to.push(this.#texts.add(id));
    this.#toEnds.push(this.#to.length);
    this.#scopes.push(this.#numberOf(relationship.scope));
    this.#completeness.push(this.#numberOf(relationship.completeness));
    this.#justifications.push(this.#numberOf(relationship.justification));
  }

  /** What was added, in that order; each is put together again when it is asked for. */
  list(): readonly Relationship[] {
    return toArray({ count: this.#from.length, item: (at) => this.#item(at) });
  }

  #item(at: number): Relationship | undefined {
    if (!(at >= 0 && at < this.#from.length)) return undefined;
    return {
      pointer: this.#pointers.at(at),
      relationshipType: this.#texts.get(this.#types.at(at)),
      from: this.#texts.get(this.#from.at(at)),
      to: this.#toOf(at),
      scope: this.#textOf(this.#scopes.at(at)),
      completeness: this.#textOf(this.#completeness.at(at)),
      justification: this.#textOf(this.#justifications.at(at)),
    };
  }

  #toOf(at: number): readonly string[] {
    const ids: string[] = [];
    const end = this.#toEnds.at(at);
    for (let link = at === 0 ? 0 : this.#toEnds.at(at - 1); link < end; link++) {
      ids.push(this.#texts.get(this.#to.at(link)));
    }
    return ids;
  }

  #numberOf(text: string | undefined): number {
    return text === undefined ? ABSENT : this.#texts.add(text);
  }

  #textOf(number: number): string | undefined {
    return number === ABSENT ? undefined : this.#texts.get(number);
  }
}
