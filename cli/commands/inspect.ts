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
import { run, withHome, writeJson, type CommandContext, type CommonOptions } from '../command.ts';
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
      writeFolder(context, path, extractModelFolder(folder), options);
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
          if (options.json === true) writeJson(context, inspectJson(document));
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

function writeFolder(
  context: CommandContext,
  source: string,
  facts: Facts,
  options: InspectOptions,
): void {
  const ref = facts.nodes[facts.subjects[0] ?? -1]?.ref ?? '';
  if (options.json === true) {
    const { format, version, problems } = facts;
    const said = { entities: entitiesOf(facts), relations: relationsOf(facts), problems };
    writeJson(context, { source, format, version, ref, ...said });
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

/** The stable form of one document. */
export function inspectJson(document: PreparedDocument): Record<string, unknown> {
  const { facts } = document;
  return {
    source: document.source,
    unpackedFrom: document.unpackedFrom,
    format: document.format,
    version: document.version,
    digest: document.digest,
    conformant: document.conformant,
    standing: document.standing,
    reasons: document.reasons,
    signature: signatureJson(document),
    entities: facts === null ? [] : entitiesOf(facts),
    relations: facts === null ? [] : relationsOf(facts),
    claims: facts?.claims ?? [],
    problems: document.problems,
  };
}

function signatureJson({ signature }: PreparedDocument): unknown {
  if (signature === null) return null;
  const { status, signers, findings, evidence } = signature;
  return { status, identity: signers[0] ?? null, signers, findings, evidence };
}

function entitiesOf(facts: Facts): unknown[] {
  const digests = digestsOf(facts);
  const subjects = new Set(facts.subjects);
  return facts.nodes.map(({ ref, kinds, names, attributes }, at) => ({
    ref,
    kind: kinds[0] ?? 'File',
    kinds,
    names,
    digests: digests[at] ?? [],
    ...(attributes === undefined ? {} : { attributes }),
    subject: subjects.has(at),
  }));
}

/** Of each node: its own digest and those that the same record states as aliases. */
function digestsOf({ nodes, edges }: Facts): Digest[][] {
  const found = nodes.map(({ ref }) => (isDigest(ref) ? [ref] : []));
  for (const { from, relation, to } of edges) {
    const ref = nodes[to]?.ref ?? '';
    if (relation === 'alternateOf' && isDigest(ref)) found[from]?.push(ref);
  }
  return found;
}

function relationsOf(facts: Facts): unknown[] {
  const stated = facts.edges.map(({ from, relation, to, qualifiers, strength, pointers }) => ({
    from: facts.nodes[from]?.ref ?? '',
    relation,
    to: facts.nodes[to]?.ref ?? '',
    qualifiers,
    strength,
    pointer: pointers[0] ?? '',
    pointers,
  }));
  const listed = facts.dependsOn.map(([from, to]) => ({
    from: facts.nodes[from]?.ref ?? '',
    relation: 'dependsOn',
    to: facts.nodes[to]?.ref ?? '',
    qualifiers: {},
    strength: 'explicit',
    pointer: '',
    pointers: [],
  }));
  return [...stated, ...listed];
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
