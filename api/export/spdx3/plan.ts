// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '../../../graph/domain/kinds.ts';
import type { ProjectedEdge, Projection } from '../projection.ts';
import type { Thing, Things } from '../things.ts';

/** What a thing is in SPDX 3: its class, and the purpose that tells it from others of the class. */
export interface ElementClass {
  readonly type: string;
  readonly purpose?: string;
}

/** Kinds that are artifacts. */
export const ARTIFACT_CLASSES: ReadonlyMap<Kind, ElementClass> = new Map<Kind, ElementClass>([
  ['Model', { type: 'ai_AIPackage', purpose: 'model' }],
  ['Dataset', { type: 'dataset_DatasetPackage', purpose: 'data' }],
  ['Image', { type: 'software_Package', purpose: 'container' }],
  ['Package', { type: 'software_Package' }],
  ['Code', { type: 'software_File', purpose: 'source' }],
  ['Config', { type: 'software_File', purpose: 'configuration' }],
  ['Prompt', { type: 'software_File', purpose: 'file' }],
  ['File', { type: 'software_File', purpose: 'file' }],
]);

/** An edge as a relationship, or as a field of its source. */
export interface PlannedRelationship {
  /** `trainedOn`… or `suppliedBy`, `originatedBy`, which are fields of an artifact. */
  readonly type: string;
  readonly from: Thing;
  readonly to: Thing;
  readonly edge: ProjectedEdge;
}

export interface Plan {
  /** What the document is about; undefined where it is not about one artifact. */
  readonly main: Thing | undefined;
  readonly artifacts: readonly Thing[];
  readonly builds: readonly Thing[];
  readonly agents: readonly Thing[];
  readonly relationships: readonly PlannedRelationship[];
  readonly left: readonly { readonly edge: ProjectedEdge; readonly why: string }[];
  readonly outside: readonly { readonly thing: Thing; readonly why: string }[];
}

const WHY = {
  possible: 'only possible: a relationship of SPDX would make it certain',
  same: 'both ends are one element',
  ends: 'SPDX 3 has no such relationship between elements of these kinds',
  builder: 'SPDX 3 says who asked for a build, not what ran it',
  dependency: 'readers would take what the root depends on for its part',
  alone: 'nothing that is told leads to it; listed, readers would take it for a part of the root',
  kind: 'SPDX 3 has no element of this kind',
  outside: 'one end is not in the document',
  second: 'SPDX 3 has room for one',
} as const;

/** Relationships that readers do not follow from effect to cause, or do not take for upstream. */
const UNTYPED = new Set([
  'suppliedBy',
  'originatedBy',
  'license',
  'amendedBy',
  'invokedBy',
  'dependsOn',
]);

/** Decides what of a lineage is told by which element and relationship. */
export function planSpdx3(projection: Projection, things: Things): Plan {
  const left: { edge: ProjectedEdge; why: string }[] = [];
  let planned: PlannedRelationship[] = [];
  for (const edge of things.edges) {
    const found = place(edge, things);
    if (typeof found === 'string') left.push({ edge, why: found });
    else planned.push(found);
  }
  const drop = (which: (one: PlannedRelationship) => boolean, why: string): void => {
    for (const one of planned) if (which(one)) left.push({ edge: one.edge, why });
    planned = planned.filter((one) => !which(one));
  };
  dropSeconds(planned, drop);
  const outside = new Map<Thing, string>();
  const agents = new Set(planned.flatMap(({ type, to }) => (isAgentField(type) ? [to] : [])));
  const licenses = new Set(planned.flatMap(({ type, to }) => (type === 'license' ? [to] : [])));
  for (const thing of things.all) {
    const isTold =
      isArtifact(thing) || thing.kind === 'Run' || agents.has(thing) || licenses.has(thing);
    if (!isTold) outside.set(thing, WHY.kind);
  }
  const main = mainOf(projection, things);
  if (main !== undefined) {
    const covered = coveredBy(main, planned, projection, things);
    for (const thing of things.all) {
      const isWalked = isArtifact(thing) || thing.kind === 'Run';
      if (isWalked && !covered.has(thing)) outside.set(thing, WHY.alone);
    }
    dropDependencies(main, planned, covered, drop);
  }
  drop(({ from, to }) => outside.has(from) || outside.has(to), WHY.outside);
  const isInside = (thing: Thing): boolean => !outside.has(thing);
  return {
    main,
    artifacts: things.all.filter((thing) => isArtifact(thing) && isInside(thing)),
    builds: things.all.filter((thing) => thing.kind === 'Run' && isInside(thing)),
    agents: [...agents],
    relationships: planned,
    left,
    outside: [...outside].map(([thing, why]) => ({ thing, why })),
  };
}

export function isArtifact(thing: Thing): boolean {
  return ARTIFACT_CLASSES.has(thing.kind) && !(thing.isAside && thing.kind !== 'Dataset');
}

/** Artifacts that may be trained, tested and licensed as models or data. */
function isPackageOf(kind: Kind, thing: Thing): boolean {
  return thing.kind === kind && isArtifact(thing);
}

export function isAgentField(type: string): boolean {
  return type === 'suppliedBy' || type === 'originatedBy' || type === 'invokedBy';
}

