// SPDX-License-Identifier: Apache-2.0
import type { Relation } from '../../../graph/domain/relations.ts';
import type { ProjectedEdge, ProjectedScore, Projection } from '../projection.ts';
import type { Thing, Things } from '../things.ts';
import { COMPONENT_TYPES, isLocal } from './identity.ts';

/** Where an edge goes in the document. */
export type Slot =
  | 'input'
  | 'output'
  | 'task-order'
  | 'dataset'
  | 'ancestor'
  | 'part'
  | 'dependency'
  | 'distribution'
  | 'license'
  | 'supplier'
  | 'manufacturer';

/** Slots that a reader follows from effect to cause. */
const TYPED: ReadonlySet<Slot> = new Set<Slot>(['input', 'output', 'dataset', 'ancestor']);
/** Nesting of components that readers take. */
const MAX_NESTING = 40;

/** An edge between two things, with all edges between their nodes that say so. */
export interface PlannedEdge {
  readonly slot: Slot;
  readonly from: Thing;
  /** Undefined for a licence or a supplier, which is a name. */
  readonly to: Thing | undefined;
  /** What the target is called, where it is no thing. */
  readonly toName: string;
  readonly relation: Relation;
  readonly edges: readonly ProjectedEdge[];
}

export interface Plan {
  /** What the BOM is about; undefined where it is not about one component. */
  readonly main: Thing | undefined;
  /** Components of the first level, in document order. */
  readonly listed: readonly Thing[];
  /** Components inside of others. */
  readonly nested: ReadonlyMap<Thing, readonly Thing[]>;
  readonly tasks: readonly Thing[];
  /** Things that have an object with a bom-ref. */
  readonly referable: ReadonlySet<Thing>;
  readonly edges: readonly PlannedEdge[];
  /** Edges that are not told, with the reason. */
  readonly left: readonly { readonly edge: ProjectedEdge; readonly why: string }[];
  /** Things that are not told. */
  readonly outside: readonly { readonly thing: Thing; readonly why: string }[];
}

const WHY = {
  possible: 'only possible: in a field of CycloneDX it would be certain',
  same: 'both ends are one component',
  ends: 'CycloneDX has no such relation between things of these kinds',
  relation: 'CycloneDX has no field for this relation',
  local:
    'an ancestor is described in place, and this one has edges of its own and no identity to find it by',
  outside: 'one end is not in the document',
  covered: 'already upstream of the root in another way; readers take it for no part',
  shadowed: 'also its data or its ancestor; readers keep that alone',
  second: 'CycloneDX has room for one',
  url: 'the file has no URL',
  dependency: 'readers would take what the root depends on for its part',
  deep: 'nested too deep',
  alone: 'nothing that is told leads to it; listed, readers would take it for a part of the root',
  kind: 'CycloneDX has no component of this kind',
} as const;

/**
 * Decides what of a lineage goes where in a BOM, so that a reader who takes what is listed for a part of the root (as
 * CycloneDX means it) is told no part that nobody stated.
 */
export function planBom(projection: Projection, things: Things): Plan {
  const planner = new Planner(projection, things);
  return planner.plan();
}

export function isComponent(thing: Thing): boolean {
  return COMPONENT_TYPES.has(thing.kind) && !(thing.isAside && thing.kind !== 'Dataset');
}

class Planner {
  readonly #projection: Projection;
  readonly #things: Things;
  readonly #main: Thing | undefined;
  readonly #names: ReadonlyMap<string, string>;
  readonly #left: { edge: ProjectedEdge; why: string }[] = [];
  readonly #planned = new Map<string, PlannedEdge & { edges: ProjectedEdge[] }>();
  readonly #outside = new Map<Thing, string>();

  constructor(projection: Projection, things: Things) {
    this.#projection = projection;
    this.#things = things;
    this.#main = mainOf(projection, things);
    this.#names = new Map(projection.nodes.map(({ ref, name }) => [ref, name]));
  }

