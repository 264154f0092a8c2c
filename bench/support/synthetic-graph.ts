// SPDX-License-Identifier: Apache-2.0
import type { EdgeFact, Facts, NodeFact } from '../../graph/domain/facts.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import type { Relation, Strength } from '../../graph/domain/relations.ts';
import { randomNumbers } from './random.ts';

/** A build makes 7.5 nodes and 32 edges: this many make 1.1 M nodes and 4.8 M edges. */
export const BUILDS_OF_ONE_MILLION = 150_000;

const EDGES_A_DOCUMENT = 300;
const PACKAGES_A_BUILD = 16;
const BUILDERS = 200;
const SUPPLIERS = 5_000;
/** Exponent of a pick: the larger, the more the oldest are favoured. */
const SKEW = { package: 5, dataset: 3, parentDataset: 2, baseModel: 12, imagePackage: 4 };

/** What one document says, collected node by node. */
class DocumentFacts {
  readonly #nodes: NodeFact[] = [];
  readonly #edges: EdgeFact[] = [];
  readonly #byRef = new Map<string, number>();

  get edgeCount(): number {
    return this.#edges.length;
  }

  edge(from: Thing, relation: Relation, to: Thing, strength: Strength = 'explicit'): void {
    const ends = { from: this.#node(from), to: this.#node(to) };
    this.#edges.push({ ...ends, relation, strength, pointers: [], qualifiers: {} });
  }

  take(): Facts {
    return {
      format: 'synthetic',
      version: null,
      statementKind: 'provenance',
      nodes: this.#nodes,
      edges: this.#edges,
      subjects: [],
      claims: [],
      dependsOn: [],
      problems: [],
    };
  }

  #node({ ref, kind }: Thing): number {
    const known = this.#byRef.get(ref);
    if (known !== undefined) return known;
    const id = this.#nodes.length;
    this.#nodes.push({ ref, kinds: [kind], names: [] });
    this.#byRef.set(ref, id);
    return id;
  }
}

interface Thing {
  readonly ref: string;
  readonly kind: Kind;
}

const run = (at: number): Thing => ({ ref: `run:ci#${at}`, kind: 'Run' });
const model = (at: number): Thing => ({ ref: `coord:models/m@${at}`, kind: 'Model' });
const weights = (at: number): Thing => ({ ref: `oci:weights@${at}`, kind: 'File' });
const config = (at: number): Thing => ({ ref: `coord:configs/c@${at}`, kind: 'Config' });
const library = (at: number): Thing => ({ ref: `pkg:pypi/lib-${at}@1.0.0`, kind: 'Package' });
const image = (at: number): Thing => ({ ref: `oci:images@${at}`, kind: 'Image' });
const deployment = (at: number): Thing => ({ ref: `deployment:prod/${at}`, kind: 'Deployment' });
const evaluation = (at: number): Thing => ({ ref: `evaluation:e#${at}`, kind: 'Evaluation' });
const builder = (at: number): Thing => ({ ref: `builder:b${at}`, kind: 'Builder' });
const supplier = (at: number): Thing => ({ ref: `identity:supplier-${at}`, kind: 'Supplier' });
const modelAlias = (at: number): Thing => ({ ref: `hf:m/${at}@main`, kind: 'Model' });
/** Ref of the dataset that build `at` publishes; the small numbers are the popular ones. */
export const dataset = (at: number): Thing => ({ ref: `coord:data/d@${at}`, kind: 'Dataset' });
/** Ref of the deployment of build `at`, where it has one. */
export const deploymentRef = (at: number): string => deployment(at).ref;

/**
 * Documents of about 300 edges each over a growing history of builds: 12 kinds, 12 relations (8 of them lineage), popular
 * packages, datasets and base models, 2 % inferred edges, and now and then data that a later model has written (cycles).
 */
export function* syntheticDocuments(builds: number, seed = 42): Generator<Facts> {
  const random = randomNumbers(seed);
  let document = new DocumentFacts();
  for (let at = 0; at < builds; at++) {
    addBuild(document, at, random);
    if (document.edgeCount < EDGES_A_DOCUMENT) continue;
    yield document.take();
    document = new DocumentFacts();
  }
  yield document.take();
}

function addBuild(document: DocumentFacts, at: number, random: () => number): void {
  const pick = (skew: number): number => Math.floor(at * random() ** skew);
  const strength = (): Strength => (random() < 0.02 ? 'inferred' : 'explicit');
  document.edge(run(at), 'wasAssociatedWith', builder(pick(1) % BUILDERS));
  document.edge(library(at), 'wasAttributedTo', supplier(pick(1) % SUPPLIERS));
  document.edge(run(at), 'used', config(at));
  for (const used of picks(PACKAGES_A_BUILD, SKEW.package, pick)) {
    document.edge(run(at), 'used', library(used), strength());
  }
  for (const read of picks(3, SKEW.dataset, pick))
    document.edge(run(at), 'used', dataset(read), strength());
  for (const parent of picks(2, SKEW.parentDataset, pick)) {
    if (parent !== at) document.edge(dataset(at), 'wasDerivedFrom', dataset(parent), strength());
  }
  document.edge(model(at), 'wasGeneratedBy', run(at));
  document.edge(weights(at), 'wasGeneratedBy', run(at));
  document.edge(model(at), 'hasDistributionArtifact', weights(at));
  for (const read of picks(2, SKEW.dataset, pick))
    document.edge(model(at), 'trainedOn', dataset(read));
  const base = pick(SKEW.baseModel);
  if (random() < 0.6 && base !== at) document.edge(model(at), 'wasDerivedFrom', model(base));
  if (random() < 0.05) document.edge(model(at), 'alternateOf', modelAlias(at));
  if (random() < 0.005) document.edge(dataset(pick(1)), 'wasDerivedFrom', model(at));
  addOperation(document, at, random, pick);
}

function addOperation(
  document: DocumentFacts,
  at: number,
  random: () => number,
  pick: (skew: number) => number,
): void {
  if (random() < 0.35) {
    document.edge(image(at), 'contains', model(at));
    for (const part of picks(10, SKEW.imagePackage, pick)) {
      document.edge(image(at), 'contains', library(part));
    }
  }
  if (random() < 0.5) document.edge(deployment(at), 'deploys', model(at));
  if (random() < 0.3) {
    document.edge(evaluation(at), 'evaluates', model(at));
    document.edge(evaluation(at), 'testedOn', dataset(pick(SKEW.dataset)));
  }
}

function picks(count: number, skew: number, pick: (skew: number) => number): Set<number> {
  return new Set(Array.from({ length: count }, () => pick(skew)));
}

/** What the documents are worth to a question: class table ranks, 0 for what does not count. */
export interface SyntheticClasses {
  readonly classes: Uint8Array;
  /** Project of each document. */
  readonly projects: Uint8Array;
}

/** A tenth of the documents is not known yet, 1.5 % are retracted, the rest unsigned (30 %) to attested (15 %). */
export function syntheticClasses(documents: number, seed = 42): SyntheticClasses {
  const random = randomNumbers(seed + 1);
  const classes = new Uint8Array(documents);
  const projects = new Uint8Array(documents);
  for (let at = 0; at < documents; at++) {
    const isStanding = random() >= 0.115;
    const draw = random();
    const rank = draw < 0.3 ? 2 : draw < 0.55 ? 3 : draw < 0.85 ? 4 : 5;
    classes[at] = isStanding ? rank : 0;
    projects[at] = Math.floor(random() * 4);
  }
  return { classes, projects };
}
