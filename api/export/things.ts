// SPDX-License-Identifier: Apache-2.0
import { isDigest } from '../../core/digest.ts';
import type { Kind } from '../../graph/domain/kinds.ts';
import { KINDS } from '../../graph/domain/kinds.ts';
import type { ProjectedEdge, ProjectedNode, Projection } from './projection.ts';

export interface ThingDigest {
  readonly algorithm: string;
  readonly hex: string;
}

/** One thing under all its names: what a format writes as one element. */
export interface Thing {
  /** Ref of the node that stands for it: a digest before a coordinate before a document's own mention. */
  readonly ref: string;
  readonly kind: Kind;
  readonly name: string;
  /** The nodes that are this thing, the one that stands for it first. Shared names are not among them. */
  readonly nodes: readonly ProjectedNode[];
  /** Nodes of coordinates and shared names that it bears beside those. */
  readonly borne: readonly ProjectedNode[];
  /** Strong digests, sha256 first, then md5 and sha1. */
  readonly digests: readonly ThingDigest[];
  /** `gitoid:…`, `oms:…`. */
  readonly contentRefs: readonly string[];
  /** Coordinates that it is, or is a version of. */
  readonly coordinates: readonly string[];
  /** Shared names that documents know it by. */
  readonly nameRefs: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly isAside: boolean;
}

/** The things of a projection, and what the edges between names became. */
export interface Things {
  readonly all: readonly Thing[];
  /** The thing that a node is; undefined for a shared name. */
  thingOf(ref: string): Thing | undefined;
  /** What a shared name is, for the edges that end at one: a licence. */
  nameOf(ref: string): Thing | undefined;
  /** Edges that say that two refs are one thing, or what it is called: they are told by elements, not between them. */
  readonly naming: readonly NamingEdge[];
  /** All others. */
  readonly edges: readonly ProjectedEdge[];
}

export interface NamingEdge {
  readonly edge: ProjectedEdge;
  /** The things whose element tells it. */
  readonly things: readonly Thing[];
  /** False: it would make one thing of two contents, or is only a guess. */
  readonly isTold: boolean;
}

const LEVELS = ['digest', 'coordinate', 'local', 'name'];
const ALGORITHMS = ['sha256', 'sha384', 'sha512', 'blake3', 'sha1', 'md5'];
const NAMING: ReadonlySet<string> = new Set(['alternateOf', 'specializationOf', 'namedAs']);