  plan(): Plan {
    for (const edge of this.#things.edges) this.#place(edge);
    this.#dropLocalAncestors();
    this.#dropSeconds();
    const scores = this.#projection.scores.flatMap((score) => this.#scoreArc(score));
    this.#dropShadowed(scores);
    const isPlaced = this.#inPlace();
    const homes = this.#homes(isPlaced);
    this.#dropDependencies();
    this.#leaveUncovered(homes, scores, isPlaced);
    this.#dropEdgesOutside(isPlaced);
    const inside = (thing: Thing): boolean => !this.#outside.has(thing);
    const components = this.#things.all.filter(
      (thing) => isComponent(thing) && inside(thing) && !isPlaced.has(thing),
    );
    const tasks = this.#things.all.filter((thing) => thing.kind === 'Run' && inside(thing));
    const nested = new Map<Thing, Thing[]>();
    for (const thing of components) {
      const home = homes.get(thing);
      if (home !== undefined) put(nested, home, thing);
    }
    return {
      main: this.#main,
      listed: components.filter((thing) => thing !== this.#main && !homes.has(thing)),
      nested,
      tasks,
      referable: new Set([...components, ...tasks]),
      edges: [...this.#planned.values()],
      left: this.#left,
      outside: [...this.#outside].map(([thing, why]) => ({ thing, why })),
    };
  }

  #place(edge: ProjectedEdge): void {
    const from = this.#things.thingOf(edge.from);
    const to = this.#things.thingOf(edge.to);
    if (!edge.certain) this.#leave(edge, WHY.possible);
    else if (from === undefined) this.#leave(edge, WHY.ends);
    else if (from === to) this.#leave(edge, WHY.same);
    else {
      const slot = slotOf(edge, from, to);
      if (slot === undefined)
        this.#leave(edge, SLOTLESS.has(edge.relation) ? WHY.relation : WHY.ends);
      else this.#add(edge, slot, from, to);
    }
  }

  #add(edge: ProjectedEdge, slot: Slot, from: Thing, to: Thing | undefined): void {
    if (slot === 'distribution' && urlOf(to) === undefined) return this.#leave(edge, WHY.url);
    const toName = this.#names.get(edge.to) ?? edge.to;
    const planned = { slot, from, to, toName, relation: edge.relation, edges: [edge] };
    const known = this.#planned.get(keyOf(planned));
    if (known === undefined) this.#planned.set(keyOf(planned), planned);
    else known.edges.push(edge);
  }

  #leave(edge: ProjectedEdge, why: string): void {
    this.#left.push({ edge, why });
  }

