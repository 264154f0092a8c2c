// SPDX-License-Identifier: Apache-2.0
import type {
  EdgeEvidence,
  LineageEdge,
  LineageGraph,
  LineageNode,
} from '../../../graph/lineage/lineage-graph.ts';
import type { Answered } from '../../service/pedigree.ts';
import { builder } from '../builder.ts';
import { connectionOf, pageArgs } from '../connection.ts';
import { questionOf } from '../context.ts';
import {
  Direction,
  EntityKind,
  IdentityLevel,
  Reach,
  Relation,
  Strength,
  TrustClass,
} from './enums.ts';
import type { Part } from './hit.ts';
import { Head, Scope } from './log.ts';

const Node = builder.objectRef<LineageNode>('LineageNode').implement({
  fields: (t) => ({
    ref: t.exposeString('ref'),
    kind: t.expose('kind', { type: EntityKind }),
    kinds: t.expose('kinds', { type: [EntityKind] }),
    level: t.expose('level', { type: IdentityLevel }),
    name: t.exposeString('name'),
    names: t.exposeStringList('names'),
    reach: t.expose('reach', { type: Reach, description: 'How sure it is that it belongs here.' }),
  }),
});

const NodeConnection = builder.connectionObject(
  { type: Node, name: 'LineageNodeConnection' },
  { name: 'LineageNodeEdge' },
);

const Evidence = builder.objectRef<EdgeEvidence>('EdgeEvidence').implement({
  description: 'A document that states an edge.',
  fields: (t) => ({
    document: t.exposeString('document'),
    source: t.exposeString('source'),
    class: t.expose('class', { type: TrustClass }),
    strength: t.expose('strength', { type: Strength }),
  }),
});

const EvidenceConnection = builder.connectionObject(
  { type: Evidence, name: 'EdgeEvidenceConnection' },
  { name: 'EdgeEvidenceEdge' },
);

const Edge = builder.objectRef<Part<LineageEdge>>('LineageEdge').implement({
  description: 'One relation, with every document that states it.',
  fields: (t) => ({
    from: t.string({ resolve: ({ value }) => value.from }),
    relation: t.field({ type: Relation, resolve: ({ value }) => value.relation }),
    to: t.string({ resolve: ({ value }) => value.to }),
    evidence: t.field({
      type: EvidenceConnection,
      args: pageArgs,
      resolve: ({ asOf, value }, args) => connectionOf(value.evidence, asOf, args),
    }),
  }),
});

const EdgeConnection = builder.connectionObject(
  { type: Edge, name: 'LineageEdgeConnection' },
  { name: 'LineageEdgeEdge' },
);

const Lineage = builder.objectRef<Answered<LineageGraph>>('Lineage').implement({
  description: 'What something was made from, or what was made from it.',
  fields: (t) => ({
    scope: t.expose('scope', { type: Scope }),
    head: t.expose('head', { type: Head }),
    roots: t.stringList({ resolve: ({ answer }) => [...answer.roots] }),
    direction: t.field({ type: Direction, resolve: ({ answer }) => answer.direction }),
    nodes: t.field({
      type: NodeConnection,
      args: pageArgs,
      resolve: ({ scope, answer }, args) => connectionOf(answer.nodes, scope.asOf, args),
    }),
    edges: t.field({
      type: EdgeConnection,
      args: pageArgs,
      resolve: ({ scope: { asOf }, answer }, args) => {
        const edges = answer.edges.map((edge) => ({ asOf, value: edge }));
        return connectionOf(edges, asOf, args);
      },
    }),
    skipped: t.stringList({
      description: 'Boilerplate that was stepped over, by ref.',
      resolve: ({ answer }) => [...answer.skipped],
    }),
    truncated: t.boolean({
      description: 'True where the graph was too large and something is missing.',
      resolve: ({ answer }) => answer.truncated,
    }),
  }),
});

builder.queryField('lineage', (t) =>
  t.field({
    type: Lineage,
    args: {
      ref: t.arg.string({ required: true }),
      direction: t.arg({ type: Direction, defaultValue: 'up' }),
      asOf: t.arg.int(),
    },
    resolve: (_root, { ref, direction, asOf }, context) =>
      context.pedigree.lineage(ref, direction ?? 'up', questionOf(context, { asOf })),
  }),
);
