// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { PedigreeError } from '../../core/errors.ts';
import { lineageJson } from '../../api/service/answers.ts';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { toDot, toGraphml, toMermaid } from '../output/graph-formats.ts';
import { printLineageTree } from '../output/lineage-tree.ts';
import { questionOptions } from './blast-radius.ts';
import { refOfArgument } from './ref-argument.ts';

interface LineageOptions extends CommonOptions {
  readonly down?: boolean;
  readonly up?: boolean;
  readonly format: string;
  readonly asOf?: string;
}

/** `pedigree lineage REF` */
export function addLineage(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('lineage')
      .description(
        'what something was made from, back to the raw data, with the document behind each step',
      )
      .argument('<ref>', 'digest, purl, name or local file')
      .option('--up', 'causes (the default)')
      .option('--down', 'effects')
      .option('--format <format>', 'tree, json, dot, mermaid, graphml', 'tree')
      .option('--as-of <index>', 'answer with the first so many log entries'),
  ).action((argument: string, options: LineageOptions) =>
    runOnHome(context, options, async ({ pedigree }) => {
      if (options.up === true && options.down === true) {
        throw new PedigreeError('ERR_USAGE', 'say --up or --down, not both');
      }
      const direction = options.down === true ? 'down' : 'up';
      const answer = await pedigree.lineage(
        await refOfArgument(argument),
        direction,
        questionOptions(options),
      );
      const format = options.json === true ? 'json' : options.format;
      if (format === 'json') writeJson(context, lineageJson(answer));
      else if (format === 'dot') context.terminal.out(toDot(answer.answer));
      else if (format === 'mermaid') context.terminal.out(toMermaid(answer.answer));
      else if (format === 'graphml') context.terminal.out(toGraphml(answer.answer));
      else if (format === 'tree') printLineageTree(context.terminal, answer.answer);
      else
        throw new PedigreeError('ERR_USAGE', `there is no format "${format}"`, {
          hint: 'tree, json, dot, mermaid or graphml',
        });
      return EXIT.yes;
    }),
  );
}
