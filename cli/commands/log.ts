// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Command } from 'commander';
import { PedigreeError } from '../../core/errors.ts';
import { proveInclusion } from '../../graph/log/proof-bundle.ts';
import { findCheckpoint, publishedLeaves, writeTiles } from '../../graph/log/tile-folder.ts';
import { verifyLog } from '../../graph/log/verify-log.ts';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, Progress } from '../output/terminal.ts';
import { originOf, type Opened } from '../wire.ts';

/** `pedigree log verify` and `pedigree log prove INDEX` */
export function addLog(program: Command, context: CommandContext): void {
  const log = program.command('log').description('the evidence log: check it, prove entries of it');
  withHome(
    log
      .command('verify')
      .description('recompute every leaf and the root; compare with head and checkpoint'),
  ).action((options: CommonOptions) =>
    runOnHome(context, options, (opened) => verifyWholeLog(context, opened, options)),
  );
  withHome(
    log
      .command('prove')
      .description('a self-contained inclusion proof of one entry, as JSON')
      .argument('<index>', 'log index'),
  ).action((index: string, options: CommonOptions) =>
    runOnHome(context, options, async (opened) => {
      if (!/^\d{1,12}$/.test(index))
        throw new PedigreeError('ERR_USAGE', 'a log index is a number');
      const { store } = opened.pedigree.ledger;
      const signer = { origin: originOf(opened.home), privateKey: opened.home.logKey.privateKey };
      await writeTiles(join(opened.home.folder, 'tiles'), store, signer);
      const checkpoint = await findCheckpoint(join(opened.home.folder, 'tiles'));
      if (checkpoint === undefined) throw new PedigreeError('ERR_NOT_FOUND', 'the log is empty');
      writeJson(context, await proveInclusion(store, Number(index), checkpoint));
      return EXIT.yes;
    }),
  );
}

async function verifyWholeLog(
  context: CommandContext,
  { pedigree, home }: Opened,
  options: CommonOptions,
): Promise<number> {
  const folder = join(home.folder, 'tiles');
  const text = await findCheckpoint(folder);
  const progress = new Progress(context.terminal, 'log verify', pedigree.ledger.head.size);
  let done = 0;
  const report = await verifyLog(pedigree.ledger.store, {
    ...(text === undefined
      ? {}
      : {
          checkpoint: { text, publicKey: home.logKey.publicKey, name: originOf(home) },
          leaves: publishedLeaves(folder),
        }),
    onProgress: (now) => {
      progress.advance(now - done);
      done = now;
    },
  });
  progress.end();
  if (options.json === true) writeJson(context, report);
  else {
    const checked =
      report.checkpoint === null
        ? 'no checkpoint to compare with'
        : `checkpoint over ${report.checkpoint.size} holds`;
    context.terminal.out(
      `${report.status}: ${report.size} entries, root ${report.root}, ${checked}\n`,
    );
    for (const { code, message } of report.faults)
      context.terminal.out(`  ${code}: ${printable(message)}\n`);
  }
  return report.status === 'passed' ? EXIT.yes : EXIT.no;
}
