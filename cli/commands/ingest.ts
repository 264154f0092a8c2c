// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { IngestOutcome } from '../../ingest/pipeline.ts';
import {
  countFiles,
  receivePath,
  receiveStream,
  type Received,
} from '../../ingest/receive/files.ts';
import { PedigreeError } from '../../core/errors.ts';
import {
  runOnHome,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { addTrustedKeys } from '../home.ts';
import { printable, Progress, styled, table, type Terminal } from '../output/terminal.ts';
import { DEFAULT_PROJECT, type Opened } from '../wire.ts';

interface IngestOptions extends CommonOptions {
  readonly subject?: string;
  readonly project: string;
  readonly key?: readonly string[];
  readonly strict?: boolean;
}

/** `pedigree ingest PATH…|-` */
export function addIngest(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('ingest')
      .description('read documents, verify their signatures, add what they say to the graph')
      .argument('<path...>', 'files and folders; - reads one document from standard input')
      .option('--subject <ref>', 'what a report is about that names nothing itself')
      .option('--project <name>', 'project that the documents belong to', DEFAULT_PROJECT)
      .option('--key <file...>', 'public keys (PEM) to trust from now on, added to the home')
      .option('--strict', "check each document against its format's own schema as well"),
  ).action((paths: string[], options: IngestOptions) =>
    runOnHome(context, options, (opened) => ingest(context, opened, paths, options)),
  );
}

async function ingest(
  context: CommandContext,
  opened: Opened,
  paths: readonly string[],
  options: IngestOptions,
): Promise<number> {
  for (const file of options.key ?? []) addTrustedKeys(opened.home, readKeyFile(file));
  await opened.pedigree.logTrustRoots(options.project);
  const total = await countAll(paths);
  const progress = new Progress(context.terminal, 'ingest', total);
  const outcomes = await opened.pedigree.ingest(receiveAll(paths, context), {
    project: options.project,
    submittedBy: opened.home.owner.identity,
    ...(options.subject === undefined ? {} : { subject: options.subject }),
    strict: options.strict ?? false,
    onOutcome: (outcome) => {
      if (outcome.unpackedFrom === null) progress.advance();
    },
  });
  progress.end();
  if (options.json === true) writeJson(context, ingestJson(outcomes, opened));
  else printOutcomes(context.terminal, outcomes);
  return ingestExitCode(outcomes);
}

/** 0 all accepted or opaque, 2 some not, 65 nothing could be stored. */
export function ingestExitCode(outcomes: readonly IngestOutcome[]): number {
  const stored = outcomes.filter((outcome) => outcome.standing !== 'refused');
  if (stored.length === 0) return EXIT.input;
  const good = outcomes.every(({ standing }) => standing === 'accepted' || standing === 'opaque');
  return good ? EXIT.yes : EXIT.unsure;
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PedigreeError('ERR_PARSE_KEY', 'the key file cannot be read', { cause, file });
  }
}

async function countAll(paths: readonly string[]): Promise<number> {
  let total = 0;
  for (const path of paths) total += path === '-' ? 1 : await countFiles(path);
  return total;
}

async function* receiveAll(
  paths: readonly string[],
  context: CommandContext,
): AsyncGenerator<Received> {
  for (const path of paths) {
    if (path === '-') yield await receiveStream(context.input, 'stdin');
    else yield* receivePath(path);
  }
}

function ingestJson(outcomes: readonly IngestOutcome[], opened: Opened): unknown {
  return {
    head: { size: opened.pedigree.ledger.head.size, root: opened.pedigree.ledger.root },
    counts: countBy(outcomes, ({ standing }) => standing),
    documents: outcomes,
  };
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A table per format, then everything that needs a look. */
export function printOutcomes(terminal: Terminal, outcomes: readonly IngestOutcome[]): void {
  const standings = [
    'accepted',
    'opaque',
    'pending',
    'quarantined',
    'refused',
    'retracted',
  ] as const;
  const formats = [...new Set(outcomes.map(({ format }) => format ?? 'not read'))].sort();
  const rows = formats.map((format) => {
    const of = outcomes.filter((outcome) => (outcome.format ?? 'not read') === format);
    const counts = standings.map(
      (standing) => of.filter((outcome) => outcome.standing === standing).length,
    );
    const known = of.filter((outcome) => outcome.known && outcome.standing !== 'refused').length;
    const problems = of.reduce((sum, outcome) => sum + outcome.problems.length, 0);
    return [
      format,
      ...[...counts, known, problems].map((count) => (count === 0 ? '·' : String(count))),
    ];
  });
  terminal.out(table([['format', ...standings, 'known', 'problems'], ...rows]));
  const faults = outcomes.filter(
    ({ standing }) => standing !== 'accepted' && standing !== 'opaque',
  );
  if (faults.length === 0) return;
  terminal.out('\n');
  for (const { source, standing, reasons } of faults) {
    const color = standing === 'pending' ? 'yellow' : 'red';
    terminal.out(`${styled(terminal, color, standing)} ${printable(source)}\n`);
    for (const reason of reasons) terminal.out(`  ${printable(reason)}\n`);
  }
}
