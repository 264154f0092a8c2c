// SPDX-License-Identifier: Apache-2.0
import { atMostQuestionRefs } from '../../service/refs.ts';
import type { BlastRadius } from '../../../graph/lineage/blast-radius.ts';
import type {
  RetrainWave,
  RollbackCandidate,
  RollbackTarget,
} from '../../../graph/lineage/recovery.ts';
import type { Answered, BlastAnswer } from '../../service/pedigree.ts';
import { builder } from '../builder.ts';
import { connectionOf, pageArgs } from '../connection.ts';
import { questionOf } from '../context.ts';
import { ItemOutcome, TrustClass } from './enums.ts';
import { Brief, BriefConnection, HitConnection, Open, type Part } from './hit.ts';
import { Head, Scope } from './log.ts';

const Clear = builder.objectRef<Part<BlastRadius['clear']>>('Clear').implement({
  description: 'Models and deployments that are proven untouched.',
  fields: (t) => ({
    count: t.int({ resolve: ({ value }) => value.count }),
    items: t.field({
      type: BriefConnection,
      description: 'Up to a hundred of them.',
      args: pageArgs,
      resolve: ({ asOf, value }, args) => connectionOf(value.items, asOf, args),
    }),
  }),
});

const Candidate = builder.objectRef<RollbackCandidate>('RollbackCandidate').implement({
  fields: (t) => ({
    ref: t.exposeString('ref'),
    name: t.exposeString('name'),
    version: t.exposeString('version', { nullable: true }),
    ranSince: t.exposeString('ranSince', { nullable: true }),
    outcome: t.expose('outcome', { type: ItemOutcome }),
  }),
});

const Running = builder.objectRef<RollbackTarget['runs']>('RunningArtefact').implement({
  fields: (t) => ({
    ref: t.exposeString('ref'),
    name: t.exposeString('name'),
    version: t.exposeString('version', { nullable: true }),
  }),
});

const Rollback = builder.objectRef<RollbackTarget>('RollbackTarget').implement({
  description: 'The way back for an affected deployment.',
  fields: (t) => ({
    deployment: t.exposeString('deployment'),
    service: t.exposeString('service'),
    environment: t.exposeString('environment'),
    runs: t.expose('runs', { type: Running }),
    target: t.expose('target', {
      type: Candidate,
      nullable: true,
      description:
        'Newest earlier version whose whole ancestry is clear; null where there is none.',
    }),
    candidates: t.expose('candidates', { type: [Candidate], description: 'Newest first.' }),
  }),
});

const RollbackConnection = builder.connectionObject(
  { type: Rollback, name: 'RollbackTargetConnection' },
  { name: 'RollbackTargetEdge' },
);

const WaveModel = builder.objectRef<RetrainWave['models'][number]>('RetrainModel').implement({
  fields: (t) => ({ ref: t.exposeString('ref'), name: t.exposeString('name') }),
});

const Wave = builder.objectRef<RetrainWave>('RetrainWave').implement({
  description:
    'Models to make again at the same time; each is made after those of the waves before.',
  fields: (t) => ({ models: t.expose('models', { type: [WaveModel] }) }),
});

const WaveConnection = builder.connectionObject(
  { type: Wave, name: 'RetrainWaveConnection' },
  { name: 'RetrainWaveEdge' },
);

const BlastRadiusType = builder.objectRef<Answered<BlastAnswer>>('BlastRadius').implement({
  description:
    'What something has reached: affected, possible, open and clear together are everything.',
  fields: (t) => ({
    scope: t.expose('scope', { type: Scope }),
    head: t.expose('head', { type: Head }),
    targets: t.field({
      type: [Brief],
      resolve: ({ answer }) => answer.radius.targets,
    }),
    affected: t.field({
      type: HitConnection,
      args: pageArgs,
      resolve: ({ scope, answer }, args) => connectionOf(answer.radius.affected, scope.asOf, args),
    }),
    possible: t.field({
      type: HitConnection,
      args: pageArgs,
      resolve: ({ scope, answer }, args) => connectionOf(answer.radius.possible, scope.asOf, args),
    }),
    open: t.field({
      type: Open,
      resolve: ({ scope, answer }) => ({ asOf: scope.asOf, value: answer.radius.open }),
    }),
    clear: t.field({
      type: Clear,
      resolve: ({ scope, answer }) => ({ asOf: scope.asOf, value: answer.radius.clear }),
    }),
    skipped: t.stringList({
      description: 'Boilerplate that was stepped over, by ref.',
      resolve: ({ answer }) => [...answer.radius.skipped],
    }),
    rollback: t.field({
      type: RollbackConnection,
      args: pageArgs,
      resolve: ({ scope, answer }, args) => connectionOf(answer.rollback, scope.asOf, args),
    }),
    retrain: t.field({
      type: WaveConnection,
      args: pageArgs,
      resolve: ({ scope, answer }, args) => connectionOf(answer.retrain, scope.asOf, args),
    }),
  }),
});

builder.queryField('blastRadius', (t) =>
  t.field({
    type: BlastRadiusType,
    args: {
      refs: t.arg.stringList({ required: true }),
      asOf: t.arg.int(),
      minClass: t.arg({ type: TrustClass, description: 'Weakest evidence that affects.' }),
    },
    resolve: (_root, { refs, asOf, minClass }, context) =>
      context.pedigree.blastRadius(
        atMostQuestionRefs(refs),
        questionOf(context, { asOf, minClass }),
      ),
  }),
);
