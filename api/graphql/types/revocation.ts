// SPDX-License-Identifier: Apache-2.0
import { pageRequest } from '../../service/page.ts';
import {
  describeRevocation,
  listRevocations,
  type RevocationRecord,
} from '../../service/records.ts';
import {
  requestRetraction,
  requestRevocation,
  type RetractionRequested,
  type RevocationRequested,
} from '../../service/requests.ts';
import { builder } from '../builder.ts';
import { pageArgs, toConnection } from '../connection.ts';
import { viewOf } from '../context.ts';
import { RevocationState } from './enums.ts';

const Revocation = builder.node(builder.objectRef<RevocationRecord>('Revocation'), {
  description: 'A statement that withdraws trust from a thing.',
  id: { resolve: ({ logIndex }) => logIndex },
  loadOne: async (id, context) => {
    const view = await viewOf(context);
    const event = view.knowledge.revocations.find(({ index }) => String(index) === id);
    return event === undefined || event.index >= view.scope.asOf
      ? null
      : describeRevocation(view, event);
  },
  fields: (t) => ({
    statement: t.exposeString('statement', { description: 'Digest of the statement.' }),
    target: t.exposeString('target'),
    reason: t.exposeString('reason'),
    severity: t.exposeString('severity', { nullable: true }),
    since: t.exposeString('since', { nullable: true }),
    until: t.exposeString('until', { nullable: true }),
    withdraws: t.exposeString('withdraws', { nullable: true }),
    fixed: t.exposeStringList('fixed', { description: 'Revisions that it names as repaired.' }),
    state: t.expose('state', { type: RevocationState }),
    by: t.exposeString('by', { description: 'Identities of the signers.' }),
    project: t.exposeString('project'),
    receivedAt: t.exposeString('receivedAt'),
    logIndex: t.exposeInt('logIndex'),
  }),
});

const RevocationConnection = builder.connectionObject(
  { type: Revocation, name: 'RevocationConnection' },
  { name: 'RevocationEdge' },
);

builder.queryField('revocations', (t) =>
  t.field({
    type: RevocationConnection,
    description: 'Revocation statements, newest first, with those that took no effect.',
    args: { ...pageArgs, asOf: t.arg.int() },
    resolve: async (_root, args, context) =>
      toConnection(
        listRevocations(await viewOf(context, args), pageRequest(args.first, args.after)),
      ),
  }),
);

const RevokeInput = builder.inputType('RevokeInput', {
  fields: (t) => ({
    target: t.string({
      required: true,
      description: 'Digest, purl, name, pattern with *, document:…',
    }),
    reason: t.string({ required: true }),
    severity: t.string({ description: 'low, medium, high or critical.' }),
    since: t.string({ description: 'RFC 3339: bad from then on.' }),
    until: t.string({ description: 'RFC 3339: bad up to then.' }),
    fixed: t.stringList({ description: 'Revisions that are repaired.' }),
    withdraws: t.string({ description: 'Digest of the revocation statement to take back.' }),
    project: t.string(),
    confirmed: t.boolean({ description: 'Needed where the target is a name or a pattern.' }),
  }),
});

const RevokePayload = builder.objectRef<RevocationRequested>('RevokePayload').implement({
  fields: (t) => ({
    target: t.exposeString('target'),
    statement: t.exposeString('statement', { description: 'Digest of the statement.' }),
    effective: t.exposeBoolean('effective', {
      description: 'False: the signer policy gives no mandate for it, and it changes nothing.',
    }),
    logIndex: t.exposeInt('logIndex'),
  }),
});

const RetractInput = builder.inputType('RetractInput', {
  fields: (t) => ({
    document: t.string({ required: true, description: 'Digest.' }),
    reason: t.string({ required: true }),
    project: t.string(),
  }),
});

const RetractPayload = builder.objectRef<RetractionRequested>('RetractPayload').implement({
  fields: (t) => ({
    document: t.exposeString('document'),
    logIndex: t.exposeInt('logIndex'),
  }),
});

builder.mutationFields((t) => ({
  revoke: t.field({
    type: RevokePayload,
    description: 'Signs a revocation statement as the local owner, and ingests it.',
    args: { input: t.arg({ type: RevokeInput, required: true }) },
    resolve: (_root, { input }, { pedigree, project }) =>
      requestRevocation(pedigree, withoutNulls(input), project),
  }),
  retract: t.field({
    type: RetractPayload,
    description: 'Takes a document, and all it alone says, out of the graph. The log keeps both.',
    args: { input: t.arg({ type: RetractInput, required: true }) },
    resolve: (_root, { input }, { pedigree, project }) =>
      requestRetraction(pedigree, withoutNulls(input), 'retracted', project),
  }),
  reinstate: t.field({
    type: RetractPayload,
    description: 'Takes a retraction back.',
    args: { input: t.arg({ type: RetractInput, required: true }) },
    resolve: (_root, { input }, { pedigree, project }) =>
      requestRetraction(pedigree, withoutNulls(input), 'reinstated', project),
  }),
}));

/** GraphQL lets a caller write null for what it leaves out. */
function withoutNulls(input: object): unknown {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}
