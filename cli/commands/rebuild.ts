// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../output/terminal.ts';

/** `pedigree rebuild`: the graph again from log and facts; the state digest may not change. */
export function addRebuild(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('rebuild')
      .description(
        'drop the derived graph and build it again from the log; says whether the state is the same',
      ),
  ).action((options: CommonOptions) =>
    runOnHome(context, options, 'read', async ({ pedigree }) => {
      const before = await pedigree.stateDigest();
      const progress = new Progress(
        context.terminal,
        'rebuild',
        pedigree.ledger.knowledge.documents.length,
      );
      let done = 0;
      const documents = await pedigree.ledger.rebuild((now) => {
        progress.advance(now - done);
        done = now;
      });
      progress.end();
      const after = await pedigree.stateDigest();
      const same = before === after;
      if (options.json === true) writeJson(context, { documents, before, after, same });
      else {
        const verdict = same ? 'the same as before' : `NOT the same as before (${before})`;
        context.terminal.out(`rebuilt ${documents} documents; state digest ${after}, ${verdict}\n`);
      }
      return same ? EXIT.yes : EXIT.no;
    }),
  );
}
