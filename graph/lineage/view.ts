// SPDX-License-Identifier: Apache-2.0
import { EMPTY_SHA256 } from '../../core/digest.ts';
import { kindBit, kindMask, shownKind, type Kind } from '../domain/kinds.ts';
import { TRUST_CLASSES, type TrustClass } from '../domain/trust-class.ts';
import { computeClosure, type Closure } from './closure.ts';
import { Folding } from './folding.ts';
import type { Knowledge, KnownDocument } from './knowledge.ts';
import { latestEntry } from './knowledge.ts';
import type { LineageIndex } from './lineage-index.ts';
import {
  classOfRecord,
  classTables,
  demotedSnapshots,
  scoreRuns,
  tableRank,
  type ClassTables,
  type Scope,
} from './scope.ts';
import type { ScopedIndex } from './scoped-index.ts';
import { Walk, type WalkFilter } from './walk.ts';

/**
 * Everything a question needs under one scope, computed once: class tables, run roles, boilerplate, openness. Valid for
 * one state of knowledge and index.
 */
export class View implements ScopedIndex {
  readonly knowledge: Knowledge;
  readonly index: LineageIndex;
  readonly scope: Scope;
  readonly tables: ClassTables;
  readonly filter: WalkFilter;
  #closure: Closure | undefined;
  #folding: Folding | undefined;

  constructor(knowledge: Knowledge, index: LineageIndex, scope: Scope) {
    this.knowledge = knowledge;
    this.index = index;
    this.scope = scope;
    this.tables = classTables(knowledge, index, scope);
    this.filter = {
      classes: this.tables.asThreat,
      minRank: tableRank(scope.minClass),
      scoreRuns: scoreRuns(index, this.tables, scope),
      demoted: demotedSnapshots(index, this.tables),
      boilerplate: boilerplateNodes(index, scope),
    };
  }

  /** Computed at first use. */
  get closure(): Closure {
    this.#closure ??= computeClosure({
      index: this.index,
      tables: this.tables,
      scope: this.scope,
      scoreRuns: this.filter.scoreRuns,
      boilerplate: this.filter.boilerplate,
      demoted: this.filter.demoted,
      opening: this.#openingDocuments(),
    });
    return this.#closure;
  }

  /** Computed at first use. */
  get folding(): Folding {
    this.#folding ??= new Folding(this);
    return this.#folding;
  }

  walk(direction: 'down' | 'up'): Walk {
    return new Walk(this.index, direction);
  }

  kindMaskOf(node: number): number {
    return this.index.kindsOf(node, this.tables.asThreat);
  }

  kindOf(node: number): Kind {
    return shownKind(this.kindMaskOf(node));
  }

  /** True where some document that counts mentions the node. */
  isVisible(node: number): boolean {
    return this.kindMaskOf(node) !== 0;
  }

  hasKind(node: number, kind: Kind): boolean {
    return (this.kindMaskOf(node) & kindBit(kind)) !== 0;
  }

  /** Labels of a node in documents that count, sorted. */
  labelsOf(node: number): string[] {
    const labels = new Set<string>();
    for (const [document, names] of this.index.labelsOf(node)) {
      if ((this.tables.asThreat[document] ?? 0) > 0) for (const name of names) labels.add(name);
    }
    return [...labels].sort();
  }

  /** Every visible node of one of the kinds, in index order. */
  nodesOfKind(kinds: readonly Kind[]): number[] {
    const wanted = kindMask(kinds);
    const found: number[] = [];
    for (let node = 0; node < this.index.nodeCount; node++) {
      if ((this.kindMaskOf(node) & wanted) !== 0 && !this.filter.boilerplate.has(node))
        found.push(node);
    }
    return found;
  }

  document(id: number): KnownDocument | undefined {
    return this.knowledge.documents[id];
  }

  /** Class that a document's evidence has now, for the thing it speaks for. */
  supportClass(document: number): TrustClass {
    return classOfRank(this.tables.asSupport[document] ?? 0);
  }

  /**
   * Label of a document for people: the name it was handed in by, else that of the outermost file it came in. Of several the
   * smallest, so that it does not depend on what came first.
   */
  sourceOf(id: number): string {
    const document = this.knowledge.documents[id];
    if (document === undefined) return '';
    const { asOf } = this.scope;
    const own = document.entries
      .filter((entry) => entry.index < asOf && entry.unpackedFrom === null)
      .map((entry) => entry.source);
    return smallest(own) ?? smallest(this.#outerSources(document)) ?? document.digest;
  }

  /** Labels of what a document was taken out of, as far as that stands. */
  #outerSources(document: KnownDocument): string[] {
    return document.sources.flatMap(({ parent, index }) => {
      const outer = parent === null ? undefined : this.knowledge.documents[parent];
      const stands = outer !== undefined && this.knowledge.isLive(outer, this.scope.asOf);
      return stands && index < this.scope.asOf ? [this.sourceOf(outer.id)] : [];
    });
  }

  /** Quarantined, pending and opaque documents that an authorised identity validly signed open what they are about. */
  #openingDocuments(): KnownDocument[] {
    return this.knowledge.documents.filter((document) => {
      const latest = latestEntry(document, this.scope.asOf);
      const summary = this.index.documentFacts[document.id];
      const counts = (this.tables.asThreat[document.id] ?? 0) > 0;
      if (!counts || latest?.standing === 'accepted' || summary === undefined) return false;
      return this.knowledge
        .signaturesEver(document, this.scope.asOf)
        .some(
          (record) =>
            tableRank(classOfRecord(record, summary, this.scope.policy)) >= tableRank('trusted'),
        );
    });
  }
}

/** Trust class of a class table's rank; `inferred` for what does not count. */
export function classOfRank(rank: number): TrustClass {
  return TRUST_CLASSES[Math.max(0, rank - 1)] ?? 'inferred';
}

function boilerplateNodes(index: LineageIndex, scope: Scope): Set<number> {
  const found = new Set<number>();
  for (const digest of [...scope.policy.boilerplate, EMPTY_SHA256]) {
    const node = index.find(digest);
    if (node !== undefined) found.add(node);
  }
  return found;
}

function smallest(texts: readonly string[]): string | undefined {
  return texts.toSorted()[0];
}
