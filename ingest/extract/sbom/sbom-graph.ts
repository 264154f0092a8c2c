// SPDX-License-Identifier: Apache-2.0
import { LIMITS } from '../../../core/limits.ts';
import type { Relation, Strength } from '../../../graph/domain/relations.ts';
import type { FactsBuilder } from '../facts-builder.ts';

interface EdgeOptions {
  readonly strength?: Strength;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/** Where edges of one sort lead, by node. */
export type Arcs = ReadonlyMap<number, ReadonlySet<number>>;

/**
 * A listing of components with relationships between them, on its way to facts. What is stated through it is remembered for
 * the document boundary (boundary.ts). Formats whose elements name each other by id use it: SPDX 2, SPDX 3, Syft.
 */
export class SbomGraph {
  readonly builder: FactsBuilder;
  /** The document as a thing. */
  readonly document: number;
  readonly #listed = new Map<number, string>();
  readonly #typed = new Map<number, Set<number>>();
  readonly #contains = new Map<number, Set<number>>();
  readonly #depends = new Map<number, Set<number>>();

  constructor(builder: FactsBuilder, document: number) {
    this.builder = builder;
    this.document = document;
  }

  /** Components in document order, each with the place that lists it. */
  get listed(): ReadonlyMap<number, string> {
    return this.#listed;
  }

  /** From effect to cause. */
  get typedArcs(): Arcs {
    return this.#typed;
  }

  get containsArcs(): Arcs {
    return this.#contains;
  }

  get dependsArcs(): Arcs {
    return this.#depends;
  }

  list(node: number, pointer: string): void {
    if (!this.#listed.has(node)) this.#listed.set(node, pointer);
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
    if (options.strength !== 'inferred' && from !== to) add(this.#typed, from, to);
  }

  contain(whole: number, part: number, pointer: string, options: EdgeOptions = {}): void {
    if (whole === part) {
      this.builder.problem('self-containment', pointer, 'the same thing as its whole');
      return;
    }
    this.builder.edge(whole, 'contains', part, pointer, options);
    add(this.#contains, whole, part);
  }

  /** Raw dependency: shown, followed inside the document, never across documents. */
  dependOn(from: number, to: number, pointer: string): void {
    if (from === to) {
      this.builder.problem('self-dependency', pointer, 'depends on itself');
      return;
    }
    if (add(this.#depends, from, to)) this.builder.dependsOn(from, to);
  }
}

/** A shared name, unless it is too long to be kept whole: two cut ones could become equal. */
export function isNameable(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '' && text.length < LIMITS.refChars - 64;
}

/** @returns true where the arc is new */
function add(arcs: Map<number, Set<number>>, from: number, to: number): boolean {
  const known = arcs.get(from);
  if (known === undefined) {
    arcs.set(from, new Set([to]));
    return true;
  }
  if (known.has(to)) return false;
  known.add(to);
  return true;
}
