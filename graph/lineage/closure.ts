// SPDX-License-Identifier: Apache-2.0
import { matchesAny } from '../../schemas/policy/pattern.ts';
import { kindMask } from '../domain/kinds.ts';
import { RELATION_NAMES, RELATIONS, STRENGTHS } from '../domain/relations.ts';
import { MARK_BITS, unpackMark } from './arcs.ts';
import type { KnownDocument } from './knowledge.ts';
import type { LineageIndex } from './lineage-index.ts';
import { meetsCondition, tableRank, type ClassTables, type Scope } from './scope.ts';

/** What kind of claim would close a node. */
export type MissingClaim = 'inputs-of-run' | 'origin';

/** Which nodes' upstream is closed, under one scope. */
export interface Closure {
  /** 1 where something upstream (or the node itself) lacks its claim. */
  readonly open: Uint8Array;
  /** Nearest unclosed node upstream of each open node (itself included), or -1. */
  readonly origin: Int32Array;
  /** What the unclosed node lacks. */
  missing(node: number): MissingClaim;
  /** Class table rank of the claim that closes a node itself; 1 where that is left to its run, 0 where nothing does. */
  readonly strength: Uint8Array;
}

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
/** Things whose history nobody has to claim: agents, names, and what is only about other things. */
const NEEDS_NO_CLAIM = kindMask([
  'Name',
  'Identity',
  'Builder',
  'Supplier',
  'Platform',
  'Deployment',
  'Evaluation',
]);
const RUN = kindMask(['Run']);

/**
 * Openness for a whole scope in two linear passes: which nodes have no claim of their own, then everything downstream of
 * them. It does not depend on the question (DESIGN.md 3, closure).
 */
export function computeClosure(input: ClosureInput): Closure {
  const { index } = input;
  const claims = claimedNodes(input);
  const strength = new Uint8Array(index.nodeCount);
  const unclosed: number[] = [];
  const kinds = new Uint32Array(index.nodeCount);
  for (let node = 0; node < index.nodeCount; node++) {
    kinds[node] = index.kindsOf(node, input.tables.asThreat);
    if (kinds[node] === 0 || input.boilerplate.has(node)) continue;
    if (((kinds[node] ?? 0) & NEEDS_NO_CLAIM) !== 0) strength[node] = 255;
    else strength[node] = closedBy(node, kinds[node] ?? 0, input, claims);
    if (strength[node] === 0) unclosed.push(node);
  }
  for (const document of input.opening) {
    for (const node of index.documentFacts[document.id]?.subjects ?? []) {
      if (strength[node] !== 0) unclosed.push(node);
      strength[node] = 0;
    }
  }
  unclosed.sort((a, b) => (index.refOf(a) < index.refOf(b) ? -1 : 1));
  const { open, origin } = spread(input, unclosed, strength);
  return {
    open,
    origin,
    strength,
    missing: (node) => (((kinds[node] ?? 0) & RUN) !== 0 ? 'inputs-of-run' : 'origin'),
  };
}

interface Claimed {
  /** Table rank of the best claim of all inputs, by node. */
  readonly inputs: ReadonlyMap<number, number>;
  readonly sources: ReadonlyMap<number, number>;
}

/** Nodes with a claim that counts for them: signed well enough, or granted by policy. */
function claimedNodes({ index, tables, scope }: ClosureInput): Claimed {
  const inputs = new Map<number, number>();
  const sources = new Map<number, number>();
  const trusted = tableRank('trusted');
  index.documentFacts.forEach((summary, document) => {
    const rank = tables.asSupport[document] ?? 0;
    if (summary === undefined || rank < trusted) return;
    for (const claim of summary.claims) {
      if (claim.type !== 'completeness') continue;
      const node = summary.nodes[claim.about];
      if (node === undefined) continue;
      if (claim.covers === 'inputs') raise(inputs, node, rank);
      if (claim.covers === 'primary-source') raise(sources, node, rank);
    }
  });
  if (scope.policy.primarySources.length > 0) {
    index.refs.forEach((ref, node) => {
      if (matchesAny(scope.policy.primarySources, ref)) raise(sources, node, trusted);
    });
  }
  for (const [run, attributes] of index.runAttributes) {
    for (const one of attributes) {
      const rank = tables.asSupport[one.document] ?? 0;
      const kind = index.documentFacts[one.document]?.statementKind ?? '';
      if (rank < trusted) continue;
      if (scope.policy.complete.some((rule) => meetsCondition(rule, one, kind)))
        raise(inputs, run, rank);
    }
  }
  return { inputs, sources };
}

