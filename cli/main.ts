// SPDX-License-Identifier: Apache-2.0
import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command.ts';
import { reportError, writeJson } from './command.ts';
import { addBlastRadius } from './commands/blast-radius.ts';
import { addDemo } from './commands/demo.ts';
import { addEvidence } from './commands/evidence.ts';
import { addExport } from './commands/export.ts';
import { addIngest } from './commands/ingest.ts';
import { addInspect } from './commands/inspect.ts';
import { addLineage } from './commands/lineage.ts';
import { addLog } from './commands/log.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPath } from './commands/path.ts';
import { addPolicy } from './commands/policy.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addRetract } from './commands/retract.ts';
import { addRevoke } from './commands/revoke.ts';
import { addServe } from './commands/serve.ts';
import { addTrust } from './commands/trust.ts';
import { addVerify } from './commands/verify.ts';
import { EXIT } from './exit-codes.ts';
import { printableLines, type Terminal } from './output/terminal.ts';
import { allowsColor, engineName } from './wire.ts';

/** The commands, in the order in which help shows them. */
const COMMANDS = [
  addDemo,
  addServe,
  addIngest,
  addInspect,
  addLineage,
  addBlastRadius,
  addPath,
  addExport,
  addRevoke,
  addRetract,
  addVerify,
  addEvidence,
  addPolicy,
  addTrust,
  addLog,
  addRebuild,
  addMigrate,
];

/** Where nobody looks at lines of some width: a pipe, a file. */
const UNKNOWN_COLUMNS = 100;

/** Runs one command line. @returns the exit code */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal(),
  input: AsyncIterable<Uint8Array> = process.stdin,
): Promise<number> {
  const context: CommandContext = { terminal, input, exitCode: EXIT.yes };
  const program = new Command('pedigree')
    .description('what every machine-learning model is made of, proven before it ships')
    .version(engineName())
    .showHelpAfterError('(pedigree --help lists the commands)')
    // it repeats what was typed, which may be a file name that a pattern of the shell put there
    .configureOutput({
      writeOut: (text) => terminal.out(printableLines(text)),
      writeErr: (text) => terminal.err(printableLines(text)),
    })
    .exitOverride();
  for (const add of COMMANDS) add(program, context);
  const isJson = args.includes('--json');
  try {
    await program.parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(terminal, error, isJson);
    if (error.exitCode === 0) return EXIT.yes;
    if (isJson)
      writeJson(context, {
        error: { code: 'ERR_USAGE', message: error.message.replace(/^error: /, '') },
      });
    return EXIT.usage;
  }
}

function processTerminal(): Terminal {
  const out = writerTo(process.stdout);
  return {
    out: out.write,
    outTaken: out.taken,
    err: writerTo(process.stderr).write,
    isInteractive: process.stderr.isTTY === true,
    // 0 is what some terminals say that do not know
    columns: process.stdout.columns || UNKNOWN_COLUMNS,
    color: process.stdout.isTTY === true && allowsColor(),
  };
}

interface Writer {
  readonly write: (text: string) => void;
  readonly taken: () => Promise<void>;
}

/** Goes on in silence where the reader has gone (`| head`): the work and its exit code stay the same. */
function writerTo(stream: NodeJS.WriteStream): Writer {
  let isGone = false;
  stream.on('error', () => {
    isGone = true;
  });
  return {
    write: (text) => {
      if (!isGone) stream.write(text);
    },
    taken: async () => {
      if (!isGone && stream.writableNeedDrain) await firstOf(stream, ['drain', 'error', 'close']);
    },
  };
}

function firstOf(stream: NodeJS.WriteStream, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
