// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { NotCarried } from '../../api/export/account.ts';
import type { ExportDirection } from '../../api/export/projection.ts';
import {
  EXPORT_FORMATS,
  exportJson,
  exportLineage,
  type ExportFormat,
  type Prover,
} from '../../api/service/exports.ts';
import { proveFromTiles } from '../../api/service/published-log.ts';
import { excerpt, PedigreeError } from '../../core/errors.ts';
import { findCheckpoint } from '../../graph/log/tile-folder.ts';
import {
  onHome,
  run,
  withHome,
  writeJson,
  type CommandContext,
  type CommonOptions,
} from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { table, type Terminal } from '../output/terminal.ts';
import type { Opened } from '../wire.ts';
import { questionOptions } from './blast-radius.ts';
import { refOfArgument } from './ref-argument.ts';

interface ExportOptions extends CommonOptions {
  readonly format: string;
  readonly out?: string;
  readonly up?: boolean;
  readonly down?: boolean;
  readonly asOf?: string;
}

/** `pedigree export REF --format FORMAT` */
export function addExport(program: Command, context: CommandContext): void {
  withHome(
    program
      .command('export')
      .description(
        'the lineage of something as a document for others, with a list of what the format does not carry',
      )
      .argument('<ref>', 'digest, purl, name or local file')
      .requiredOption('--format <format>', EXPORT_FORMATS.join(', '))
      .option('--out <file>', 'where to write the document (default: standard output)')
      .option('--up', 'causes (the default)')
      .option('--down', 'effects; with --up both')
      .option('--as-of <index>', 'answer with the first so many log entries'),
  ).action((argument: string, options: ExportOptions) =>
    run(context, options, async () => {
      const format = formatOf(options);
      const request = {
        ref: await refOfArgument(argument),
        format,
        direction: directionOf(options),
        question: questionOptions(options),
      };
      const exported = await onHome(options, 'read', async (opened) =>
        exportLineage(opened.pedigree, await proverOf(opened), request),
      );
      const { out } = options;
      if (out !== undefined) await write(out, exported.bytes);
      const { document, ...told } = exportJson(format, exported);
      if (options.json === true)
        writeJson(context, out === undefined ? { ...told, document } : { ...told, out });
      else {
        if (out === undefined) context.terminal.out(new TextDecoder().decode(exported.bytes));
        tellNotCarried(context.terminal, exported.notCarried);
      }
      return EXIT.yes;
    }),
  );
}

function formatOf({ format }: ExportOptions): ExportFormat {
  const found = EXPORT_FORMATS.find((name) => name === format);
  if (found !== undefined) return found;
  throw new PedigreeError('ERR_USAGE', `there is no format "${excerpt(format)}"`, {
    hint: `${EXPORT_FORMATS.join(', ')}; for pictures: pedigree lineage REF --format dot, mermaid or graphml`,
  });
}

function directionOf({ up, down }: ExportOptions): ExportDirection {
  if (down !== true) return 'up';
  return up === true ? 'both' : 'down';
}

/** Proofs against what is published: reading publishes nothing. */
async function proverOf({ pedigree, log }: Opened): Promise<Prover> {
  const checkpoint = await findCheckpoint(log.folder);
  return async (index) => {
    if (checkpoint === undefined) throw new PedigreeError('ERR_NOT_FOUND', 'nothing is published');
    return proveFromTiles(log.folder, pedigree.ledger.store, checkpoint, index);
  };
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (cause) {
    throw new PedigreeError('ERR_USAGE', 'the file cannot be written', { cause, file });
  }
}

/** How many facts of which sort are not in the document, and why. */
function tellNotCarried(terminal: Terminal, notCarried: readonly NotCarried[]): void {
  if (notCarried.length === 0) {
    terminal.err('everything is carried\n');
    return;
  }
  const counts = new Map<string, number>();
  for (const { what, why } of notCarried) {
    const sort = `${SORT.exec(what)?.[0] ?? what}\u0000${why}`;
    counts.set(sort, (counts.get(sort) ?? 0) + 1);
  }
  terminal.err(`not carried, ${notCarried.length} in all (--json lists each):\n`);
  const rows = [...counts].map(([sort, count]) => [String(count), ...sort.split('\u0000')]);
  terminal.err(table(rows, '  '));
}

/** The first word of what is not carried; of edges, claims, kinds and roles also the second, which is a word of ours. */
const SORT = /^(?:edge|kind|complete|activity) [a-zA-Z-]+|^[a-z]+/;
