// SPDX-License-Identifier: Apache-2.0
import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command.ts';
import { reportError } from './command.ts';
import { addBlastRadius } from './commands/blast-radius.ts';
import { addDemo } from './commands/demo.ts';
import { addEvidence } from './commands/evidence.ts';
import { addIngest } from './commands/ingest.ts';
import { addInspect } from './commands/inspect.ts';
import { addLineage } from './commands/lineage.ts';
import { addLog } from './commands/log.ts';
import { addPath } from './commands/path.ts';
import { addPolicy } from './commands/policy.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addRetract } from './commands/retract.ts';
import { addRevoke } from './commands/revoke.ts';
import { addServe } from './commands/serve.ts';
import { addTrust } from './commands/trust.ts';
import { addVerify } from './commands/verify.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './output/terminal.ts';
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
  addRevoke,
  addRetract,
  addVerify,
  addEvidence,
  addPolicy,
  addTrust,
  addLog,
  addRebuild,
];

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
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .exitOverride();
  for (const add of COMMANDS) add(program, context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.usage;
    return reportError(terminal, error, false);
  }
}

function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isInteractive: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    color: process.stdout.isTTY === true && allowsColor(),
  };
}
