// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { run, withHome, writeJson, type CommandContext, type CommonOptions } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../output/terminal.ts';
import { migrateHome, settingsFromEnvironment } from '../wire.ts';

interface MigrateOptions extends CommonOptions {
  readonly to: string;
}

/** `pedigree migrate --to STORE`: the whole log into another, empty store; both must then say the same. */
export function addMigrate(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('migrate')
      .description('copy the log and the graph into another, empty store, and compare the two')
      .requiredOption('--to <store>', 'embedded, or neo4j://user:password@host:port'),
  ).action((options: MigrateOptions) =>
    run(context, options, async () => {
      const settings = settingsFromEnvironment(options.home);
      let progress: Progress | undefined;
      let done = 0;
      const result = await migrateHome(settings, options.to, (now, total) => {
        progress ??= new Progress(context.terminal, 'migrate', total);
        progress.advance(now - done);
        done = now;
      });
      progress?.end();
      const same = result.before === result.after;
      if (options.json === true) writeJson(context, { ...result, same });
      else {
        const verdict = same ? 'the same state' : `NOT the same state (${result.before} before)`;
        context.terminal.out(
          `${result.entries} entries copied; ${verdict}: ${result.after}\nset PEDIGREE_STORE to use the new store\n`,
        );
      }
      return same ? EXIT.yes : EXIT.no;
    }),
  );
}