function raise(ranks: Map<number, number>, node: number, rank: number): void {
  ranks.set(node, Math.max(rank, ranks.get(node) ?? 0));
}

/** Rank of the best claim that closes a node itself; 0 where none does. */
function closedBy(node: number, kinds: number, input: ClosureInput, claims: Claimed): number {
  let best = Math.max(claims.inputs.get(node) ?? 0, claims.sources.get(node) ?? 0);
  if ((kinds & RUN) !== 0) {
    // A claim of all inputs of a product covers the run that made it.
    eachArc(node, input, 'down', (far, relation) => {
      if (relation === GENERATED) best = Math.max(best, claims.inputs.get(far) ?? 0);
    });
    return best;
  }
  eachArc(node, input, 'up', (far, relation) => {
    if (relation === GENERATED) best = Math.max(best, runClaim(far, input, claims));
    if (relation === ALTERNATE) best = Math.max(best, entityClaim(far, input, claims));
  });
  return best;
}

/** A product needs no claim of its own: it is as closed as the run that made it, and that run has to be closed. */
const DELEGATED = 1;

function runClaim(run: number, input: ClosureInput, claims: Claimed): number {
  return input.scoreRuns.has(run) ? 0 : Math.max(DELEGATED, claims.inputs.get(run) ?? 0);
}

/** An alias that is closed closes the thing under its other names. */
function entityClaim(alias: number, input: ClosureInput, claims: Claimed): number {
  let best = Math.max(claims.inputs.get(alias) ?? 0, claims.sources.get(alias) ?? 0);
  eachArc(alias, input, 'up', (far, relation) => {
    if (relation === GENERATED) best = Math.max(best, runClaim(far, input, claims));
  });
  return best;
}

/** Arcs of a node that count in this scope. */
function eachArc(
  node: number,
  { index, tables, scope }: ClosureInput,
  direction: 'up' | 'down',
  visit: (far: number, relation: number) => void,
): void {
  const least = Math.min(tableRank(scope.minClass), tableRank('trusted'));
  index[direction].forEach(node, (far, mark) => {
    if ((tables.asThreat[mark >>> MARK_BITS] ?? 0) >= least) visit(far, mark & 31);
  });
}

/** Everything downstream of an unclosed node is open; the nearest one (ties: smallest ref) is its origin. */
function spread(
  input: ClosureInput,
  unclosed: readonly number[],
  strength: Uint8Array,
): { open: Uint8Array; origin: Int32Array } {
  const { index, tables, scope, scoreRuns, boilerplate, demoted } = input;
  const open = new Uint8Array(index.nodeCount);
  const origin = new Int32Array(index.nodeCount).fill(-1);
  const least = tableRank(scope.minClass);
  const queue: number[] = [];
  for (const node of unclosed) {
    if (open[node] === 1) continue;
    open[node] = 1;
    origin[node] = node;
    queue.push(node);
  }
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] as number;
    index.down.forEach(node, (far, mark) => {
      if (open[far] === 1 || boilerplate.has(far)) return;
      const rank = tables.asThreat[mark >>> MARK_BITS] ?? 0;
      // A claim of all inputs is contradicted only by evidence of its own class or better.
      if (rank < least || rank < (strength[far] === 255 ? 0 : (strength[far] ?? 0))) return;
      if (!passesOpenness(mark, demoted)) return;
      if ((mark & 31) === USED && scoreRuns.has(far)) return;
      open[far] = 1;
      origin[far] = origin[node] ?? -1;
      queue.push(far);
    });
  }
  return { open, origin };
}

function passesOpenness(packed: number, demoted: ReadonlySet<number>): boolean {
  const { relation, strength, snapshot, document } = unpackMark(packed);
  const name = RELATION_NAMES[relation];
  if (name === undefined || name === 'namedAs' || name === 'specializationOf') return false;
  if (STRENGTHS[strength] === 'inferred' || (snapshot && demoted.has(document))) return false;
  const { influence } = RELATIONS[name];
  return influence === 'content' || influence === 'placement';
}
