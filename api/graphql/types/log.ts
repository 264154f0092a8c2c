// SPDX-License-Identifier: Apache-2.0
import type { Answered, Pedigree } from '../../service/pedigree.ts';
import { builder } from '../builder.ts';
import { TrustClass } from './enums.ts';

const LogHead = builder.objectRef<ReturnType<Pedigree['head']>>('LogHead').implement({
  description: 'Where the evidence log stands.',
  fields: (t) => ({
    size: t.exposeInt('size', { description: 'Number of entries.' }),
    root: t.exposeString('root', { description: 'RFC 6962 root, hex.' }),
    time: t.exposeString('time', { nullable: true, description: 'Time of the newest entry.' }),
    origin: t.exposeString('origin', { nullable: true, description: 'Identity of the log.' }),
  }),
});

export const Head = builder.objectRef<Answered<unknown>['head']>('Head').implement({
  description: 'The log that an answer was given on.',
  fields: (t) => ({
    size: t.exposeInt('size'),
    root: t.exposeString('root'),
  }),
});

export const Scope = builder.objectRef<Answered<unknown>['scope']>('Scope').implement({
  description: 'What an answer was asked under: asked again so, it is the same.',
  fields: (t) => ({
    policy: t.exposeString('policy', { description: 'Name of the signer policy.' }),
    minClass: t.expose('minClass', { type: TrustClass }),
    project: t.exposeString('project', { nullable: true, description: 'Null: all projects.' }),
    asOf: t.exposeInt('asOf', { description: 'Log entries that count.' }),
  }),
});

builder.queryField('head', (t) =>
  t.field({ type: LogHead, resolve: (_root, _args, { pedigree }) => pedigree.head() }),
);
