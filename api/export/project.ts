// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { instantFromMs, type Instant } from '../../core/instant.ts';
import type { Claim, EdgeFact, Facts, NodeFact } from '../../graph/domain/facts.ts';
import { kindsOf } from '../../graph/domain/kinds.ts';
import { levelOf } from '../../graph/domain/node-ref.ts';
import { RELATION_NAMES, type Relation } from '../../graph/domain/relations.ts';
import { trustRank, type TrustClass } from '../../graph/domain/trust-class.ts';
import { unpackMark } from '../../graph/lineage/arcs.ts';
import { bestLabel } from '../../graph/lineage/folding.ts';
import { latestEntry } from '../../graph/lineage/knowledge.ts';
import type { LineageGraph, LineageNode } from '../../graph/lineage/lineage-graph.ts';
import type { View } from '../../graph/lineage/view.ts';
import type {
  ExportDirection,
  ProjectedActivity,
  ProjectedCompleteness,
  ProjectedDocument,
  ProjectedEdge,
  ProjectedEdgeEvidence,
  ProjectedEvidence,
  ProjectedNode,
  ProjectedScore,
  Projection,
} from './projection.ts';

/** Documents that one export reads. */
const MAX_DOCUMENTS = 5000;
/** What is told of a thing without being walked. */
const ASIDE: ReadonlySet<Relation> = new Set([
  'wasAssociatedWith',
  'wasAttributedTo',
  'hasLicense',
]);
const EPOCH = instantFromMs(0);

/**
 * Documents whose facts an export of these graphs is made from: those that state an edge of them, that are about one of
 * their things, or that score or complete one.
 * @throws {PedigreeError} ERR_LIMIT_ITEMS
 */
export function documentsOfGraphs(view: View, graphs: readonly LineageGraph[]): number[] {
  const kept = keptNodes(view, graphs);
  const found = new Set<number>();
  for (const node of kept) {
    view.index.up.forEach(node, (to, mark) => {
      const { relation, document } = unpackMark(mark);
      const name = RELATION_NAMES[relation];
      if (kept.has(to) || (name !== undefined && ASIDE.has(name))) found.add(document);
    });
    view.index.down.forEach(node, (_, mark) => {
      const { relation, document } = unpackMark(mark);
      if (RELATION_NAMES[relation] === 'evaluates') found.add(document);
    });
  }
  view.index.documentFacts.forEach((summary, document) => {
    if (summary === undefined) return;
    const isAbout = ({ type, about }: Claim & { about?: number }): boolean =>
      (type === 'completeness' || type === 'run-role') &&
      kept.has(summary.nodes[about ?? -1] ?? -1);
    if (summary.subjects.some((node) => kept.has(node)) || summary.claims.some(isAbout)) {
      found.add(document);
    }
  });
  const counting = [...found].filter((document) => (view.tables.asThreat[document] ?? 0) > 0);
  if (counting.length > MAX_DOCUMENTS) {
    throw new PedigreeError(
      'ERR_LIMIT_ITEMS',
      `more than ${MAX_DOCUMENTS} documents speak of this lineage`,
    );
  }
  return counting.sort((a, b) => a - b);
}

/**
 * The lineage of some roots with all that the documents say about it.
 * @param facts of the documents that documentsOfGraphs names
 */
export function projectLineage(
  view: View,
  graphs: readonly LineageGraph[],
  facts: ReadonlyMap<number, Facts>,
  about: { readonly direction: ExportDirection; readonly head: Projection['head'] },
): Projection {
  const draft = new Draft(view, graphs);
  for (const [document, stated] of facts) draft.take(document, stated);
  // only now is known what is aside
  for (const [document, stated] of facts) draft.takeNodes(document, stated);
  return {
    roots: [...new Set(graphs.flatMap(({ roots }) => roots))].sort(),
    direction: about.direction,
    scope: { policy: view.scope.policy.name, asOf: view.scope.asOf },
    head: about.head,
    ...draft.finish(),
    skipped: [...new Set(graphs.flatMap(({ skipped }) => skipped))].sort(),
    truncated: graphs.some(({ truncated }) => truncated),
  };
}

function keptNodes(view: View, graphs: readonly LineageGraph[]): ReadonlySet<number> {
  const refs = graphs.flatMap(({ nodes }) => nodes.map(({ ref }) => ref));
  return new Set(refs.flatMap((ref) => view.index.find(ref) ?? []));
}

type Found = Pick<
  Projection,
  'at' | 'nodes' | 'edges' | 'scores' | 'completeness' | 'activities' | 'documents'
>;

interface NodeDraft {
  readonly names: Map<string, number>;
  readonly attributes: Map<string, string>;
}

function createNodeDraft(): NodeDraft {
  return { names: new Map(), attributes: new Map() };
}

interface Mutable<E> {
  readonly evidence: E[];
}

/** What one document says, while it is read. */
interface Reading {
  readonly document: number;
  readonly facts: Facts;
  readonly evidence: ProjectedEvidence;
}

