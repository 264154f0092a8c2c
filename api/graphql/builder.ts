// SPDX-License-Identifier: Apache-2.0
import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import { PedigreeError } from '../../core/errors.ts';
import type { GraphqlContext } from './context.ts';

/** Types that have a global id. */
export const NODE_TYPES = ['Entity', 'Document', 'Revocation', 'Decision'] as const;

interface BuilderTypes {
  Context: GraphqlContext;
  Connection: { totalCount: number };
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
}

/** The one typed builder; each file in types/ adds its part to it. */
export const builder = new SchemaBuilder<BuilderTypes>({
  plugins: [RelayPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: 'String',
    encodeGlobalID: (type, id) => Buffer.from(`${type}:${String(id)}`).toString('base64url'),
    decodeGlobalID,
    nodesQueryOptions: false,
    nodesOnConnection: false,
    edgesFieldOptions: { nullable: { list: false, items: false } },
    nodeFieldOptions: { nullable: false },
  },
});

builder.queryType({});
builder.mutationType({});

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'Items of the whole list.',
    resolve: ({ totalCount }) => totalCount,
  }),
);

/** Plugins' own errors extend GraphQLError and would be shown as they are; ours has a code. */
function decodeGlobalID(globalID: string): { typename: string; id: string } {
  const text = Buffer.from(globalID, 'base64url').toString('utf8');
  const colon = text.indexOf(':');
  const typename = text.slice(0, Math.max(colon, 0));
  if (!NODE_TYPES.some((type) => type === typename)) {
    throw new PedigreeError('ERR_USAGE', 'not the id of anything here', {
      hint: 'ids are opaque: give one back as it came',
    });
  }
  return { typename, id: text.slice(colon + 1) };
}
