// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { isPedigreeError, PedigreeError } from '../core/errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Terminal } from './output/terminal.ts';
import { printable, printableLines } from './output/terminal.ts';
import { openPedigree, readPedigree, settingsFromEnvironment, type Opened } from './wire.ts';

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Standard input, read only where a command asks for it. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Set by the command that ran. */
  exitCode: number;
}

export interface CommonOptions {
  readonly home?: string;
  readonly json?: boolean;
  readonly exitZero?: boolean;
}

/** Adds the options that all commands on a home share. */
export function withHome(command: Command): Command {
  return command
    .option('--home <dir>', 'home folder (default: PEDIGREE_HOME, else ~/.pedigree)')
    .option('--json', 'one JSON document on standard output')
    .option('--exit-zero', 'exit 0 whatever the answer, for scripts that only want to read it');
}

/** What a command does to the log. One that only reads makes no home, appends no entry and publishes nothing. */
export type Access = 'read' | 'write';

/** Runs the work of a command on an opened home and closes it. The work returns the exit code. */
export async function runOnHome(
  context: CommandContext,
  options: CommonOptions,
  access: Access,
  work: (opened: Opened) => Promise<number>,
): Promise<void> {
  await run(context, options, () => onHome(options, access, work));
}

/** Opens the home for some work and closes it, whatever comes of the work. */
export async function onHome<T>(
  options: CommonOptions,
  access: Access,
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const settings = settingsFromEnvironment(options.home);
  const opened = await (access === 'read' ? readPedigree(settings) : openPedigree(settings));
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Runs the work of a command and turns what it throws into a message and an exit code. */
export async function run(
  context: CommandContext,
  options: CommonOptions,
  work: () => Promise<number>,
): Promise<void> {
  try {
    const code = await work();
    // an answer may be waved through, a failure never
    context.exitCode = options.exitZero === true && code <= EXIT.unsure ? EXIT.yes : code;
  } catch (error) {
    context.exitCode = reportError(context.terminal, error, options.json === true);
  }
}

/** Writes what went wrong, where, and what to do. @returns the exit code */
export function reportError(terminal: Terminal, error: unknown, json: boolean): number {
  const known = isPedigreeError(error)
    ? error
    : new PedigreeError('ERR_INTERNAL', 'something broke that should not; please report it', {
        cause: error,
      });
  const { code, message, file, at, line, hint } = known;
  if (json) terminal.out(jsonLine({ error: { code, message, file, at, line, hint } }));
  const place = [file, line === undefined ? undefined : `line ${line}`, at === '' ? undefined : at]
    .filter((part) => part !== undefined)
    .join(', ');
  terminal.err(
    `pedigree: ${printable(message)}${place === '' ? '' : ` (${printable(place)})`} [${code}]\n`,
  );
  if (hint !== undefined) terminal.err(`  ${printable(hint)}\n`);
  if (code === 'ERR_INTERNAL' && known.cause instanceof Error)
    terminal.err(`${printableLines(known.cause.stack ?? '')}\n`);
  return exitCodeOf(known);
}

/** The stable JSON of a command, on one line. */
export function writeJson(context: CommandContext, value: unknown): void {
  context.terminal.out(jsonLine(value));
}

/**
 * The same, where there may be more than one string should hold: an object of some members and then some lists, written as
 * their items are made and as fast as they are read.
 */
export async function writeJsonLists(
  { terminal }: Pick<CommandContext, 'terminal'>,
  members: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<unknown>>>,
): Promise<void> {
  let pending = '';
  for (const piece of jsonPieces(members, lists)) {
    pending += piece;
    if (pending.length < WRITE_CHARS) continue;
    terminal.out(printableLines(pending));
    pending = '';
    await terminal.outTaken();
  }
  terminal.out(`${printableLines(pending)}\n`);
}

const WRITE_CHARS = 1 << 16;

/** The JSON text of an object of one member or more and then some lists. */
export function* jsonPieces(
  members: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<unknown>>>,
): Generator<string> {
  yield JSON.stringify(members).slice(0, -1);
  for (const [name, items] of Object.entries(lists)) {
    yield `,${JSON.stringify(name)}:[`;
    let separator = '';
    for (const item of items) {
      yield `${separator}${JSON.stringify(item)}`;
      separator = ',';
    }
    yield ']';
  }
  yield '}';
}

/** JSON leaves some characters as they are that a terminal obeys. */
function jsonLine(value: unknown): string {
  return `${printableLines(JSON.stringify(value))}\n`;
}
