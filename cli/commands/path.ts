// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { pathJson } from '../../api/service/answers.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { pathRows } from '../output/blast-radius.ts';
import { printable, table } from '../output/terminal.ts';
import { questionOptions } from './blast-radius.ts';
import { refOfArgument } from './ref-argument.ts';

interface PathOptions extends CommonOptions {
  readonly asOf?: string;
}

/** `pedigree path FROM TO` */
export function addPath(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('path')
      .description('how one thing reached another, step by step, with the document behind each')
      .argument('<from>', 'the cause: digest, purl, name or local file')
      .argument('<to>', 'the effect')
      .option('--as-of <index>', 'answer with the first so many log entries'),
  ).action((from: string, to: string, options: PathOptions) =>
    run(context, options, async () => {
      const question = questionOptions(options);
      const ends = await Promise.all([refOfArgument(from), refOfArgument(to)]);
      const found = await onHome(options, 'read', ({ pedigree }) =>
        pedigree.path(ends[0], ends[1], question),
      );
      if (options.json === true) writeJson(context, pathJson(found));
      else if (found.answer === null)
        context.terminal.out(`no path from ${printable(from)} to ${printable(to)}\n`);
      else {
        context.terminal.out(`${found.outcome}: ${found.answer.class}, ${found.answer.level}\n`);
        context.terminal.out(table(pathRows(found.answer.path), '  '));
      }
      if (found.outcome === 'affected') return EXIT.yes;
      return found.outcome === 'possible' ? EXIT.unsure : EXIT.no;
    }),
  );
}
