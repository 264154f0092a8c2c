// SPDX-License-Identifier: Apache-2.0
import { findDocument, listDocuments, type DocumentSummary } from '../../service/documents.ts';
import { pageRequest } from '../../service/page.ts';
import { builder } from '../builder.ts';
import { pageArgs, toConnection } from '../connection.ts';
import { viewOf } from '../context.ts';
import { Standing, TrustClass } from './enums.ts';

const Signature = builder
  .objectRef<NonNullable<DocumentSummary['signature']>>('Signature')
  .implement({
    fields: (t) => ({
      status: t.exposeString('status', { description: 'passed, failed or undetermined.' }),
      signers: t.exposeStringList('signers', { description: 'Identities whose signature holds.' }),
      findings: t.exposeStringList('findings'),
    }),
  });

export const Document = builder.node(builder.objectRef<DocumentSummary>('Document'), {
  description: 'What the log says of one document in one project.',
  id: { resolve: ({ project, digest }) => `${digest} ${project}` },
  loadOne: async (id, context) => {
    const [digest = '', project = ''] = id.split(' ', 2);
    return findDocument(await viewOf(context), project, digest) ?? null;
  },
  fields: (t) => ({
    digest: t.exposeString('digest'),
    project: t.exposeString('project'),
    standing: t.expose('standing', { type: Standing }),
    format: t.exposeString('format'),
    version: t.exposeString('version', { nullable: true }),
    statementKind: t.exposeString('statementKind'),
    source: t.exposeString('source', { description: 'Label of where it came from.' }),
    sizeBytes: t.exposeInt('sizeBytes'),
    extractor: t.exposeString('extractor'),
    class: t.expose('class', {
      type: TrustClass,
      nullable: true,
      description: 'Class that its word has for a thing now; null where it does not count.',
    }),
    reasons: t.exposeStringList('reasons', { description: 'Why it is pending or quarantined.' }),
    signature: t.expose('signature', {
      type: Signature,
      nullable: true,
      description: 'On envelopes.',
    }),
    unpackedFrom: t.exposeStringList('unpackedFrom', {
      description: 'Digests of the documents it was taken out of.',
    }),
    submittedBy: t.exposeString('submittedBy'),
    receivedAt: t.exposeString('receivedAt'),
    logIndex: t.exposeInt('logIndex'),
  }),
});

export const DocumentConnection = builder.connectionObject(
  { type: Document, name: 'DocumentConnection' },
  { name: 'DocumentEdge' },
);

builder.queryField('documents', (t) =>
  t.field({
    type: DocumentConnection,
    description: 'Documents, newest first.',
    args: { ...pageArgs, standing: t.arg({ type: Standing }), asOf: t.arg.int() },
    resolve: async (_root, args, context) => {
      const view = await viewOf(context, args);
      const filter = typeof args.standing === 'string' ? { standing: args.standing } : {};
      return toConnection(listDocuments(view, filter, pageRequest(args.first, args.after)));
    },
  }),
);
