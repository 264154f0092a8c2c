// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { isDigest, type Digest } from '../../core/digest.ts';
import type { PedigreeError } from '../../core/errors.ts';
import { closeBytes } from '../../core/stored-bytes.ts';
import type { Facts } from '../../graph/domain/facts.ts';
import { extractModelFolder } from '../../ingest/extract/model-folder.ts';
import { prepareDocument, type PreparedDocument } from '../../ingest/prepare.ts';
import { receivePath, receiveStream, type Received } from '../../ingest/receive/files.ts';
import type { Spool } from '../../ingest/receive/spool.ts';
import { readModelFolder } from '../../ingest/receive/model-folder.ts';
import {
  run,
  withHome,
  writeJson,
  writeJsonLists,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { findTrust } from '../home.ts';
import { printable, shortRef, styled, table, type Terminal } from '../output/terminal.ts';
import { settingsFromEnvironment, systemClock, temporarySpool } from '../wire.ts';
import { subjectOption } from './ref-argument.ts';

interface InspectOptions extends CommonOptions {
  readonly subject?: string;
  readonly lenient?: boolean;
  readonly model?: boolean;
}

/** `pedigree inspect PATH…`: what documents say, stored nowhere. */
export function addInspect(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('inspect')
      .description('what documents say, stored nowhere; with --json one line a document')
      .argument('<path...>', 'files and folders; - reads standard input')
      .option('--subject <ref>', 'what a report is about that names nothing itself')
      .option('--model', 'each folder as one model: the digest that an OMS signature of it signs')
      .option('--lenient', 'leave out the strict schema; conformant is null then'),
  ).action((paths: string[], options: InspectOptions) =>
    run(context, options, () => inspect(context, paths, options)),
  );
}

async function inspect(
  context: CommandContext,
  paths: readonly string[],
  options: InspectOptions,
): Promise<number> {
  const { home } = settingsFromEnvironment(options.home);
  const trust = { ...findTrust(home), at: systemClock() };
  const prepare = { strict: options.lenient !== true, ...(await subjectOption(options)) };
  const spool = temporarySpool();
  const standings: string[] = [];
  for (const path of paths) {
    if (options.model === true) {
      const folder = await readModelFolder(path);
      await writeFolder(context, path, extractModelFolder(folder), options);
      standings.push('accepted');
      continue;
    }
    const received = path === '-' ? receiveInput(context, spool) : receivePath(path, { spool });
    for await (const one of received) {
      if ('refused' in one) {
        standings.push('refused');
        writeRefused(context, one.source, one.refused, options);
        continue;
      }
      try {
        for (const document of await prepareDocument(one.bytes, one.source, trust, prepare)) {
          standings.push(document.standing);
          if (options.json === true) await writeJsonLists(context, ...inspected(document));
          else printDocument(context.terminal, document);
        }
      } finally {
        closeBytes(one.bytes);
      }
    }
  }
  if (standings.length === 0)
    context.terminal.err('pedigree: there is no file in what was named\n');
  if (standings.every((standing) => standing === 'refused')) return EXIT.input;
  return standings.every((standing) => standing === 'accepted' || standing === 'opaque')
    ? EXIT.yes
    : EXIT.unsure;
}

async function* receiveInput({ input }: CommandContext, spool: Spool): AsyncGenerator<Received> {
  yield await receiveStream(input, 'stdin', spool);
}

async function writeFolder(
  context: CommandContext,
  source: string,
  facts: Facts,
  options: InspectOptions,
): Promise<void> {
  const ref = facts.nodes[facts.subjects[0] ?? -1]?.ref ?? '';
  if (options.json === true) {
    const { format, version, problems } = facts;
    const said = { entities: entitiesOf(facts), relations: relationsOf(facts), problems };
    await writeJsonLists(context, { source, format, version, ref }, said);
    return;
  }
  context.terminal.out(`${styled(context.terminal, 'bold', printable(source))}\n  ${ref}\n`);
  printFacts(context.terminal, facts);
}

function writeRefused(
  context: CommandContext,
  source: string,
  { code, message }: PedigreeError,
  options: InspectOptions,
): void {
  if (options.json === true)
    writeJson(context, { source, standing: 'refused', error: { code, message } });
  else context.terminal.out(`${printable(source)}: refused, ${printable(message)} [${code}]\n`);
}

/** The stable form of one document: its members, and after them its lists, which may be walked once. */
export function inspected(
  document: PreparedDocument,
): [
  members: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<unknown>>>,
] {
  const { facts } = document;
  const members = {
    source: document.source,
    unpackedFrom: document.unpackedFrom,
    format: document.format,
    version: document.version,
    digest: document.digest,
    conformant: document.conformant,
    standing: document.standing,
    reasons: document.reasons,
    signature: signatureJson(document),
  };
  const lists = {
    entities: facts === null ? [] : entitiesOf(facts),
    relations: facts === null ? [] : relationsOf(facts),
    claims: facts?.claims ?? [],
    problems: document.problems,
  };
  return [members, lists];
}

