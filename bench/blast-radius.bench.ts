// SPDX-License-Identifier: Apache-2.0
// Walks over an index of 1 M nodes and 5 M edges against a bare breadth-first search over the same arrays.
//   node bench/run.ts blast-radius            PEDIGREE_BENCH_BUILDS=14000 for a tenth of the size
import type { Facts } from '../graph/domain/facts.ts';
import { Arcs } from '../graph/lineage/arcs.ts';
import { computeClosure } from '../graph/lineage/closure.ts';
import { LineageIndex } from '../graph/lineage/lineage-index.ts';
import type { Scope } from '../graph/lineage/scope.ts';
import { REACH, Walk, type WalkFilter } from '../graph/lineage/walk.ts';
import { Witnesses } from '../graph/lineage/witness.ts';
import type { SignerPolicy } from '../schemas/policy/signer-policy.ts';
import { BareSearch } from './support/bare-search.ts';
import { alternate, report, spend, type Measurement } from './support/measure.ts';
import {
  BUILDS_OF_ONE_MILLION,
  dataset,
  deploymentRef,
  syntheticClasses,
  syntheticDocuments,
} from './support/synthetic-graph.ts';

const BUILDS = Number(process.env['PEDIGREE_BENCH_BUILDS'] ?? BUILDS_OF_ONE_MILLION);
const ROUNDS = 25;
const EDGES_A_BUILD = 32;
/** Ranks in a class table: unsigned is what a prototype's question asks for, signed what a stricter one does. */
const UNSIGNED = 2;
const SIGNED = 3;
const MOST_RATIO = 2;

/** Configurations come from nowhere; everything else has to be claimed. */
const POLICY: SignerPolicy = {
  name: 'bench',
  trusted: [],
  measurements: [],
  runs: [],
  complete: [],
  primarySources: ['coord:configs/*'],
  boilerplate: [],
  mayRevoke: [],
  mayRetract: [],
};

const index = new LineageIndex();
const documents = fill(index);
const { classes, projects } = syntheticClasses(documents);
const folded = foldedCopy(index.down, index.nodeCount);
const searchOfCopy = new BareSearch(folded, 'down', index.nodeCount);

const popular = Array.from({ length: 5 }, (_, at) => nodeOf(dataset(at * 3).ref));
const deployments = Array.from({ length: BUILDS }, (_, at) => index.find(deploymentRef(at)))
  .filter((node) => node !== undefined)
  .slice(-30);

const anyClass = filterOf(classes, UNSIGNED);
measureWalk('blast radius, a tenth not folded in', popular, 'down', anyClass, true, searchOfCopy);

const compacted = await spend(() => index.compact(true));
report({ what: 'index: folding all of it', value: compacted.wallMs, unit: 'ms' });
report({ what: 'index: arrays', value: index.byteLength / folded.size, unit: 'bytes/arc' });
const down = new BareSearch(index.down, 'down', index.nodeCount);
const up = new BareSearch(index.up, 'up', index.nodeCount);

measureWalk('blast radius, any class', popular, 'down', anyClass, true, down, MOST_RATIO);
const signed = filterOf(classes, SIGNED);
measureWalk('blast radius, signed or better', popular, 'down', signed, true, down, MOST_RATIO);
measureWalk(
  'the same against a search for the affected alone',
  popular,
  'down',
  signed,
  false,
  down,
);
const oneProject = filterOf(
  classes.map((rank, document) => (projects[document] === 0 ? rank : 0)),
  UNSIGNED,
);
measureWalk('blast radius, one of four projects', popular, 'down', oneProject, true, down);
measureWalk('lineage of a deployment', deployments, 'up', anyClass, true, up);
measureWitnesses();
await measureClosure();

/** Nine tenths folded into the base, the rest left in the overlay. @returns the number of documents */
function fill(target: LineageIndex): number {
  let count = 0;
  let edges = 0;
  let milliseconds = 0;
  for (const facts of syntheticDocuments(BUILDS)) {
    edges += facts.edges.length;
    milliseconds += timeToAdd(target, count++, facts, edges < 0.9 * EDGES_A_BUILD * BUILDS);
  }
  const note = `${target.nodeCount} nodes, ${edges} edges, ${target.arcCount} arcs, ${count} documents`;
  report({
    what: 'index: edges added',
    value: edges / (milliseconds / 1000),
    unit: 'edges/s',
    note,
  });
  return count;
}

