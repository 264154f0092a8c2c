// SPDX-License-Identifier: Apache-2.0
import type { BlastRadius, Hit, OpenGroup, PathStep } from '../../../graph/lineage/blast-radius.ts';
import type { Placement } from '../../../graph/lineage/placements.ts';
import { builder } from '../builder.ts';
import { connectionOf, pageArgs } from '../connection.ts';
import { EntityKind, IdentityLevel, Influence, Relation, TrustClass } from './enums.ts';

/** Part of an answer, with the log size that its cursors are bound to. */
export interface Part<T> {
  readonly asOf: number;
  readonly value: T;
}

export const Brief = builder.objectRef<BlastRadius['targets'][number]>('EntityBrief').implement({
  fields: (t) => ({
    ref: t.exposeString('ref'),
    kind: t.expose('kind', { type: EntityKind }),
    name: t.exposeString('name'),
  }),
});

export const BriefConnection = builder.connectionObject(
  { type: Brief, name: 'EntityBriefConnection' },
  { name: 'EntityBriefEdge' },
);

const Step = builder.objectRef<PathStep>('PathStep').implement({
  description: 'A thing on a path, and what led here from the step before.',
  fields: (t) => ({
    ref: t.exposeString('ref'),
    kind: t.expose('kind', { type: EntityKind }),
    name: t.exposeString('name'),
    relation: t.field({
      type: Relation,
      nullable: true,
      description: 'Null on the first step.',
      resolve: ({ relation }) => relation,
    }),
    document: t.string({
      nullable: true,
      description: 'Digest of the document that states it.',
      resolve: ({ document }) => document,
    }),
    source: t.string({ nullable: true, resolve: ({ source }) => source }),
    class: t.field({ type: TrustClass, nullable: true, resolve: (step) => step.class }),
  }),
});

const PlacementType = builder.objectRef<Placement>('Placement').implement({
  description: 'One artefact in one place for one span of time.',
  fields: (t) => ({
    service: t.exposeString('service'),
    environment: t.exposeString('environment'),
    since: t.exposeString('since', { nullable: true }),
    until: t.exposeString('until', { nullable: true }),
    family: t.exposeString('family', { nullable: true }),
    version: t.exposeString('version', { nullable: true }),
    owner: t.exposeString('owner', { nullable: true }),
    artefact: t.exposeString('artefact'),
    current: t.exposeBoolean('current'),
  }),
});

/** Fields of everything that was reached. */
export const HitInterface = builder.interfaceRef<Hit>('Reached').implement({
  description: 'Something that was reached, with a witness path.',
  fields: (t) => ({
    ref: t.exposeString('ref'),
    kind: t.expose('kind', { type: EntityKind }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    names: t.exposeStringList('names'),
    influence: t.expose('influence', { type: Influence }),
    class: t.expose('class', { type: TrustClass, description: 'Weakest class on the witness.' }),
    level: t.expose('level', {
      type: IdentityLevel,
      description: 'Weakest identity on the witness.',
    }),
    path: t.expose('path', { type: [Step], description: 'From the cause to this.' }),
    placement: t.field({
      type: PlacementType,
      nullable: true,
      description: 'On deployments.',
      resolve: ({ placement }) => placement,
    }),
  }),
});

export const HitType = builder.objectRef<Hit>('Hit').implement({ interfaces: [HitInterface] });

export const HitConnection = builder.connectionObject(
  { type: HitType, name: 'HitConnection' },
  { name: 'HitEdge' },
);

const Group = builder.objectRef<Part<OpenGroup>>('OpenGroup').implement({
  description: 'Why some models and deployments cannot be called clear: one missing claim.',
  fields: (t) => ({
    missing: t.string({ resolve: ({ value }) => value.missing }),
    ref: t.string({ resolve: ({ value }) => value.ref }),
    count: t.int({ resolve: ({ value }) => value.count }),
    items: t.field({
      type: [Brief],
      description: 'Up to ten of them.',
      resolve: ({ value }) => value.items,
    }),
  }),
});

const GroupConnection = builder.connectionObject(
  { type: Group, name: 'OpenGroupConnection' },
  { name: 'OpenGroupEdge' },
);

export const Open = builder.objectRef<Part<BlastRadius['open']>>('Open').implement({
  description: 'Models and deployments of which nobody knows all inputs.',
  fields: (t) => ({
    count: t.int({ resolve: ({ value }) => value.count }),
    groups: t.field({
      type: GroupConnection,
      args: pageArgs,
      resolve: ({ asOf, value }, args) => {
        const groups = value.groups.map((group) => ({ asOf, value: group }));
        return connectionOf(groups, asOf, args);
      },
    }),
  }),
});
