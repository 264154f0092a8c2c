// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../../core/limits.ts';
import type { Relation, Strength } from '../../../graph/domain/relations.ts';
import type { FactsBuilder } from '../facts-builder.ts';
import { Arcs, Listing } from './arcs.ts';

interface EdgeOptions {
  readonly strength?: Strength;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/**
 * A listing of components with relationships between them, on its way to facts. What is stated through it is remembered for
 * the document boundary (boundary.ts). Formats whose elements name each other by id use it: SPDX 2, SPDX 3, Syft.
 */
export class SbomGraph {
  readonly builder: FactsBuilder;
  /** The document as a thing. */
  readonly document: number;
  /** Components in document order, each with the place that lists it. */
  readonly listed = new Listing();
  /** From effect to cause. */
  readonly typedArcs = new Arcs();
  readonly containsArcs = new Arcs();
  readonly dependsArcs = new Arcs();

  constructor(builder: FactsBuilder, document: number) {
    this.builder = builder;
    this.document = document;
  }

  list(node: number, pointer: string): void {
    this.listed.add(node, pointer);
  }

  /** States an edge that lineage follows from effect to cause. An inferred one takes nothing away from the boundary. */
  typed(
    from: number,
    relation: Relation,
    to: number,
    pointer: string,
    options: EdgeOptions = {},
  ): void {
    this.builder.edge(from, relation, to, pointer, options);
    if (options.strength !== 'inferred' && from !== to) this.typedArcs.add(from, to);
  }

  contain(whole: number, part: number, pointer: string, options: EdgeOptions = {}): void {
    if (whole === part) {
      this.builder.problem('self-containment', pointer, 'the same thing as its whole');
      return;
    }
    this.builder.edge(whole, 'contains', part, pointer, options);
    this.containsArcs.add(whole, part);
  }

  /** Raw dependency: shown, followed inside the document, never across documents. */
  dependOn(from: number, to: number, pointer: string): void {
    if (from === to) {
      this.builder.problem('self-dependency', pointer, 'depends on itself');
      return;
    }
    if (this.dependsArcs.add(from, to)) this.builder.dependsOn(from, to);
  }
}

/** A shared name, unless it is too long to be kept whole: two cut ones could become equal. */
export function isNameable(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && text.length < LIMITS.refChars - 64;
}