  #drop(planned: PlannedEdge, why: string): void {
    this.#planned.delete(keyOf(planned));
    for (const edge of planned.edges) this.#leave(edge, why);
  }

  #dropAll(which: (planned: PlannedEdge) => boolean, why: string): void {
    for (const [key, planned] of this.#planned) {
      if (!which(planned)) continue;
      this.#planned.delete(key);
      for (const edge of planned.edges) this.#leave(edge, why);
    }
  }

  /** A thing without an identity is found by its bom-ref alone, and an ancestor has to be described in place. */
  #dropLocalAncestors(): void {
    const sources = new Set<Thing>();
    const otherwise = new Set<Thing>();
    for (const { from, to, slot } of this.#planned.values()) {
      sources.add(from);
      if (slot !== 'ancestor' && to !== undefined) otherwise.add(to);
    }
    const isBound = (to: Thing): boolean =>
      isLocal(to) && (sources.has(to) || otherwise.has(to) || to === this.#main);
    this.#dropAll(
      ({ slot, to }) => slot === 'ancestor' && to !== undefined && isBound(to),
      WHY.local,
    );
  }

  #dropSeconds(): void {
    const seen = new Set<string>();
    for (const planned of [...this.#planned.values()]) {
      if (planned.slot !== 'supplier' && planned.slot !== 'manufacturer') continue;
      const key = JSON.stringify([planned.slot, planned.from.ref]);
      if (seen.has(key)) this.#drop(planned, WHY.second);
      seen.add(key);
    }
  }

  /** The arc from a model to the data of a score. */
  #scoreArc({ model, dataset }: ProjectedScore): readonly (readonly [Thing, Thing])[] {
    const from = this.#things.thingOf(model);
    const to = dataset === undefined ? undefined : this.#things.thingOf(dataset);
    const isArc = from !== undefined && to !== undefined && isScored(from) && isData(to);
    return isArc ? [[from, to]] : [];
  }

  /** Where one thing is both data, or an ancestor, and a part of another, readers keep the first. */
  #dropShadowed(scores: readonly (readonly [Thing, Thing])[]): void {
    const shadows = new Set(scores.map(([from, to]) => pairKey(from, to)));
    for (const { slot, from, to } of this.#planned.values()) {
      if (to !== undefined && (slot === 'dataset' || slot === 'ancestor'))
        shadows.add(pairKey(from, to));
    }
    this.#dropAll(
      ({ slot, from, to }) => slot === 'part' && to !== undefined && shadows.has(pairKey(from, to)),
      WHY.shadowed,
    );
  }

  /** Things that are described where they are named, and nowhere else: ancestors without identity, files behind a URL. */
  #inPlace(): ReadonlySet<Thing> {
    const inPlace = new Set<Thing>();
    const referred = new Set<Thing>();
    for (const { slot, from, to } of this.#planned.values()) {
      referred.add(from);
      if (to === undefined) continue;
      if (slot === 'distribution' || (slot === 'ancestor' && isLocal(to))) inPlace.add(to);
      else referred.add(to);
    }
    if (this.#main !== undefined) referred.add(this.#main);
    return new Set([...inPlace].filter((thing) => !referred.has(thing)));
  }

  /**
   * What each component is nested in, if in anything but the root, whose parts are those that are listed. A second whole has
   * a copy, which only something with an identity can have.
   */
  #homes(isPlaced: ReadonlySet<Thing>): ReadonlyMap<Thing, Thing> {
    const parts = new Map<Thing, PlannedEdge[]>();
    const inside = new Set<Thing>();
    for (const planned of this.#planned.values()) {
      if (planned.slot !== 'part' || planned.to === undefined || planned.from === this.#main)
        continue;
      if (planned.to === this.#main && isLocal(planned.to)) {
        this.#drop(planned, WHY.second);
        continue;
      }
      put(parts, planned.from, planned);
      if (planned.to !== this.#main) inside.add(planned.to);
    }
    const homes = new Map<Thing, Thing>();
    const seen = new Set<Thing>();
    const tops = this.#things.all.filter((thing) => parts.has(thing) && !inside.has(thing));
    const cyclic = this.#things.all.filter((thing) => parts.has(thing));
    for (const top of [...tops, ...cyclic]) {
      if (seen.has(top)) continue;
      seen.add(top);
      let level = [top];
      for (let depth = 1; level.length > 0; depth++) {
        const next: Thing[] = [];
        for (const whole of level) {
          for (const planned of parts.get(whole) ?? []) {
            const part = planned.to;
            if (part === undefined || part === this.#main || isPlaced.has(part)) continue;
            if (depth > MAX_NESTING) this.#drop(planned, WHY.deep);
            else if (!seen.has(part)) {
              seen.add(part);
              homes.set(part, whole);
              next.push(part);
            } else if (homes.get(part) !== whole && isLocal(part)) this.#drop(planned, WHY.second);
          }
        }
        level = next;
      }
    }
    return homes;
  }

  /** With dependencies of the root in it, a BOM's listed components are its parts as far as they are reached over them. */
  #dropDependencies(): void {
    const main = this.#main;
    const isOfMain = [...this.#planned.values()].some(
      ({ slot, from }) => slot === 'dependency' && from === main,
    );
    if (main === undefined || !isOfMain) return;
    const next = new Map<Thing, Thing[]>();
    const parts = new Set<Thing>();
    for (const { slot, from, to } of this.#planned.values()) {
      if (to === undefined) continue;
      if (slot === 'dependency') put(next, from, to);
      if (slot === 'part' && from === main) parts.add(to);
    }
    const reached = reach([main], (thing) => next.get(thing) ?? []);
    reached.delete(main);
    const isEqual = reached.size === parts.size && [...parts].every((part) => reached.has(part));
    if (!isEqual) this.#dropAll(({ slot }) => slot === 'dependency', WHY.dependency);
  }

  /** Follows the document as a reader does, and leaves out what that would make a part of the root without anybody saying so. */
  #leaveUncovered(
    homes: ReadonlyMap<Thing, Thing>,
    scores: readonly (readonly [Thing, Thing])[],
    isPlaced: ReadonlySet<Thing>,
  ): void {
    for (const thing of this.#things.all) {
      if (!isComponent(thing) && thing.kind !== 'Run') this.#outside.set(thing, WHY.kind);
    }
    const main = this.#main;
    if (main === undefined) return;
    const typed = new Map<Thing, Thing[]>();
    const children = new Map<Thing, Thing[]>();
    const rootParts: PlannedEdge[] = [];
    const targets: Thing[] = [];
    for (const planned of this.#planned.values()) {
      const { slot, from, to } = planned;
      if (to === undefined) continue;
      if (TYPED.has(slot)) put(typed, from, to);
      if (TYPED.has(slot)) targets.push(to);
      if (slot === 'part' && from !== main) put(children, from, to);
      if (slot === 'part' && from === main) rootParts.push(planned);
    }
    for (const [from, to] of scores) put(typed, from, to);
    for (const [, to] of scores) targets.push(to);
    const next = (thing: Thing): readonly Thing[] => [
      ...(typed.get(thing) ?? []),
      ...(thing === main ? [] : (children.get(thing) ?? [])),
    ];
    const typedTargets = reach(targets, (thing) => children.get(thing) ?? []);
    const covered = reach([main], next);
    const take = (planned: PlannedEdge): void => {
      const part = planned.to;
      if (part === undefined) return;
      if (covered.has(part)) this.#drop(planned, WHY.covered);
      else for (const thing of reach([part], next, covered)) covered.add(thing);
    };
    const isLate = ({ to }: PlannedEdge): boolean => to !== undefined && typedTargets.has(to);
    rootParts.sort((a, b) => ((a.to?.ref ?? '') < (b.to?.ref ?? '') ? -1 : 1));
    // what is inside of another thing comes with it
    const isInner = ({ to }: PlannedEdge): boolean => to !== undefined && homes.has(to);
    for (const planned of rootParts.filter((one) => !isLate(one) && !isInner(one))) take(planned);
    for (const planned of rootParts.filter((one) => !isLate(one) && isInner(one))) take(planned);
    for (const planned of rootParts.filter(isLate)) take(planned);
    for (const thing of this.#things.all) {
      if (covered.has(thing) || this.#outside.has(thing) || isPlaced.has(thing)) continue;
      this.#outside.set(thing, WHY.alone);
    }
  }

  #dropEdgesOutside(isPlaced: ReadonlySet<Thing>): void {
    const isOut = (thing: Thing | undefined): boolean =>
      thing !== undefined && this.#outside.has(thing) && !isPlaced.has(thing);
    const needsBoth = ({ slot }: PlannedEdge): boolean =>
      slot !== 'license' && slot !== 'supplier' && slot !== 'manufacturer';
    this.#dropAll(
      (planned) => isOut(planned.from) || (needsBoth(planned) && isOut(planned.to)),
      WHY.outside,
    );
  }
}

