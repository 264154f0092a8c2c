// SPDX-License-Identifier: Apache-2.0
import { pathJson, type PathJson } from '../../service/answers.ts';
import { builder } from '../builder.ts';
import { questionOf } from '../context.ts';
import { PathOutcome } from './enums.ts';
import { HitType } from './hit.ts';
import { Head, Scope } from './log.ts';

const Path = builder.objectRef<PathJson>('Path').implement({
  description: 'How one thing reached another.',
  fields: (t) => ({
    scope: t.expose('scope', { type: Scope }),
    head: t.expose('head', { type: Head }),
    outcome: t.expose('outcome', { type: PathOutcome }),
    hit: t.expose('hit', {
      type: HitType,
      nullable: true,
      description: 'Null where no path is known.',
    }),
  }),
});

builder.queryField('path', (t) =>
  t.field({
    type: Path,
    args: {
      from: t.arg.string({ required: true }),
      to: t.arg.string({ required: true }),
      asOf: t.arg.int(),
    },
    resolve: async (_root, { from, to, asOf }, context) =>
      pathJson(await context.pedigree.path(from, to, questionOf(context, { asOf }))),
  }),
);
