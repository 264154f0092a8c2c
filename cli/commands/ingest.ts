// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { projectName } from '../../api/service/refs.ts';
import { parsePublicKeys } from '../../attest/trust/keys.ts';
import { digestTrustRoots } from '../../attest/trust/roots.ts';
import { canonicalizeJcs } from '../../core/canonical-json-jcs.ts';
import { sha256 } from '../../core/digest.ts';
import { isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { FolderCursorStore } from '../../ingest/collectors/folder-cursors.ts';
import { CollectorRegistry } from '../../ingest/collectors/registry.ts';
import { runCollectors, type SourceSummary } from '../../ingest/collectors/run.ts';
import type { IngestOutcome, IngestRequest } from '../../ingest/pipeline.ts';
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
import { addTrustedKeys, readTrust } from '../home.ts';
import { IngestProgress } from '../collecting/progress.ts';
import { readCredentials } from '../collecting/read-credentials.ts';
import { nameSources, type NamedSource } from '../collecting/sources.ts';
import { ingestExitCode, Tally } from '../collecting/tally.ts';
import { countFormats, formatTable } from '../output/format-table.ts';
import { printable, styled, table, type Terminal } from '../output/terminal.ts';
import {
  collectorMachine,
  credentialsPlace,
  DEFAULT_PROJECT,
  systemClock,
  type Opened,
} from '../wire.ts';
import { subjectOption } from './ref-argument.ts';

interface IngestOptions extends CommonOptions {
  readonly subject?: string;
  readonly project: string;
  readonly key?: readonly string[];
  readonly strict?: boolean;
  readonly watch?: boolean;
  readonly again?: boolean;
  readonly sourceFile?: readonly string[];
  readonly allowHost?: readonly string[];
}

/** `pedigree ingest PATH|URL|-…` */
export function addIngest(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('ingest')
      .description('read documents, verify their signatures, add what they say to the graph')
      .argument(
        '[source...]',
        'files, folders and URLs of sources; - reads one document from standard input',
      )
      .option('--subject <ref>', 'what a report is about that names nothing itself')
      .option('--project <name>', 'project that the documents belong to', DEFAULT_PROJECT)
      .option(
        '--key <file>',
        'a public key (PEM) to trust from now on, added to the home (may be repeated)',
        collect,
      )
      .option('--strict', "check each document against its format's own schema as well")
      .option('--watch', 'stay and read what changes in the folders, until ^C')
      .option('--source-file <file>', 'a list of sources (may be repeated)', collect)
      .option(
        '--allow-host <host>',
        'a host that sources may redirect to (may be repeated)',
        collect,
      )
      .option('--again', 'read sources from the beginning, not from where the last run came to'),
  ).action((named: string[], options: IngestOptions) =>
    run(context, options, async () => {
      const request = await requestOf(options);
      if (named.length === 0 && options.sourceFile === undefined)
        throw new PedigreeError('ERR_USAGE', 'name something to read: files, folders, URLs or -');
      return onHome(options, 'write', (opened) => ingest(context, opened, named, request, options));
    }),
  );
}

interface Request extends Omit<IngestRequest, 'submittedBy'> {
  /** PEM texts. */
  readonly keys: readonly string[];
}

/** What the options say, checked before anything is opened. */
async function requestOf(options: IngestOptions): Promise<Request> {
  return {
    project: projectName(options.project, DEFAULT_PROJECT),
    strict: options.strict ?? false,
    ...(await subjectOption(options)),
    keys: (options.key ?? []).map(readKeyFile),
  };
}

async function ingest(
  context: CommandContext,
  opened: Opened,
  named: readonly string[],
  { keys, ...request }: Request,
  options: IngestOptions,
): Promise<number> {
  const { home, pedigree } = opened;
  const machine = collectorMachine(home);
  const sources = nameSources(named, options.sourceFile ?? [], {
    registry: new CollectorRegistry(machine),
    machine,
    clock: systemClock,
    input: context.input,
    watch: options.watch ?? false,
    again: options.again ?? false,
    allowHosts: options.allowHost ?? [],
  });
  const credentials = readCredentials(credentialsPlace(home), (name) => machine.environment[name]);
  for (const pem of keys) addTrustedKeys(home, pem);
  await pedigree.logTrustRoots(request.project);
  const report = new IngestReport(context, sources, options);
  const interrupt = new Interrupt();
  try {
    await report.begin();
    const summaries = await runCollectors({
      sources,
      ingest: (batch) => pedigree.ingest(batch, { ...request, submittedBy: home.owner.identity }),
      cursors: new FolderCursorStore(join(home.folder, 'cursors')),
      scope: scopeOf(opened, request),
      clock: systemClock,
      credentials,
      signal: interrupt.signal,
      onProgress: (source, progress) => report.progress.look(source, progress),
      onOutcome: (source, outcome) => report.add(source, outcome),
      // files of this machine keep the order in which they were named
      ...(sources.every(({ isLocal }) => isLocal) && options.watch !== true
        ? { limits: { parallel: 1, slowMs: NEVER_MS } }
        : {}),
    });
    return report.end(summaries, pedigree.head());
  } finally {
    interrupt.end();
    report.progress.end();
  }
}

/** The longest that a timer takes. */
const NEVER_MS = 2 ** 31 - 1;

/** Everything beside the source that decides whether "read before" means "read the same way, into the same log". */
function scopeOf(
  { home, log }: Opened,
  { project, subject, strict }: Omit<Request, 'keys'>,
): string {
  const { roots, teeAnchors } = readTrust(home);
  const anchors = [...teeAnchors].map(([kind, all]) => [
    kind,
    ...all.map(({ name, bytes }) => [name, sha256(bytes)]),
  ]);
  const scope = [log.origin, project, digestTrustRoots(roots), anchors, subject ?? null, strict];
  return sha256(canonicalizeJcs(scope));
}

