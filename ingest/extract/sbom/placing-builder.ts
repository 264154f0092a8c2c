// SPDX-License-Identifier: Apache-2.0
import { FactsBuilder } from '../facts-builder.ts';
import type { Digest } from '../../../core/digest.ts';
import type { Facts } from '../../../graph/domain/facts.ts';

/**
 * Builds facts from a form that a document was brought into, with the places of the document itself. Each edge is placed when
 * it is stated: those of a large document are never objects. Ids inside the document stay those of the form.
 */
export class PlacingBuilder extends FactsBuilder {
  readonly #placeOf: (pointer: string) => string;
  /** Edges of one element come one after the other. */
  #lastPointer = '';
  #lastPlace: string;

  /** @param placeOf where a pointer into the form stands in the document */
  constructor(digest: Digest, placeOf: (pointer: string) => string) {
    super(digest);
    this.#placeOf = placeOf;
    this.#lastPlace = placeOf('');
  }

  override edge(...[from, relation, to, pointer, options]: Parameters<FactsBuilder['edge']>): void {
    // one to itself becomes a problem, and those are placed in the end
    const place = from === to ? pointer : this.#place(pointer);
    super.edge(from, relation, to, place, options);
  }

  override build(about: Parameters<FactsBuilder['build']>[0]): Facts {
    const facts = super.build(about);
    return {
      ...facts,
      claims: facts.claims.map((claim) => ({ ...claim, pointer: this.#placeOf(claim.pointer) })),
      problems: facts.problems.map((problem) => ({
        ...problem,
        pointer: this.#placeOf(problem.pointer),
      })),
    };
  }

  #place(pointer: string): string {
    if (pointer !== this.#lastPointer) {
      this.#lastPointer = pointer;
      this.#lastPlace = this.#placeOf(pointer);
    }
    return this.#lastPlace;
  }
}
