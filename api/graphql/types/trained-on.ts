// SPDX-License-Identifier: Apache-2.0
import type { Answered } from '../../service/pedigree.ts';
import type { TrainedModel, TrainedOn } from '../../service/trained-on.ts';
import { builder } from '../builder.ts';
import { connectionOf, pageArgs, type Connection } from '../connection.ts';
import { questionOf } from '../context.ts';
import { ItemOutcome, TrustClass } from './enums.ts';
import { HitInterface, Open } from './hit.ts';
import { Head, Scope } from './log.ts';

const Trained = builder.objectRef<TrainedModel>('TrainedModel').implement({
  description: 'A model that a dataset went into.',
  interfaces: [HitInterface],
  fields: (t) => ({
    outcome: t.expose('outcome', { type: ItemOutcome, description: 'affected or possible.' }),
  }),
});

const TrainedEdge = builder.edgeObject({ type: Trained, name: 'TrainedModelEdge' });

interface TrainedConnection extends Connection<TrainedModel> {
  readonly answered: Answered<TrainedOn>;
}

const TrainedConnectionType = builder
  .objectRef<TrainedConnection>('TrainedModelConnection')
  .implement({
    description: 'Models that a dataset went into, and how much of the truth that may be.',
    fields: (t) => ({
      edges: t.expose('edges', { type: [TrainedEdge] }),
      pageInfo: t.expose('pageInfo', { type: builder.pageInfoRef() }),
      totalCount: t.exposeInt('totalCount', { description: 'Items of the whole list.' }),
      open: t.field({
        type: Open,
        description: 'Any of these may belong to the list: nobody knows all of their inputs.',
        resolve: ({ answered: { scope, answer } }) => ({ asOf: scope.asOf, value: answer.open }),
      }),
      clearCount: t.int({
        description: 'Models and deployments that are proven not to belong to it.',
        resolve: ({ answered }) => answered.answer.clear.count,
      }),
      skipped: t.stringList({
        description: 'Boilerplate that was stepped over, by ref.',
        resolve: ({ answered }) => [...answered.answer.skipped],
      }),
      scope: t.field({ type: Scope, resolve: ({ answered }) => answered.scope }),
      head: t.field({ type: Head, resolve: ({ answered }) => answered.head }),
    }),
  });

builder.queryField('modelsTrainedOn', (t) =>
  t.field({
    type: TrainedConnectionType,
    description: 'Models that a dataset went into, certain ones first; never those it only tested.',
    args: {
      ...pageArgs,
      dataset: t.arg.string({ required: true }),
      asOf: t.arg.int(),
      minClass: t.arg({ type: TrustClass, description: 'Weakest evidence that makes it certain.' }),
    },
    resolve: async (_root, args, context) => {
      const answered = await context.pedigree.modelsTrainedOn(
        args.dataset,
        questionOf(context, args),
      );
      const { answer, scope } = answered;
      return { ...connectionOf(answer.models, scope.asOf, args), answered };
    },
  }),
);
