// SPDX-License-Identifier: Apache-2.0
import type { Problem } from '../../../graph/domain/facts.ts';
import type { IngestOutcome } from '../../../ingest/pipeline.ts';
import { requestUpload } from '../../service/requests.ts';
import { builder } from '../builder.ts';
import { connectionOf, pageArgs } from '../connection.ts';
import type { Part } from './hit.ts';

const ProblemType = builder.objectRef<Problem>('Problem').implement({
  description: 'A fault or a tolerance of a document, with its place.',
  fields: (t) => ({
    code: t.exposeString('code'),
    pointer: t.exposeString('pointer'),
    message: t.exposeString('message'),
  }),
});

const Outcome = builder.objectRef<IngestOutcome>('IngestOutcome').implement({
  description: 'What became of a document, or of one inside it.',
  fields: (t) => ({
    source: t.exposeString('source'),
    digest: t.exposeString('digest', { nullable: true }),
    standing: t.exposeString('standing'),
    known: t.exposeBoolean('known', {
      description: 'True: the log had it and learnt nothing new.',
    }),
    format: t.exposeString('format', { nullable: true }),
    version: t.exposeString('version', { nullable: true }),
    unpackedFrom: t.exposeString('unpackedFrom', { nullable: true }),
    reasons: t.stringList({ resolve: ({ reasons }) => [...reasons] }),
    problems: t.field({ type: [ProblemType], resolve: ({ problems }) => [...problems] }),
    signers: t.stringList({ resolve: ({ signers }) => [...signers] }),
  }),
});

const OutcomeConnection = builder.connectionObject(
  { type: Outcome, name: 'IngestOutcomeConnection' },
  { name: 'IngestOutcomeEdge' },
);

const UploadInput = builder.inputType('UploadEvidenceInput', {
  fields: (t) => ({
    base64: t.string({
      required: true,
      description: 'The document. Large ones go to POST /api/v1/evidence.',
    }),
    source: t.string({ description: 'Label of where it comes from.' }),
    subject: t.string({ description: 'What a report is about that names nothing itself.' }),
    project: t.string(),
  }),
});

const UploadPayload = builder
  .objectRef<Part<readonly IngestOutcome[]>>('UploadEvidencePayload')
  .implement({
    fields: (t) => ({
      outcomes: t.field({
        type: OutcomeConnection,
        description: 'The document first, then what was inside it.',
        args: pageArgs,
        resolve: ({ asOf, value }, args) => connectionOf(value, asOf, args),
      }),
    }),
  });

builder.mutationField('uploadEvidence', (t) =>
  t.field({
    type: UploadPayload,
    description: 'Reads, verifies and logs one document.',
    args: { input: t.arg({ type: UploadInput, required: true }) },
    resolve: async (_root, { input }, { pedigree, project }) => {
      const given = Object.entries(input).filter(([, value]) => value !== null);
      const value = await requestUpload(pedigree, Object.fromEntries(given), project);
      return { asOf: pedigree.ledger.head.size, value };
    },
  }),
);
