// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { lineageJson } from '../../api/service/answers.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { toDot, toGraphml, toMermaid } from '../output/graph-formats.ts';
import { printLineageTree } from '../output/lineage-tree.ts';
import { printableLines } from '../output/terminal.ts';
import { questionOptions } from './blast-radius.ts';
import { refOfArgument } from './ref-argument.ts';

interface LineageOptions extends CommonOptions {
  readonly down?: boolean;
  readonly up?: boolean;
  readonly format: string;
  readonly asOf?: string;
}

const GRAPH_FORMATS = { dot: toDot, mermaid: toMermaid, graphml: toGraphml } as const;
const FORMATS = ['tree', 'json', 'dot', 'mermaid', 'graphml'] as const;

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
      .option('--format <format>', FORMATS.join(', '), 'tree')
      .option('--as-of <index>', 'answer with the first so many log entries'),
  ).action((argument: string, options: LineageOptions) =>
    run(context, options, async () => {
      const { direction, format } = presentation(options);
      const question = questionOptions(options);
      const ref = await refOfArgument(argument);
      const answer = await onHome(options, 'read', ({ pedigree }) =>
        pedigree.lineage(ref, direction, question),
      );
      if (format === 'json') writeJson(context, lineageJson(answer));
      else if (format === 'tree') printLineageTree(context.terminal, answer.answer);
      else context.terminal.out(printableLines(GRAPH_FORMATS[format](answer.answer)));
      return EXIT.yes;
    }),
  );
}

interface Presentation {
  readonly direction: 'up' | 'down';
  readonly format: 'tree' | 'json' | keyof typeof GRAPH_FORMATS;
}

function presentation(options: LineageOptions): Presentation {
  if (options.up === true && options.down === true) {
    throw new PedigreeError('ERR_USAGE', 'say --up or --down, not both');
  }
  const direction = options.down === true ? 'down' : 'up';
  if (options.json === true) return { direction, format: 'json' };
  const format = FORMATS.find((name) => name === options.format);
  if (format !== undefined) return { direction, format };
  throw new PedigreeError('ERR_USAGE', `there is no format "${excerpt(options.format)}"`, {
    hint: FORMATS.join(', '),
  });
}