/** Relations that no slot takes, whatever the kinds. */
const SLOTLESS: ReadonlySet<Relation> = new Set<Relation>([
  'wasAssociatedWith',
  'wasRevisionOf',
  'deploys',
  'evaluates',
  'describes',
  'attests',
  'signedBy',
  'hasStatus',
]);

function slotOf(edge: ProjectedEdge, from: Thing, to: Thing | undefined): Slot | undefined {
  const [isRun, isToRun] = [from.kind === 'Run', to?.kind === 'Run'];
  const areComponents = isComponent(from) && to !== undefined && isComponent(to);
  switch (edge.relation) {
    case 'used':
      return isRun && to !== undefined && isComponent(to) ? 'input' : undefined;
    case 'wasGeneratedBy':
      return isComponent(from) && isToRun ? 'output' : undefined;
    case 'wasInformedBy':
      return isRun && isToRun ? 'task-order' : undefined;
    case 'trainedOn':
      return areComponents && isScored(from) && isData(to) ? 'dataset' : undefined;
    case 'wasDerivedFrom':
      return areComponents ? 'ancestor' : undefined;
    case 'contains':
      return areComponents ? 'part' : undefined;
    case 'dependsOn':
      return areComponents ? 'dependency' : undefined;
    case 'hasDistributionArtifact':
      return areComponents && to.digests.length > 0 ? 'distribution' : undefined;
    case 'hasLicense':
      return isComponent(from) && isLicensed(from) ? 'license' : undefined;
    case 'wasAttributedTo':
      return isComponent(from) ? supplierSlot(edge) : undefined;
    default:
      return undefined;
  }
}

