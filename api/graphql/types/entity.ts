// SPDX-License-Identifier: Apache-2.0
import { isPedigreeError } from '../../../core/errors.ts';
import type { View } from '../../../graph/lineage/view.ts';
import { listDocumentsOf } from '../../service/documents.ts';
import {
  describeEntity,
  itemOfEntity,
  listEntities,
  type EntityItem,
  type EntitySummary,
} from '../../service/entities.ts';
import { pageRequest } from '../../service/page.ts';
import { builder } from '../builder.ts';
import { pageArgs, toConnection } from '../connection.ts';
import { questionOf, viewOf, type GraphqlContext } from '../context.ts';
import { DocumentConnection } from './document.ts';
import { EntityKind, IdentityLevel } from './enums.ts';

/** A thing in the view that the question was asked on. */
export interface EntityNode extends EntitySummary {
  readonly view: View;
  readonly node: number;
}

const Item = builder.objectRef<EntityItem>('EntityItem').implement({
  description: 'What reports fold a thing into: aliases, co-products of one run, their OMS root.',
  fields: (t) => ({
    ref: t.exposeString('ref'),
    name: t.exposeString('name'),
    members: t.exposeInt('members'),
  }),
});

export const Entity = builder.node(builder.objectRef<EntityNode>('Entity'), {
  description: 'A thing that documents speak of: exactly one digest, one coordinate or one name.',
  id: { resolve: ({ ref }) => ref },
  loadOne: (ref, context) => findEntity(context, ref),
  fields: (t) => ({
    ref: t.exposeString('ref'),
    kind: t.expose('kind', { type: EntityKind }),
    kinds: t.expose('kinds', { type: [EntityKind] }),
    level: t.expose('level', { type: IdentityLevel }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    names: t.exposeStringList('names', { description: 'The first of its names, sorted.' }),
    nameCount: t.exposeInt('nameCount', { description: 'How many names it has.' }),
    item: t.field({ type: Item, resolve: ({ view, node }) => itemOfEntity(view, node) }),
    documents: t.field({
      type: DocumentConnection,
      description: 'Documents that mention it and count, newest first.',
      args: pageArgs,
      resolve: ({ view, node }, args) => {
        return toConnection(listDocumentsOf(view, node, pageRequest(args.first, args.after)));
      },
    }),
  }),
});

const EntityConnection = builder.connectionObject(
  { type: Entity, name: 'EntityConnection' },
  { name: 'EntityEdge' },
);

builder.queryFields((t) => ({
  entity: t.field({
    type: Entity,
    nullable: true,
    description: 'What a digest, purl or name means; null where nothing is known by it.',
    args: { ref: t.arg.string({ required: true }), asOf: t.arg.int() },
    resolve: async (_root, { ref, asOf }, context) => {
      const options = questionOf(context, { asOf });
      try {
        const [node] = await context.pedigree.resolve(ref, options);
        return node === undefined ? null : toEntityNode(await context.pedigree.view(options), node);
      } catch (error) {
        if (isPedigreeError(error) && error.code === 'ERR_NOT_FOUND') return null;
        throw error;
      }
    },
  }),
  entities: t.field({
    type: EntityConnection,
    description: 'Things in the order of their refs.',
    args: {
      ...pageArgs,
      kind: t.arg({ type: EntityKind }),
      query: t.arg.string({ description: 'Text that the ref or a name contains, in any case.' }),
      asOf: t.arg.int(),
    },
    resolve: async (_root, args, context) => {
      const view = await viewOf(context, args);
      const filter = {
        ...(typeof args.query === 'string' ? { query: args.query } : {}),
        ...(typeof args.kind === 'string' ? { kind: args.kind } : {}),
      };
      const page = listEntities(view, filter, pageRequest(args.first, args.after));
      const items = page.items.map(({ cursor, node }) => ({
        cursor,
        node: { ...node, view, node: view.index.find(node.ref) ?? -1 },
      }));
      return toConnection({ ...page, items });
    },
  }),
}));

function toEntityNode(view: View, node: number): EntityNode {
  return { ...describeEntity(view, node), view, node };
}

async function findEntity(context: GraphqlContext, ref: string): Promise<EntityNode | null> {
  const view = await viewOf(context);
  const node = view.index.find(ref);
  return node === undefined || !view.isVisible(node) ? null : toEntityNode(view, node);
}
