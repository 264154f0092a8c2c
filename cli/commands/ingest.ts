// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { projectName } from '../../api/service/refs.ts';
import { parsePublicKeys } from '../../attest/trust/keys.ts';
import type { IngestOutcome, IngestRequest } from '../../ingest/pipeline.ts';
import {
  countFiles,
  receivePath,
  receiveStream,
  type Received,
} from '../../ingest/receive/files.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { collect } from '../collect.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { addTrustedKeys } from '../home.ts';
import { printable, Progress, styled, table, type Terminal } from '../output/terminal.ts';
import { DEFAULT_PROJECT, type Opened } from '../wire.ts';
import { subjectOption } from './ref-argument.ts';

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
      .option(
        '--key <file>',
        'a public key (PEM) to trust from now on, added to the home (may be repeated)',
        collect,
      )
      .option('--strict', "check each document against its format's own schema as well"),
  ).action((paths: string[], options: IngestOptions) =>
    run(context, options, async () => {
      const request = await requestOf(paths, options);
      return onHome(options, 'write', (opened) => ingest(context, opened, paths, request, options));
    }),
  );
}

interface Request extends Omit<IngestRequest, 'submittedBy'> {
  /** PEM texts. */
  readonly keys: readonly string[];
}

/** What the options say, checked before anything is opened. */
async function requestOf(paths: readonly string[], options: IngestOptions): Promise<Request> {
  if (paths.filter((path) => path === '-').length > 1)
    throw new PedigreeError('ERR_USAGE', 'standard input can be read once');
  return {
    project: projectName(options.project, DEFAULT_PROJECT),
    strict: options.strict ?? false,
    ...(await subjectOption(options)),
    keys: (options.key ?? []).map(readKeyFile),
  };
}

async function ingest(
  context: CommandContext,
  { home, pedigree }: Opened,
  paths: readonly string[],
  { keys, ...request }: Request,
  options: IngestOptions,
): Promise<number> {
  for (const pem of keys) addTrustedKeys(home, pem);
  await pedigree.logTrustRoots(request.project);
  const progress = new Progress(context.terminal, 'ingest', await countAll(paths));
  let outcomes: IngestOutcome[];
  try {
    outcomes = await pedigree.ingest(receiveAll(paths, context), {
      ...request,
      submittedBy: home.owner.identity,
      onOutcome: (outcome) => {
        if (outcome.unpackedFrom === null) progress.advance();
      },
    });
  } finally {
    progress.end();
  }
  if (options.json === true) writeJson(context, ingestJson(outcomes, pedigree.head()));
  else printOutcomes(context.terminal, outcomes);
  if (outcomes.length === 0) context.terminal.err('pedigree: there is no file in what was named\n');
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
    const pem = readFileSync(file, 'utf8');
    parsePublicKeys(pem);
    return pem;
  } catch (cause) {
    const why = isPedigreeError(cause) ? cause.message : 'the key file cannot be read';
    throw new PedigreeError('ERR_PARSE_KEY', why, { cause, file });
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

/** The stable JSON of an ingest. */
export function ingestJson(
  outcomes: readonly IngestOutcome[],
  head: { readonly size: number; readonly root: string },
): unknown {
  const { size, root } = head;
  const counts = countBy(outcomes, ({ standing }) => standing);
  return { head: { size, root }, counts, documents: outcomes };
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const STANDINGS = ['accepted', 'opaque', 'pending', 'quarantined', 'refused', 'retracted'] as const;

/** A row per format with the columns that have something in them, then everything that needs a look. */
export function printOutcomes(terminal: Terminal, outcomes: readonly IngestOutcome[]): void {
  if (outcomes.length > 0) terminal.out(table(outcomeTable(outcomes)));
  for (const outcome of outcomes.filter(needsLook)) printOutcome(terminal, outcome);
}

function outcomeTable(outcomes: readonly IngestOutcome[]): string[][] {
  const columns: readonly (readonly [string, (outcome: IngestOutcome) => number])[] = [
    ...STANDINGS.map(
      (name) => [name, ({ standing }: IngestOutcome) => Number(standing === name)] as const,
    ),
    ['known before', ({ known }) => Number(known)],
    ['problems', ({ problems }) => problems.length],
  ];
  const formats = [...new Set(outcomes.map(formatOf))].sort();
  const rows = formats.map((format) => {
    const of = outcomes.filter((outcome) => formatOf(outcome) === format);
    return columns.map(([, count]) => of.reduce((sum, outcome) => sum + count(outcome), 0));
  });
  const shown = columns.flatMap((_, at) => (rows.some((row) => (row[at] ?? 0) > 0) ? [at] : []));
  return [
    ['format', ...shown.map((at) => columns[at]?.[0] ?? '')],
    ...rows.map((row, line) => [
      formats[line] ?? '',
      ...shown.map((at) => countText(row[at] ?? 0)),
    ]),
  ];
}

function formatOf({ format }: IngestOutcome): string {
  return format ?? 'not read';
}

function countText(count: number): string {
  return count === 0 ? '·' : String(count);
}

/** Conflicts between documents are told by name; other problems are counted, and `inspect` lists them. */
const TOLD_PROBLEMS = new Set(['same-bom-other-content']);

function needsLook({ standing, problems }: IngestOutcome): boolean {
  return (
    (standing !== 'accepted' && standing !== 'opaque') ||
    problems.some(({ code }) => TOLD_PROBLEMS.has(code))
  );
}

function printOutcome(terminal: Terminal, outcome: IngestOutcome): void {
  const { source, standing, reasons, problems } = outcome;
  const color = standing === 'accepted' || standing === 'pending' ? 'yellow' : 'red';
  terminal.out(`\n${styled(terminal, color, standing)} ${printable(source)}\n`);
  for (const reason of reasons) terminal.out(`  ${printable(reason)}\n`);
  for (const { code, message } of problems) {
    if (TOLD_PROBLEMS.has(code)) terminal.out(`  ${code}: ${printable(message)}\n`);
  }
}