function supplierSlot(edge: ProjectedEdge): Slot | undefined {
  const roles = new Set(edge.evidence.map(({ qualifiers }) => qualifiers['role']));
  if (roles.has('supplier')) return 'supplier';
  return roles.has('manufacturer') ? 'manufacturer' : undefined;
}

/** A model card is a model's. */
export function isScored(thing: Thing): boolean {
  return thing.kind === 'Model';
}

export function isData(thing: Thing): boolean {
  return COMPONENT_TYPES.get(thing.kind) === 'data' && isComponent(thing);
}

/** Of models and data a licence is a thing of its own. */
function isLicensed(thing: Thing): boolean {
  return isScored(thing) || isData(thing);
}

/** The URL that a distribution file is known by. */
export function urlOf(thing: Thing | undefined): string | undefined {
  return thing?.nodes
    .flatMap(({ names }) => names)
    .find((name) => /^https?:\/\/[!#-;=?-Z_a-z~]+$/.test(name));
}

function mainOf({ roots, direction }: Projection, things: Things): Thing | undefined {
  const found = new Set(roots.map((ref) => things.thingOf(ref)));
  const [only] = found;
  return direction === 'up' && found.size === 1 && only !== undefined && isComponent(only)
    ? only
    : undefined;
}

function pairKey(from: Thing, to: Thing): string {
  return JSON.stringify([from.ref, to.ref]);
}

function keyOf({ slot, from, to, toName }: PlannedEdge): string {
  return JSON.stringify([slot, from.ref, to?.ref ?? toName]);
}

function put<T>(into: Map<Thing, T[]>, key: Thing, value: T): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [value]);
  else known.push(value);
}

/** Everything that is reached from some things, themselves included. */
function reach(
  starts: readonly Thing[],
  next: (thing: Thing) => readonly Thing[],
  known: ReadonlySet<Thing> = new Set(),
): Set<Thing> {
  const seen = new Set<Thing>();
  const stack = [...starts];
  for (let thing = stack.pop(); thing !== undefined; thing = stack.pop()) {
    if (seen.has(thing) || known.has(thing)) continue;
    seen.add(thing);
    stack.push(...next(thing));
  }
  return seen;
}
