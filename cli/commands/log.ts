// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { PedigreeError } from '../../core/errors.ts';
import { proveInclusion } from '../../graph/log/proof-bundle.ts';
import { findCheckpoint, publishedLeaves } from '../../graph/log/tile-folder.ts';
import type { LogReport } from '../../graph/log/log-report.ts';
import { verifyLog } from '../../graph/log/verify-log.ts';
import type { GraphStore } from '../../graph/port/store.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Home } from '../home.ts';
import { printable, Progress } from '../output/terminal.ts';
import { openForAudit, type LogPlace, publishTiles, settingsFromEnvironment } from '../wire.ts';

/** `pedigree log verify` and `pedigree log prove INDEX` */
export function addLog(program: Command, context: CommandContext): void {
  const log = program.command('log').description('the evidence log: check it, prove entries of it');
  withHome(
    log
      .command('verify')
      .description('recompute every leaf and the root; compare with head and checkpoint'),
  ).action((options: CommonOptions) =>
    run(context, options, () => verifyWholeLog(context, options)),
  );
  withHome(
    log
      .command('prove')
      .description('a self-contained inclusion proof of one entry, as JSON')
      .argument('<index>', 'log index'),
  ).action((index: string, options: CommonOptions) =>
    run(context, options, async () => {
      if (!/^\d{1,12}$/.test(index))
        throw new PedigreeError('ERR_USAGE', 'a log index is a number');
      const proof = await onHome(options, 'read', async ({ home, log: place, pedigree }) => {
        const { store } = pedigree.ledger;
        await publishTiles(home, place, store);
        const checkpoint = await findCheckpoint(place.folder);
        if (checkpoint === undefined) throw new PedigreeError('ERR_NOT_FOUND', 'the log is empty');
        return proveInclusion(store, Number(index), checkpoint);
      });
      writeJson(context, proof);
      return EXIT.yes;
    }),
  );
}

/** Reads the store itself: a log that is at fault cannot be opened for anything else. */
async function verifyWholeLog(context: CommandContext, options: CommonOptions): Promise<number> {
  const { home, store, log } = await openForAudit(settingsFromEnvironment(options.home));
  let report: LogReport;
  try {
    report = await auditLog(context, home, store, log);
  } finally {
    await store.close();
  }
  if (options.json === true) writeJson(context, report);
  else printReport(context, report);
  return report.status === 'passed' ? EXIT.yes : EXIT.no;
}

async function auditLog(
  context: CommandContext,
  home: Home,
  store: GraphStore,
  log: LogPlace,
): Promise<LogReport> {
  const { folder } = log;
  // before the store: what is published meanwhile is more than the store had when it was read
  const text = await findCheckpoint(folder);
  const progress = new Progress(context.terminal, 'log verify', (await store.head()).size);
  let done = 0;
  try {
    return await verifyLog(store, {
      ...(text === undefined
        ? {}
        : {
            checkpoint: { text, publicKey: home.logKey.publicKey, name: log.origin },
            leaves: publishedLeaves(folder),
          }),
      onProgress: (now) => {
        progress.advance(now - done);
        done = now;
      },
    });
  } finally {
    progress.end();
  }
}

function printReport({ terminal }: CommandContext, report: LogReport): void {
  const checked =
    report.checkpoint === null
      ? 'no checkpoint to compare with'
      : `checkpoint over ${report.checkpoint.size} holds`;
  terminal.out(`${report.status}: ${report.size} entries, root ${report.root}, ${checked}\n`);
  for (const { code, message } of report.faults) terminal.out(`  ${code}: ${printable(message)}\n`);
}