class Draft {
  readonly #view: View;
  readonly #walked = new Map<string, LineageNode>();
  readonly #aside = new Set<string>();
  readonly #nodes = new Map<string, NodeDraft>();
  readonly #edges = new Map<string, ProjectedEdge & Mutable<ProjectedEdgeEvidence>>();
  readonly #certain = new Set<string>();
  readonly #scores = new Map<string, ProjectedScore & Mutable<ProjectedEvidence>>();
  readonly #completeness = new Map<string, ProjectedCompleteness & Mutable<ProjectedEvidence>>();
  readonly #activities = new Map<string, ProjectedActivity & Mutable<ProjectedEvidence>>();
  readonly #documents = new Map<string, ProjectedDocument>();

  constructor(view: View, graphs: readonly LineageGraph[]) {
    this.#view = view;
    for (const { nodes } of graphs) {
      for (const node of nodes) {
        const known = this.#walked.get(node.ref);
        if (known === undefined || node.reach === 'certain') this.#walked.set(node.ref, node);
      }
    }
  }

  take(document: number, facts: Facts): void {
    const described = describeDocument(this.#view, document);
    if (described === undefined) return;
    this.#documents.set(described.digest, described);
    const evidence = { document: described.digest, class: described.class };
    const reading = { document, facts, evidence };
    this.#takeEdges(reading);
    this.#takeScores(reading);
    this.#takeClaims(reading);
  }

  takeNodes(document: number, facts: Facts): void {
    const rank = trustRank(supportClass(this.#view, document));
    for (const node of facts.nodes) this.#takeNode(node, rank);
  }

  finish(): Found {
    const documents = [...this.#documents.values()].sort(by(({ digest }) => digest));
    return {
      at: documents.reduce<Instant>(
        (newest, { receivedAt }) => (receivedAt > newest ? receivedAt : newest),
        EPOCH,
      ),
      nodes: [...this.#walked.keys(), ...this.#aside]
        .map((ref) => this.#describe(ref))
        .sort(by(({ ref }) => ref)),
      edges: [...this.#edges.entries()]
        .map(([key, edge]) => ({ ...sorted(edge), certain: this.#certain.has(key) }))
        .sort(by(edgeKey)),
      scores: [...this.#scores.values()].map(sorted).sort(by(scoreKey)),
      completeness: [...this.#completeness.values()]
        .map(sorted)
        .sort(by(({ about, covers }) => `${about}\u0000${covers}`)),
      activities: [...this.#activities.values()]
        .map(sorted)
        .sort(by(({ about, activity }) => `${about}\u0000${activity}`)),
      documents,
    };
  }

  #takeEdges({ document, facts, evidence }: Reading): void {
    const pairs = facts.dependsOn.map(([from, to]): Omit<EdgeFact, 'pointers'> => {
      return { from, relation: 'dependsOn', to, strength: 'explicit', qualifiers: {} };
    });
    for (const edge of [...facts.edges, ...pairs]) {
      const from = facts.nodes[edge.from]?.ref ?? '';
      const to = facts.nodes[edge.to]?.ref ?? '';
      if (!this.#walked.has(from)) continue;
      if (!this.#walked.has(to)) {
        if (!ASIDE.has(edge.relation)) continue;
        this.#aside.add(to);
      }
      this.#takeEdge(document, from, to, edge, evidence);
    }
  }

  #takeEdge(
    document: number,
    from: string,
    to: string,
    { relation, strength, qualifiers }: Omit<EdgeFact, 'pointers'>,
    { document: digest, class: trust }: ProjectedEvidence,
  ): void {
    const key = edgeKey({ from, relation, to });
    const edge = this.#edges.get(key) ?? { from, relation, to, certain: false, evidence: [] };
    edge.evidence.push({ document: digest, class: trust, strength, qualifiers });
    this.#edges.set(key, edge);
    const isDemoted =
      qualifiers['scope'] === 'work-tree-snapshot' && this.#view.filter.demoted.has(document);
    if (strength !== 'inferred' && trust !== 'inferred' && !isDemoted) this.#certain.add(key);
  }

  /** Scores of the models of the walk: claims first, then what only an edge says. */
  #takeScores({ facts, evidence }: Reading): void {
    const told = new Set<string>();
    for (const claim of facts.claims) {
      if (claim.type !== 'evaluation') continue;
      const { metric, value } = claim;
      const evaluation = facts.nodes[claim.about]?.ref ?? '';
      const model = facts.nodes[claim.model]?.ref ?? '';
      const dataset = facts.nodes[claim.dataset]?.ref ?? '';
      if (!this.#walked.has(model)) continue;
      told.add(evaluation);
      this.#score({ evaluation, model, metric, value, dataset }, evidence);
      if (!this.#walked.has(dataset)) this.#aside.add(dataset);
    }
    for (const { from, relation, to, qualifiers } of facts.edges) {
      const node = facts.nodes[from];
      const model = facts.nodes[to]?.ref ?? '';
      if (relation !== 'evaluates' || node === undefined || !this.#walked.has(model)) continue;
      const metric = qualifiers['metric'] ?? node.attributes?.['metric'];
      const value = qualifiers['value'] ?? node.attributes?.['value'];
      if (told.has(node.ref) || metric === undefined || value === undefined) continue;
      this.#score({ evaluation: node.ref, model, metric, value }, evidence);
    }
  }

  #score(score: Omit<ProjectedScore, 'evidence'>, evidence: ProjectedEvidence): void {
    const key = scoreKey(score);
    const known = this.#scores.get(key) ?? { ...score, evidence: [] };
    known.evidence.push(evidence);
    this.#scores.set(key, known);
  }

  #takeClaims({ facts, evidence }: Reading): void {
    for (const claim of facts.claims) {
      if (claim.type !== 'completeness' && claim.type !== 'run-role') continue;
      const about = facts.nodes[claim.about]?.ref ?? '';
      if (!this.#walked.has(about)) continue;
      if (claim.type === 'completeness') {
        const { covers } = claim;
        add(this.#completeness, `${about} ${covers}`, evidence, () => {
          return { about, covers, evidence: [] };
        });
      } else {
        const { activity } = claim;
        add(this.#activities, `${about} ${activity}`, evidence, () => {
          return { about, activity, evidence: [] };
        });
      }
    }
  }

  #takeNode({ ref, names, attributes }: NodeFact, rank: number): void {
    if (!this.#walked.has(ref) && !this.#aside.has(ref)) return;
    const node = this.#nodes.get(ref) ?? createNodeDraft();
    this.#nodes.set(ref, node);
    for (const name of names) node.names.set(name, Math.max(rank, node.names.get(name) ?? 0));
    for (const [key, value] of Object.entries(attributes ?? {})) {
      // of two documents the smaller text, so that the order in which they came does not matter
      const known = node.attributes.get(key);
      if (known === undefined || value < known) node.attributes.set(key, value);
    }
  }

  #describe(ref: string): ProjectedNode {
    const walked = this.#walked.get(ref);
    const drafted = this.#nodes.get(ref);
    const node = this.#view.index.find(ref);
    const kinds = walked?.kinds ?? (node === undefined ? [] : kindsOf(this.#view.kindMaskOf(node)));
    const names = [...new Set([...(walked?.names ?? []), ...(drafted?.names.keys() ?? [])])].sort();
    const attributes = [...(drafted?.attributes ?? [])].sort(by(([key]) => key));
    return {
      ref,
      kind: kinds[0] ?? 'File',
      kinds,
      level: levelOf(ref),
      name: bestLabel(bestNames(drafted?.names)) ?? bestLabel(names) ?? ref,
      names,
      attributes: Object.fromEntries(attributes),
      reach: walked?.reach ?? 'certain',
      isAside: walked === undefined,
    };
  }
}

/** Names that the best-supported documents give. */
function bestNames(names: ReadonlyMap<string, number> = new Map()): string[] {
  const best = [...names.values()].reduce((most, rank) => Math.max(most, rank), 0);
  return [...names].flatMap(([name, rank]) => (rank === best ? name : [])).sort();
}

function describeDocument(view: View, id: number): ProjectedDocument | undefined {
  const document = view.document(id);
  const latest = document === undefined ? undefined : latestEntry(document, view.scope.asOf);
  if (document === undefined || latest === undefined) return undefined;
  return {
    digest: document.digest,
    source: view.sourceOf(id),
    format: latest.format,
    statementKind: latest.statementKind,
    class: supportClass(view, id),
    signers: view.knowledge.signersOf(document, view.scope.asOf).toSorted(),
    receivedAt: document.receivedAt,
  };
}

/** What a document's word is worth for a thing now. One that only counts against says nothing for anything. */
function supportClass(view: View, id: number): TrustClass {
  return (view.tables.asSupport[id] ?? 0) > 0 ? view.supportClass(id) : 'inferred';
}

function add<T extends Mutable<ProjectedEvidence>>(
  into: Map<string, T>,
  key: string,
  evidence: ProjectedEvidence,
  create: () => T,
): void {
  const known = into.get(key) ?? create();
  known.evidence.push(evidence);
  into.set(key, known);
}

/** Evidence in an order of its own, each once. */
function sorted<T extends { readonly evidence: readonly ProjectedEvidence[] }>(item: T): T {
  const byText = new Map(item.evidence.map((one) => [JSON.stringify(one), one]));
  return { ...item, evidence: [...byText].sort(by(([text]) => text)).map(([, one]) => one) };
}

function edgeKey({ from, relation, to }: Pick<ProjectedEdge, 'from' | 'relation' | 'to'>): string {
  return `${from}\u0000${relation}\u0000${to}`;
}

function scoreKey(score: Omit<ProjectedScore, 'evidence'>): string {
  const { model, metric, value, dataset, evaluation } = score;
  return [model, metric, value, dataset ?? '', evaluation].join('\u0000');
}

function by<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };
}