function signatureJson({ signature }: PreparedDocument): unknown {
  if (signature === null) return null;
  const { status, signers, findings, evidence } = signature;
  return { status, identity: signers[0] ?? null, signers, findings, evidence };
}

function* entitiesOf(facts: Facts): Generator<unknown> {
  const aliases = new DigestAliases(facts);
  const subjects = new Set(facts.subjects);
  let at = 0;
  for (const { ref, kinds, names, attributes } of facts.nodes) {
    yield {
      ref,
      kind: kinds[0] ?? 'File',
      kinds,
      names,
      digests: [...(isDigest(ref) ? [ref] : []), ...aliases.of(at)],
      ...(attributes === undefined ? {} : { attributes }),
      subject: subjects.has(at),
    };
    at++;
  }
}

const NONE = -1;

/** Digests that a record states as aliases of each node, as chains of edges: one list a node would be much for many nodes. */
class DigestAliases {
  readonly #facts: Facts;
  /** Of each node its first edge of the kind, of each edge the next one of the same node. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(facts: Facts) {
    this.#facts = facts;
    this.#first = new Int32Array(facts.nodes.length).fill(NONE);
    this.#next = new Int32Array(facts.edges.length).fill(NONE);
    const last = new Int32Array(facts.nodes.length).fill(NONE);
    let at = 0;
    for (const { from, relation } of facts.edges) {
      if (relation === 'alternateOf') {
        const before = last[from] ?? NONE;
        if (before === NONE) this.#first[from] = at;
        else this.#next[before] = at;
        last[from] = at;
      }
      at++;
    }
  }

  *of(node: number): Generator<Digest> {
    const { nodes, edges } = this.#facts;
    for (let at = this.#first[node] ?? NONE; at !== NONE; at = this.#next[at] ?? NONE) {
      const ref = nodes[edges[at]?.to ?? NONE]?.ref ?? '';
      if (isDigest(ref)) yield ref;
    }
  }
}

function* relationsOf(facts: Facts): Generator<unknown> {
  const refOf = (at: number): string => facts.nodes[at]?.ref ?? '';
  for (const { from, relation, to, qualifiers, strength, pointers } of facts.edges) {
    const pointer = pointers[0] ?? '';
    yield { from: refOf(from), relation, to: refOf(to), qualifiers, strength, pointer, pointers };
  }
  for (const [from, to] of facts.dependsOn) {
    const stated = { qualifiers: {}, strength: 'explicit', pointer: '', pointers: [] };
    yield { from: refOf(from), relation: 'dependsOn', to: refOf(to), ...stated };
  }
}

const SHOWN_RELATIONS = 40;

function printDocument(terminal: Terminal, document: PreparedDocument): void {
  const { facts, signature } = document;
  const title = `${printable(document.source)}${document.unpackedFrom === null ? '' : '  (inside the document above)'}`;
  terminal.out(`${styled(terminal, 'bold', title)}\n`);
  const signed =
    signature === null
      ? 'not an envelope'
      : `${signature.status} ${signature.signers.map(shortRef).join(', ')}`;
  terminal.out(
    table(
      [
        ['format', `${document.format} ${printable(document.version ?? '')}`],
        ['digest', document.digest],
        ['standing', document.standing],
        [
          'conformant',
          document.conformant === null ? 'no schema, or not asked' : String(document.conformant),
        ],
        ['signature', signed],
      ],
      '  ',
    ),
  );
  for (const reason of document.reasons) terminal.out(`  ! ${printable(reason)}\n`);
  if (facts !== null) printFacts(terminal, facts);
  for (const { code, pointer, message } of document.problems) {
    terminal.out(`  ~ ${code} ${printable(pointer)} ${printable(message)}\n`);
  }
  terminal.out('\n');
}

function printFacts(terminal: Terminal, facts: Facts): void {
  const label = (at: number): string =>
    printable(facts.nodes[at]?.names[0] ?? shortRef(facts.nodes[at]?.ref ?? ''));
  const rows = facts.edges
    .slice(0, SHOWN_RELATIONS)
    .map(({ from, relation, to, pointers }) => [
      label(from),
      relation,
      label(to),
      printable(pointers[0] ?? ''),
    ]);
  terminal.out(table(rows, '  '));
  const more = facts.edges.length - rows.length;
  if (more > 0) terminal.out(`  … and ${more} more relations (--json shows all)\n`);
  if (facts.dependsOn.length > 0) {
    terminal.out(`  ${facts.dependsOn.length} dependsOn pairs inside the document\n`);
  }
}
