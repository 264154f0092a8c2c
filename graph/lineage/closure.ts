// SPDX-License-Identifier: Apache-2.0
import { kindMask } from '../domain/kinds.ts';
import { RELATION_NAMES } from '../domain/relations.ts';
import { MARK_BITS } from './arcs.ts';
import { ClosingClaims, leastToOpen, passesOpenness, type ClosureInput } from './closing-claims.ts';
import type { LineageIndex } from './lineage-index.ts';
import { isMention } from './mention.ts';
import { tableRank } from './scope.ts';

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

const USED = RELATION_NAMES.indexOf('used');
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
/** Refs that say themselves what they are of. */
const EXEMPT_PREFIXES = ['deployment:', 'evaluation:', 'identity:', 'builder:', 'platform:'];
/** Strength of what needs no claim: every class opens it, and it never opens anything itself. */
const EXEMPT = 255;

/**
 * Openness for a whole scope in two linear passes: which nodes have no claim of their own, then everything downstream of
 * them. It does not depend on the question (DESIGN.md 3, closure).
 */
export function computeClosure(input: ClosureInput): Closure {
  const { index } = input;
  const claims = new ClosingClaims(input);
  const authorised = authorisedDocuments(input);
  const strength = new Uint8Array(index.nodeCount);
  const unclosed: number[] = [];
  const kinds = new Uint32Array(index.nodeCount);
  for (let node = 0; node < index.nodeCount; node++) {
    const mask = index.kindsOf(node, input.tables.asThreat);
    kinds[node] = mask;
    if (mask === 0 || input.boilerplate.has(node)) continue;
    // a mention is as open as the thing, and only its document can say which thing that is
    const needsNone =
      isExempt(index, node, mask, authorised) || isMention(index, input.tables.asThreat, node);
    strength[node] = needsNone ? EXEMPT : claims.strengthOf(node, mask);
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

/** 1 for each document whose word on what a thing is exempts it from a claim: trusted now. */
function authorisedDocuments({ tables }: ClosureInput): Uint8Array {
  const trusted = tableRank('trusted');
  return tables.asSupport.map((rank) => (rank >= trusted ? 1 : 0));
}

/** A digest or coordinate is exempt by authorised word only: anybody may call a model an evaluation. */
function isExempt(
  index: LineageIndex,
  node: number,
  kinds: number,
  authorised: Uint8Array,
): boolean {
  if ((kinds & NEEDS_NO_CLAIM) === 0) return false;
  const level = index.levelOf(node);
  if (level === 'name' || level === 'local') return true;
  if (EXEMPT_PREFIXES.some((prefix) => index.refOf(node).startsWith(prefix))) return true;
  return (index.kindsOf(node, authorised) & NEEDS_NO_CLAIM) !== 0;
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
  const least = leastToOpen(scope);
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
      if (rank < opensFrom(strength[far] ?? 0, least)) return;
      if (!passesOpenness(mark, demoted)) return;
      if ((mark & 31) === USED && scoreRuns.has(far)) return;
      open[far] = 1;
      origin[far] = origin[node] ?? -1;
      queue.push(far);
    });
  }
  return { open, origin };
}

/**
 * Class table rank from which an arc opens what it leads to. A claim of all inputs is contradicted only by evidence of its
 * own class or better; what has no claim of its own (a deployment) is as open as anybody's word of what it holds.
 */
function opensFrom(strength: number, least: number): number {
  return strength === EXEMPT ? 1 : Math.max(least, strength);
}