/** @returns the relationship, or why there is none */
function place(edge: ProjectedEdge, things: Things): PlannedRelationship | string {
  const from = things.thingOf(edge.from);
  const to = things.thingOf(edge.to) ?? things.nameOf(edge.to);
  if (!edge.certain) return WHY.possible;
  if (from === undefined || to === undefined) return WHY.ends;
  if (from === to) return WHY.same;
  if (edge.relation === 'wasAssociatedWith' && !hasRole(edge, 'invoker')) return WHY.builder;
  const type = typeOf(edge, from, to);
  if (type === undefined) return WHY.ends;
  // told from the older to the newer, and from the run to the product
  const isTurned = type === 'amendedBy' || type === 'hasOutput';
  return isTurned ? { type, from: to, to: from, edge } : { type, from, to, edge };
}

function typeOf(edge: ProjectedEdge, from: Thing, to: Thing): string | undefined {
  const areArtifacts = isArtifact(from) && isArtifact(to);
  switch (edge.relation) {
    case 'used':
      if (from.kind !== 'Run' || !isArtifact(to)) return undefined;
      if (hasOnlyRole(edge, 'tool')) return 'usesTool';
      return hasOnlyRole(edge, 'environment') ? 'hasHost' : 'hasInput';
    case 'wasGeneratedBy':
      return isArtifact(from) && to.kind === 'Run' ? 'hasOutput' : undefined;
    case 'trainedOn':
    case 'testedOn':
      return isPackageOf('Model', from) && isPackageOf('Dataset', to) ? edge.relation : undefined;
    case 'wasDerivedFrom':
      return areArtifacts ? 'descendantOf' : undefined;
    case 'wasRevisionOf':
      return areArtifacts ? 'amendedBy' : undefined;
    case 'contains':
    case 'dependsOn':
    case 'hasDistributionArtifact':
      return areArtifacts ? edge.relation : undefined;
    case 'hasLicense':
      return isPackageOf('Model', from) || isPackageOf('Dataset', from) ? 'license' : undefined;
    case 'wasAttributedTo':
      if (!isArtifact(from) || to.kind !== 'Supplier') return undefined;
      if (hasRole(edge, 'supplier')) return 'suppliedBy';
      return hasRole(edge, 'originator') ? 'originatedBy' : undefined;
    case 'wasAssociatedWith':
      return from.kind === 'Run' && to.kind === 'Supplier' ? 'invokedBy' : undefined;
    default:
      return undefined;
  }
}

function hasRole({ evidence }: ProjectedEdge, role: string): boolean {
  return evidence.some(({ qualifiers }) => qualifiers['role'] === role);
}

function hasOnlyRole({ evidence }: ProjectedEdge, role: string): boolean {
  return evidence.every(({ qualifiers }) => qualifiers['role'] === role);
}

type Drop = (which: (one: PlannedRelationship) => boolean, why: string) => void;

function dropSeconds(planned: readonly PlannedRelationship[], drop: Drop): void {
  const first = new Map<Thing, Thing>();
  for (const { type, from, to } of planned) {
    if (type === 'suppliedBy' && !first.has(from)) first.set(from, to);
  }
  drop(({ type, from, to }) => type === 'suppliedBy' && first.get(from) !== to, WHY.second);
}

function dropDependencies(
  main: Thing,
  planned: readonly PlannedRelationship[],
  covered: ReadonlySet<Thing>,
  drop: Drop,
): void {
  const own = planned.filter(({ type }) => type === 'dependsOn' || type === 'contains');
  const reached = reach(main, arcsOf(own));
  if ([...reached].every((thing) => covered.has(thing))) return;
  drop(({ type }) => type === 'dependsOn', WHY.dependency);
}

/** What a reader finds upstream of the root over what is told. */
function coveredBy(
  main: Thing,
  planned: readonly PlannedRelationship[],
  { scores }: Projection,
  things: Things,
): ReadonlySet<Thing> {
  const arcs = arcsOf(planned.filter(({ type }) => !UNTYPED.has(type)));
  for (const { model, dataset } of scores) {
    const from = things.thingOf(model);
    const to = dataset === undefined ? undefined : things.thingOf(dataset);
    if (from !== undefined && to !== undefined && isScoreOf(from, to)) put(arcs, from, to);
  }
  return reach(main, arcs);
}

/** Whether a score's data can be told: as what the model was tested on. */
export function isScoreOf(model: Thing, data: Thing): boolean {
  return isPackageOf('Model', model) && isPackageOf('Dataset', data);
}

function arcsOf(planned: readonly PlannedRelationship[]): Map<Thing, Thing[]> {
  const arcs = new Map<Thing, Thing[]>();
  for (const { type, from, to } of planned) {
    // upstream of a product is its run
    if (type === 'hasOutput') put(arcs, to, from);
    else put(arcs, from, to);
  }
  return arcs;
}

function put(into: Map<Thing, Thing[]>, key: Thing, value: Thing): void {
  const known = into.get(key);
  if (known === undefined) into.set(key, [value]);
  else known.push(value);
}

function reach(start: Thing, arcs: ReadonlyMap<Thing, readonly Thing[]>): Set<Thing> {
  const seen = new Set<Thing>();
  const stack = [start];
  for (let thing = stack.pop(); thing !== undefined; thing = stack.pop()) {
    if (seen.has(thing)) continue;
    seen.add(thing);
    stack.push(...(arcs.get(thing) ?? []));
  }
  return seen;
}

function mainOf({ roots, direction }: Projection, things: Things): Thing | undefined {
  const found = new Set(roots.map((ref) => things.thingOf(ref)));
  const [only] = found;
  return direction === 'up' && found.size === 1 && only !== undefined && isArtifact(only)
    ? only
    : undefined;
}
