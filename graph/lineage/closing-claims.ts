// SPDX-License-Identifier: Apache-2.0
import { matchesAny } from '../../schemas/policy/pattern.ts';
import { kindMask } from '../domain/kinds.ts';
import { RELATION_NAMES, RELATIONS, STRENGTHS } from '../domain/relations.ts';
import { MARK_BITS, unpackMark } from './arcs.ts';
import type { KnownDocument } from './knowledge.ts';
import type { LineageIndex } from './lineage-index.ts';
import { meetsCondition, tableRank, type ClassTables, type Scope } from './scope.ts';

export interface ClosureInput {
  readonly index: LineageIndex;
  readonly tables: ClassTables;
  readonly scope: Scope;
  readonly scoreRuns: ReadonlySet<number>;
  readonly boilerplate: ReadonlySet<number>;
  /** Documents whose work-tree snapshot is only inferred. */
  readonly demoted: ReadonlySet<number>;
  /** Documents that open what they are about: quarantined or opaque ones that an authorised identity signed. */
  readonly opening: readonly KnownDocument[];
}

const USED = RELATION_NAMES.indexOf('used');
const GENERATED = RELATION_NAMES.indexOf('wasGeneratedBy');
const ALTERNATE = RELATION_NAMES.indexOf('alternateOf');
const RUN = kindMask(['Run']);
/** A product needs no claim of its own: it is as closed as the run that made it, and that run has to be closed. */
const DELEGATED = 1;

/**
 * What closes a node by itself. Closing speaks for a thing, so only evidence counts that is trusted now: the claim, the list
 * of inputs that it calls complete, and whatever joins a thing to its run or to its other digest. A claim over a list that
 * nobody authorised has stated is a claim about nothing.
 */
export class ClosingClaims {
  readonly #input: ClosureInput;
  /** Class table rank below which evidence closes nothing. */
  readonly #least: number;
  /** Best claim of all inputs, by node. */
  readonly #inputs = new Map<number, number>();
  readonly #sources = new Map<number, number>();
  readonly #runs = new Map<number, number>();

  constructor(input: ClosureInput) {
    this.#input = input;
    this.#least = Math.max(tableRank(input.scope.minClass), tableRank('trusted'));
    this.#readClaims();
    this.#readDecrees();
    this.#readGrants();
  }

  /** Rank of the best claim that closes a node itself; 1 where that is left to its run, 0 where nothing does. */
  strengthOf(node: number, kinds: number): number {
    if ((kinds & RUN) !== 0) return this.#runStrength(node);
    let best = this.#entityStrength(node);
    this.#eachCertainArc(node, 'up', (far, relation, support) => {
      // an alias that is closed closes the thing under its other names
      if (relation === ALTERNATE && support >= this.#least) {
        best = Math.max(best, this.#entityStrength(far));
      }
    });
    return best;
  }

  #entityStrength(node: number): number {
    let best = this.#sources.get(node) ?? 0;
    let listed = 0;
    this.#eachCertainArc(node, 'up', (far, relation, support) => {
      if (relation !== ALTERNATE) listed = Math.max(listed, support);
      if (relation !== GENERATED || this.#input.scoreRuns.has(far)) return;
      const run = this.#runStrength(far);
      // anybody may lead to an open run; to a closed one only those who could close it
      if (support >= this.#least) best = Math.max(best, DELEGATED, run);
      else if (run === 0) best = Math.max(best, DELEGATED);
    });
    return Math.max(best, this.#closes(this.#inputs.get(node) ?? 0, listed));
  }

  /** A claim of all inputs of a product covers the run that made it. */
  #runStrength(run: number): number {
    const known = this.#runs.get(run);
    if (known !== undefined) return known;
    let claim = this.#inputs.get(run) ?? 0;
    let listed = 0;
    this.#eachCertainArc(run, 'up', (_, relation, support) => {
      if (relation === USED) listed = Math.max(listed, support);
    });
    this.#eachCertainArc(run, 'down', (product, relation, support) => {
      if (relation !== GENERATED) return;
      listed = Math.max(listed, support);
      if (support >= this.#least) claim = Math.max(claim, this.#inputs.get(product) ?? 0);
    });
    const strength = this.#closes(claim, listed);
    this.#runs.set(run, strength);
    return strength;
  }

  #closes(claim: number, listed: number): number {
    const strength = Math.min(claim, listed);
    return strength >= this.#least ? strength : 0;
  }

  /** Arcs of influence that count and that are more than a guess, with the class that their document has now. */
  #eachCertainArc(
    node: number,
    direction: 'up' | 'down',
    visit: (far: number, relation: number, support: number) => void,
  ): void {
    const { index, tables, scope, demoted } = this.#input;
    const least = leastToOpen(scope);
    index[direction].forEach(node, (far, mark) => {
      const document = mark >>> MARK_BITS;
      if ((tables.asThreat[document] ?? 0) < least || !passesOpenness(mark, demoted)) return;
      visit(far, mark & 31, tables.asSupport[document] ?? 0);
    });
  }

  #readClaims(): void {
    const { index, tables } = this.#input;
    index.documentFacts.forEach((summary, document) => {
      const rank = tables.asSupport[document] ?? 0;
      if (summary === undefined || rank < this.#least) return;
      for (const claim of summary.claims) {
        if (claim.type !== 'completeness') continue;
        const node = summary.nodes[claim.about];
        if (node === undefined) continue;
        if (claim.covers === 'inputs') raise(this.#inputs, node, rank);
        if (claim.covers === 'primary-source') raise(this.#sources, node, rank);
      }
    });
  }

  #readDecrees(): void {
    const { index, scope } = this.#input;
    if (scope.policy.primarySources.length === 0) return;
    index.refs.forEach((ref, node) => {
      const isSource = matchesAny(scope.policy.primarySources, ref);
      if (isSource) raise(this.#sources, node, tableRank('attested'));
    });
  }

  #readGrants(): void {
    const { index, tables, scope } = this.#input;
    for (const [run, attributes] of index.runAttributes) {
      for (const one of attributes) {
        const rank = tables.asSupport[one.document] ?? 0;
        const kind = index.documentFacts[one.document]?.statementKind ?? '';
        if (rank < this.#least) continue;
        const granted = scope.policy.complete.some((rule) => meetsCondition(rule, one, kind));
        if (granted) raise(this.#inputs, run, rank);
      }
    }
  }
}

/** Class table rank below which evidence neither opens nor joins anything; evidence that could close always can. */
export function leastToOpen(scope: Scope): number {
  return Math.min(tableRank(scope.minClass), tableRank('trusted'));
}

/** True for an arc over which something unclosed opens what is behind it. */
export function passesOpenness(packed: number, demoted: ReadonlySet<number>): boolean {
  const { relation, strength, snapshot, document } = unpackMark(packed);
  const name = RELATION_NAMES[relation];
  if (name === undefined || name === 'namedAs' || name === 'specializationOf') return false;
  if (STRENGTHS[strength] === 'inferred' || (snapshot && demoted.has(document))) return false;
  const { influence } = RELATIONS[name];
  return influence === 'content' || influence === 'placement';
}

function raise(ranks: Map<number, number>, node: number, rank: number): void {
  ranks.set(node, Math.max(rank, ranks.get(node) ?? 0));
}
