// SPDX-License-Identifier: Apache-2.0
import type { ProjectedEdge, ProjectedNode, ProjectedScore, Projection } from './projection.ts';

/** Something of the lineage that the document of a format does not say in a way that the format's readers understand. */
export interface NotCarried {
  /** `identity`, `kind Code`, `name src/train.py`, `edge used`… */
  readonly what: string;
  /** Ref of the thing; of an edge both ends. */
  readonly ref: string;
  readonly why: string;
}

/** What an exporter gives: the document as bytes, and everything of the lineage that is not in it. */
export interface Exported {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly notCarried: readonly NotCarried[];
}

export interface Fact {
  readonly what: string;
  readonly ref: string;
}

/** How an edge is named in accounts: `A used B` as `A -> B`. */
export function edgeFact({
  from,
  relation,
  to,
}: Pick<ProjectedEdge, 'from' | 'relation' | 'to'>): Fact {
  return { what: `edge ${relation}`, ref: `${from} -> ${to}` };
}

/** How one edge is qualified: each key and value that some document gives, once. */
export function qualifierFacts(
  edge: ProjectedEdge,
): (Fact & { readonly key: string; readonly value: string })[] {
  const { what, ref } = edgeFact(edge);
  const pairs = edge.evidence.flatMap(({ qualifiers }) => Object.entries(qualifiers));
  const texts = new Map(
    pairs.map(([key, value]) => [JSON.stringify([key, value]), { key, value }]),
  );
  return [...texts.keys()].sort().flatMap((text) => {
    const pair = texts.get(text);
    if (pair === undefined) return [];
    return [{ ...pair, what: `qualifier ${pair.key} ${pair.value}`, ref: `${ref} (${what})` }];
  });
}

export function scoreFact({ model, metric, value }: Omit<ProjectedScore, 'evidence'>): Fact {
  return { what: `score ${metric} ${value}`, ref: model };
}

/** On what a score was measured. */
export function scoreDataFact(score: Omit<ProjectedScore, 'evidence'>): Fact {
  return {
    what: `data of score ${score.metric} ${score.value}`,
    ref: `${score.model} -> ${score.dataset ?? ''}`,
  };
}

/** Everything that a projection says, one fact at a time. */
export function factsOf(projection: Projection): Fact[] {
  const facts: Fact[] = [];
  for (const { ref, level, kinds, names, attributes } of projection.nodes) {
    facts.push({ what: 'thing', ref });
    if (level !== 'local') facts.push({ what: 'identity', ref });
    for (const kind of kinds) if (kind !== 'Name') facts.push({ what: `kind ${kind}`, ref });
    for (const name of names) facts.push({ what: `name ${name}`, ref });
    for (const [key, value] of Object.entries(attributes)) {
      facts.push({ what: `attribute ${key} ${value}`, ref });
    }
  }
  for (const edge of projection.edges) {
    facts.push(edgeFact(edge), ...qualifierFacts(edge).map(({ what, ref }) => ({ what, ref })));
  }
  for (const score of projection.scores) {
    facts.push(scoreFact(score), { what: 'evaluation', ref: score.evaluation });
    if (score.dataset !== undefined) facts.push(scoreDataFact(score));
  }
  for (const { about, covers } of projection.completeness) {
    facts.push({ what: `complete ${covers}`, ref: about });
  }
  for (const { about, activity } of projection.activities) {
    facts.push({ what: `activity ${activity}`, ref: about });
  }
  for (const ref of projection.skipped) facts.push({ what: 'boilerplate', ref });
  if (projection.truncated)
    facts.push({ what: 'rest of the lineage', ref: projection.roots.join(' ') });
  return facts;
}

/** Why something is not carried, where no exporter knows better. */
const ALWAYS: ReadonlyMap<string, string> = new Map([
  ['boilerplate', 'stepped over by policy: it joins nothing'],
  ['rest of the lineage', 'the answer was cut; ask about a part of it'],
]);

/**
 * The account of one export: each fact of the lineage is carried, or left with a reason. What nobody spoke of is not
 * carried, so nothing can be lost in silence.
 */
export class Account {
  readonly #all: ReadonlySet<string>;
  readonly #open = new Map<string, Fact>();
  readonly #left = new Map<string, NotCarried>();
  readonly #otherwise: string;

  /** @param otherwise the reason for what the exporter did not speak of */
  constructor(projection: Projection, otherwise: string) {
    this.#otherwise = otherwise;
    for (const fact of factsOf(projection)) this.#open.set(keyOf(fact), fact);
    this.#all = new Set(this.#open.keys());
  }

  /** The document says so, in a field that readers of the format know. */
  carry(what: string, ref: string): void {
    const key = keyOf({ what, ref });
    this.#open.delete(key);
    this.#left.delete(key);
  }

  /** The document does not say so. What was carried otherwise stays carried. */
  leave(what: string, ref: string, why: string): void {
    const key = keyOf({ what, ref });
    if (!this.#open.delete(key)) return;
    this.#left.set(key, { what, ref, why });
  }

  /** Leaves nodes with everything that they are and are called. */
  leaveNodes(nodes: readonly ProjectedNode[], why: string): void {
    for (const { ref, kinds, names, attributes } of nodes) {
      this.leave('thing', ref, why);
      this.leave('identity', ref, why);
      for (const kind of kinds) this.leave(`kind ${kind}`, ref, why);
      for (const name of names) this.leave(`name ${name}`, ref, why);
      for (const [key, value] of Object.entries(attributes)) {
        this.leave(`attribute ${key} ${value}`, ref, why);
      }
    }
  }

  /** True for a fact of the lineage that the document says. */
  isCarried(what: string, ref: string): boolean {
    const key = keyOf({ what, ref });
    return this.#all.has(key) && !this.#open.has(key) && !this.#left.has(key);
  }

  /** Everything that is not carried, in an order of its own. */
  notCarried(): NotCarried[] {
    const rest = [...this.#open.values()].map(({ what, ref }): NotCarried => ({
      what,
      ref,
      why: ALWAYS.get(what) ?? this.#otherwise,
    }));
    const all = [...this.#left.values(), ...rest];
    return all
      .map((one) => [keyOf(one), one] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, one]) => one);
  }
}

function keyOf({ what, ref }: Fact): string {
  return `${what}\u0000${ref}`;
}