function timeToAdd(target: LineageIndex, document: number, facts: Facts, fold: boolean): number {
  const started = performance.now();
  target.addDocument(document, facts);
  if (fold) target.compact();
  return performance.now() - started;
}

function nodeOf(ref: string): number {
  const node = index.find(ref);
  if (node === undefined) throw new Error(`no ${ref} in the index`);
  return node;
}

function filterOf(ranks: Uint8Array, minRank: number): WalkFilter {
  return {
    classes: ranks,
    minRank,
    scoreRuns: new Set(),
    demoted: new Set(),
    boilerplate: new Set(),
  };
}

function measureWalk(
  what: string,
  seeds: readonly number[],
  direction: 'down' | 'up',
  filter: WalkFilter,
  withPossible: boolean,
  bare: BareSearch,
  mostRatio?: number,
): void {
  const walk = new Walk(index, direction);
  const seedOf = (round: number): number => seeds[round % seeds.length] ?? 0;
  const limit = (round: number): void => {
    bare.run(seedOf(round), filter.classes, filter.minRank, withPossible);
  };
  const timed = alternate(ROUNDS, (round) => walk.run([seedOf(round)], filter), limit);
  for (const seed of seeds) {
    walk.run([seed], filter);
    bare.run(seed, filter.classes, filter.minRank, withPossible);
    assertSame(what, walk, bare, withPossible);
  }
  const reached = `${walk.visited.length} nodes and ${walk.terminals.size} terminals reached`;
  report({
    ...ratioOf(what, timed),
    note: reached,
    ...(mostRatio === undefined ? {} : { mostRatio }),
  });
}

function ratioOf(what: string, timed: ReturnType<typeof alternate>): Measurement {
  return { what, value: timed.ourMs, unit: 'ms', limit: timed.limitMs, ratio: timed.ratio };
}

/** The bare search must give the same answer, node for node, or its time says nothing. */
function assertSame(what: string, walk: Walk, bare: BareSearch, withPossible: boolean): void {
  for (let node = 0; node < index.nodeCount; node++) {
    const reach = walk.reachOf(node);
    const hung =
      reach === REACH.none ? (walk.terminals.get(node)?.reach ?? REACH.none) : REACH.none;
    const isSame = withPossible
      ? reach === bare.reach[node] && (reach !== REACH.none || hung === bare.terminals[node])
      : (reach === REACH.affected) === (bare.reach[node] === 1);
    if (!isSame)
      throw new Error(`${what}: the walk and the bare search disagree on ${index.refOf(node)}`);
  }
}

function measureWitnesses(): void {
  const filter = filterOf(classes, UNSIGNED);
  const walk = new Walk(index, 'down');
  const seed = popular[0] ?? 0;
  let steps = 0;
  let hits = 0;
  const timed = alternate(
    3,
    () => {
      walk.run([seed], filter);
      const witnesses = new Witnesses(index, walk, filter, [seed], (document) => String(document));
      steps = 0;
      hits = walk.terminals.size;
      for (const { node, influence } of walk.terminals.values()) {
        steps += witnesses.pathTo(node, influence).length;
      }
    },
    () => {
      down.run(seed, filter.classes, filter.minRank, true);
    },
    1,
  );
  report({
    ...ratioOf('walk and a witness path for every terminal', timed),
    note: `${hits} paths of ${(steps / hits).toFixed(1)} steps`,
  });
}

async function measureClosure(): Promise<void> {
  const scope: Scope = {
    asOf: documents,
    policy: POLICY,
    projects: null,
    minClass: 'unsigned',
  };
  const tables = { asSupport: classes, asThreat: classes };
  const filter = filterOf(classes, UNSIGNED);
  const input = { index, tables, scope, ...filter, opening: [] };
  const { wallMs } = await spend(() => computeClosure(input));
  report({ what: 'openness of the whole graph, once a head and scope', value: wallMs, unit: 'ms' });
}

/** The same arcs without an overlay, for the bare search to read. */
function foldedCopy(arcs: Arcs, nodes: number): Arcs {
  const copy = new Arcs();
  for (let node = 0; node < nodes; node++) {
    arcs.forEach(node, (far, mark) => copy.add(node, far, mark));
  }
  copy.compact(nodes, true);
  return copy;
}
