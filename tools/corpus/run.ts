// SPDX-License-Identifier: Apache-2.0
// Compares what the product reads in the corpus and the samples with their manifests: run.ts [--json] [--format F] [--path P]
import { parseArgs } from 'node:util';
import { table } from '../../cli/output/terminal.ts';
import { compareEntry, type EntryResult } from './compare-entry.ts';
import { allEntries } from './entry.ts';
import { compareSamples } from './samples.ts';
import { hasShared, sharedPath } from './shared-folder.ts';
import { apartLines, factLines, summarize, tableOf } from './summary.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { json: { type: 'boolean' }, format: { type: 'string' }, path: { type: 'string' } },
  });
  if (!hasShared()) {
    process.stderr.write(`no documents at ${sharedPath()}: set PEDIGREE_SHARED\n`);
    return 69;
  }
  const { format, path = '' } = values;
  const entries = allEntries().filter(
    (entry) => (format === undefined || entry.format === format) && entry.path.includes(path),
  );
  const results: EntryResult[] = [];
  for (const entry of entries) results.push(await compareEntry(entry));
  const samples = await compareSamples();
  results.push(
    ...samples.filter(
      (one) => (format === undefined || one.format === format) && one.path.includes(path),
    ),
  );
  if (values.json === true) writeJson(results);
  else writeText(results);
  const isGood = results.every(({ facts }) =>
    facts.every(({ outcome }) => outcome !== 'wrong' && outcome !== 'uncompared'),
  );
  return isGood && results.length > 0 ? 0 : 1;
}

function writeJson(results: readonly EntryResult[]): void {
  const open = results.flatMap(({ facts }) =>
    facts.filter(({ outcome }) => outcome !== 'right' && outcome !== 'apart'),
  );
  process.stdout.write(
    `${JSON.stringify({ formats: summarize(results), facts: open }, null, 2)}\n`,
  );
}

function writeText(results: readonly EntryResult[]): void {
  const lines = [
    ...factLines(results, ['disagreed']),
    ...factLines(results, ['wrong', 'uncompared']),
  ];
  process.stdout.write(`${table(tableOf(summarize(results)))}\n`);
  const apart = apartLines(results);
  if (apart.length > 0)
    process.stdout.write(`apart, no facts of a document:\n${indented(apart)}\n`);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join('');
}