/** ^C once: what was received is stored, then the end. Twice: the end. */
class Interrupt {
  readonly #stop = new AbortController();
  readonly #onSignal = (): void => {
    this.end();
    this.#stop.abort();
  };

  constructor() {
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  end(): void {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }
}

/** What the command says while it runs and at its end. */
class IngestReport {
  readonly progress: IngestProgress;
  readonly #context: CommandContext;
  readonly #sources: readonly NamedSource[];
  readonly #isJson: boolean;
  /** Documents are told of one by one, as there is no end at which to tell of all. */
  readonly #isWatch: boolean;
  readonly #tally = new Tally();
  readonly #outcomes = new Map<unknown, IngestOutcome[]>();

  constructor(
    context: CommandContext,
    sources: readonly NamedSource[],
    { json, watch }: IngestOptions,
  ) {
    this.#context = context;
    this.#sources = sources;
    this.#isJson = json === true;
    this.#isWatch = watch === true;
    this.progress = new IngestProgress(context.terminal);
  }

  async begin(): Promise<void> {
    if (this.#isWatch) {
      this.#context.terminal.err('pedigree: watching; ^C ends\n');
      return;
    }
    let total = 0;
    for (const { count } of this.#sources) total += await count();
    this.progress.begin(total);
  }

  add(source: NamedSource['collector'], outcome: IngestOutcome): void {
    this.#tally.add(outcome);
    if (this.#isWatch) {
      if (this.#isJson) writeJson(this.#context, outcome);
      else printOutcomeLine(this.#context.terminal, outcome);
      return;
    }
    const isLocal = this.#sources.some((one) => one.collector === source && one.isLocal);
    if (isLocal && outcome.unpackedFrom === null) this.progress.advance();
    const before = this.#outcomes.get(source);
    if (before === undefined) this.#outcomes.set(source, [outcome]);
    else before.push(outcome);
  }

  /** @returns the exit code */
  end(
    summaries: readonly SourceSummary[],
    head: { readonly size: number; readonly root: string },
  ): number {
    const { terminal } = this.#context;
    this.progress.end();
    // in the order in which the sources were named
    const outcomes = this.#sources.flatMap(({ collector }) => this.#outcomes.get(collector) ?? []);
    const code = ingestExitCode(this.#tally, summaries, this.#isWatch);
    if (this.#isJson) {
      const { size, root } = head;
      const sources = summaries.map(summaryJson);
      const counts = this.#tally.toJson();
      const documents = this.#isWatch
        ? {}
        : { formats: countFormats(outcomes), documents: outcomes };
      writeJson(this.#context, { head: { size, root }, counts, ...documents, sources });
    } else {
      printOutcomes(terminal, outcomes);
      if (this.#sources.some(({ isLocal }) => !isLocal)) printSummaries(terminal, summaries);
    }
    for (const summary of summaries) this.#tellFault(summary);
    if (
      this.#tally.total === 0 &&
      code === EXIT.input &&
      summaries.every(({ error }) => error === null)
    )
      terminal.err('pedigree: there is no file in what was named\n');
    return code;
  }

  #tellFault({ source, error, status }: SourceSummary): void {
    const { terminal } = this.#context;
    if (status === 'stopped' && !this.#isWatch)
      terminal.err(`pedigree: stopped before the end of ${printable(source)}\n`);
    if (error === null) return;
    terminal.err(`pedigree: ${printable(source)}: ${printable(error.message)} [${error.code}]\n`);
    if (error.hint !== undefined) terminal.err(`  ${printable(error.hint)}\n`);
  }
}

function summaryJson({ error, ...summary }: SourceSummary): unknown {
  if (error === null) return { ...summary, error: null };
  const { code, message, file, hint, retryable } = error;
  return { ...summary, error: { code, message, file, hint, retryable } };
}

function printSummaries(terminal: Terminal, summaries: readonly SourceSummary[]): void {
  const rows = summaries.map(({ source, status, received, refused, learnt }) => [
    printable(source),
    status,
    String(received),
    String(learnt),
    String(refused),
  ]);
  terminal.out(`\n${table([['source', 'read', 'handed in', 'new', 'refused'], ...rows])}`);
}

/** One line for a document, its reasons below where it needs a look. */
function printOutcomeLine(terminal: Terminal, outcome: IngestOutcome): void {
  if (needsLook(outcome)) return printOutcome(terminal, outcome);
  const { standing, source, known } = outcome;
  terminal.out(`${standing} ${printable(source)}${known ? ' (known before)' : ''}\n`);
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

/** The stable JSON of an ingest. */
export function ingestJson(
  outcomes: readonly IngestOutcome[],
  head: { readonly size: number; readonly root: string },
): unknown {
  const { size, root } = head;
  const counts = countBy(outcomes, ({ standing }) => standing);
  return { head: { size, root }, counts, formats: countFormats(outcomes), documents: outcomes };
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Everything that needs a look, then a row per format where there is more than one document. */
export function printOutcomes(terminal: Terminal, outcomes: readonly IngestOutcome[]): void {
  for (const outcome of outcomes.filter(needsLook)) printOutcome(terminal, outcome);
  const [only] = outcomes;
  if (only === undefined) return;
  if (outcomes.length > 1) terminal.out(`\n${table(formatTable(countFormats(outcomes)))}`);
  else if (!needsLook(only)) printOutcomeLine(terminal, only);
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