/** Puts together what is one thing. Two digests of one algorithm are never one: that would hide a conflict. */
export function thingsOf(projection: Projection): Things {
  const nodes = new Map(projection.nodes.map((node) => [node.ref, node]));
  const groups = new Groups(nodes);
  const naming = projection.edges.filter(({ relation }) => NAMING.has(relation));
  const told = new Set<ProjectedEdge>();
  for (const edge of naming) {
    if (edge.relation === 'alternateOf' && edge.certain && groups.join(edge.from, edge.to))
      told.add(edge);
  }
  const extra = new Map<string, { coordinates: Set<string>; nameRefs: Set<string> }>();
  for (const edge of naming) {
    if (edge.relation === 'alternateOf' || !edge.certain) continue;
    const leader = groups.leaderOf(edge.from);
    const found = extra.get(leader) ?? { coordinates: new Set(), nameRefs: new Set() };
    extra.set(leader, found);
    (edge.relation === 'namedAs' ? found.nameRefs : found.coordinates).add(edge.to);
    told.add(edge);
  }
  const edges = projection.edges.filter(({ relation }) => !NAMING.has(relation));
  const used = new Set([...edges.flatMap(({ from, to }) => [from, to]), ...projection.roots]);
  const byLeader = new Map<string, ProjectedNode[]>();
  for (const node of projection.nodes) {
    if (node.level === 'name') continue;
    const leader = groups.leaderOf(node.ref);
    const members = byLeader.get(leader);
    if (members === undefined) byLeader.set(leader, [node]);
    else members.push(node);
  }
  const borne = new Set([...extra.values()].flatMap(({ coordinates }) => [...coordinates]));
  const things = new Map<string, Thing>();
  for (const [leader, members] of byLeader) {
    // a coordinate that only ever names what has a digest is told by that thing's element
    const isOnlyBorne = members.every(({ ref }) => borne.has(ref) && !used.has(ref));
    if (!isOnlyBorne) things.set(leader, createThing(members, extra.get(leader), nodes));
  }
  const thingOf = (ref: string): Thing | undefined => things.get(groups.leaderOf(ref));
  const named = new Map<string, Thing>();
  const bearers = bearersOf([...things.values()]);
  return {
    all: [...things.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    thingOf,
    nameOf: (ref) => {
      const node = nodes.get(ref);
      return node?.level === 'name' ? nameThing(node, named) : undefined;
    },
    edges,
    naming: naming.map((edge) => {
      const own = thingOf(edge.from);
      return {
        edge,
        things: own === undefined ? (bearers.get(edge.from) ?? []) : [own],
        isTold: told.has(edge),
      };
    }),
  };
}

function nameThing(node: ProjectedNode, known: Map<string, Thing>): Thing {
  const thing = known.get(node.ref) ?? createThing([node], undefined, new Map());
  known.set(node.ref, thing);
  return thing;
}

function bearersOf(things: readonly Thing[]): ReadonlyMap<string, readonly Thing[]> {
  const found = new Map<string, Thing[]>();
  for (const thing of things) {
    for (const ref of thing.coordinates) {
      const known = found.get(ref);
      if (known === undefined) found.set(ref, [thing]);
      else known.push(thing);
    }
  }
  return found;
}

function createThing(
  members: readonly ProjectedNode[],
  extra:
    | { readonly coordinates: ReadonlySet<string>; readonly nameRefs: ReadonlySet<string> }
    | undefined,
  known: ReadonlyMap<string, ProjectedNode>,
): Thing {
  const nodes = [...members].sort((a, b) => rank(a) - rank(b) || (a.ref < b.ref ? -1 : 1));
  const refs = nodes.map(({ ref }) => ref);
  const names = [...(extra?.nameRefs ?? [])].sort();
  const kinds = new Set(nodes.flatMap((node) => node.kinds));
  const attributes = nodes.toReversed().flatMap((node) => Object.entries(node.attributes));
  const [first] = nodes;
  return {
    ref: first?.ref ?? '',
    kind: KINDS.find((kind) => kinds.has(kind)) ?? 'File',
    name: nodes.find(({ ref, name }) => name !== ref)?.name ?? first?.ref ?? '',
    nodes,
    borne: [...(extra?.coordinates ?? []), ...names].flatMap((ref) =>
      refs.includes(ref) ? [] : (known.get(ref) ?? []),
    ),
    digests: [...refs.filter(isDigest), ...names.filter((ref) => /^(?:md5|sha1):/.test(ref))].map(
      digestOf,
    ),
    contentRefs: nodes
      .filter(({ ref, level }) => level === 'digest' && !isDigest(ref))
      .map(({ ref }) => ref),
    coordinates: [
      ...nodes.filter(({ level }) => level === 'coordinate').map(({ ref }) => ref),
      ...[...(extra?.coordinates ?? [])].sort(),
    ],
    nameRefs: names,
    attributes: Object.fromEntries(attributes),
    isAside: nodes.every(({ isAside }) => isAside),
  };
}

function rank({ ref, level }: ProjectedNode): number {
  const algorithm = ALGORITHMS.indexOf(ref.slice(0, ref.indexOf(':')));
  return LEVELS.indexOf(level) * 10 + (algorithm < 0 ? ALGORITHMS.length : algorithm);
}

function digestOf(ref: string): ThingDigest {
  const colon = ref.indexOf(':');
  return { algorithm: ref.slice(0, colon), hex: ref.slice(colon + 1) };
}

const NO_DIGESTS: ReadonlyMap<string, string> = new Map();

/** Disjoint sets of refs, with the digests of each by algorithm. */
class Groups {
  readonly #parents = new Map<string, string>();
  readonly #algorithms = new Map<string, ReadonlyMap<string, string>>();

  constructor(nodes: ReadonlyMap<string, ProjectedNode>) {
    for (const { ref } of nodes.values()) {
      const algorithm = ref.slice(0, ref.indexOf(':'));
      this.#algorithms.set(ref, isDigest(ref) ? new Map([[algorithm, ref]]) : new Map());
    }
  }

  leaderOf(ref: string): string {
    let at = ref;
    for (let next = this.#parents.get(at); next !== undefined; next = this.#parents.get(at)) {
      const beyond = this.#parents.get(next);
      if (beyond !== undefined) this.#parents.set(at, beyond);
      at = next;
    }
    return at;
  }

  /** @returns false where the two have different digests of one algorithm */
  join(left: string, right: string): boolean {
    const [a, b] = [this.leaderOf(left), this.leaderOf(right)];
    if (a === b) return true;
    const ofA = this.#algorithms.get(a) ?? NO_DIGESTS;
    const ofB = this.#algorithms.get(b) ?? NO_DIGESTS;
    for (const [algorithm, ref] of ofB) {
      if ((ofA.get(algorithm) ?? ref) !== ref) return false;
    }
    this.#algorithms.set(a, new Map([...ofA, ...ofB]));
    this.#parents.set(b, a);
    return true;
  }
}
