// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { Digest } from '../../core/digest.ts';
import { documentDigest, projectName } from '../../api/service/refs.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { shortRef } from '../output/terminal.ts';
import { DEFAULT_PROJECT } from '../wire.ts';
import { refOfArgument } from './ref-argument.ts';

interface RetractOptions extends CommonOptions {
  readonly reason: string;
  readonly project: string;
}

/** `pedigree retract DOCUMENT` and `pedigree reinstate DOCUMENT` */
export function addRetract(program: Command, context: CommandContext): void {
  for (const [name, type, description] of [
    [
      'retract',
      'retracted',
      'take a document and everything it alone says out of the graph; the log keeps both',
    ],
    ['reinstate', 'reinstated', 'take a retraction back'],
  ] as const) {
    withHome(
      program
        .command(name)
        .description(description)
        .argument('<document>', 'sha256 of the document, document:sha256:…, or the file itself')
        .requiredOption('--reason <text>', 'why')
        .option('--project <name>', 'project', DEFAULT_PROJECT),
    ).action((argument: string, options: RetractOptions) =>
      run(context, options, async () => {
        const document = await documentOf(argument);
        const project = projectName(options.project, DEFAULT_PROJECT);
        const logIndex = await onHome(options, 'write', ({ pedigree }) =>
          pedigree.retract(project, document, options.reason, type),
        );
        if (options.json === true) writeJson(context, { document, type, logIndex });
        else context.terminal.out(`${type} ${shortRef(document)} (entry ${logIndex})\n`);
        return EXIT.yes;
      }),
    );
  }
}

async function documentOf(argument: string): Promise<Digest> {
  return documentDigest(await refOfArgument(argument));
}
