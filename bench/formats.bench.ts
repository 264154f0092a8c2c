// SPDX-License-Identifier: Apache-2.0
// How fast documents become facts, a format at a time and mixed, against the bare parser of the same bytes in the same process;
// and what one document of 100 MB takes.
//   node bench/run.ts formats        PEDIGREE_BENCH_LARGE_MB=10 for smaller ones
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bareParserName, mostRatioOf } from './support/bare-parsers.ts';
import { LARGE_FORMATS, writeLargeDocument, type LargeFormat } from './support/large-documents.ts';
import { report } from './support/measure.ts';
import type { ReadingCost } from './support/read-document.ts';
import { withScratch } from './support/sboms.ts';

const LARGE_MB = Number(process.env['PEDIGREE_BENCH_LARGE_MB'] ?? 100);
/** YAML and tag-value of that size are refused: their limits are lower. */
const SMALL_MB: Partial<Record<LargeFormat, number>> = { 'spdx2-yaml': 3 };
const MOST_MB = 300;
const MEGA = 1_000_000;

/** Formats of the corpus that are one parser's text; bundles of several syntaxes have no bare parser to compare with. */
const CORPUS_FORMATS = [
  'cyclonedx-json',
  'cyclonedx-xml',
  'spdx2-json',
  'spdx2-tv',
  'spdx2-rdf',
  'spdx2-xml',
  'spdx2-yaml',
  'spdx3-jsonld',
  'syft-json',
  'grype-json',
  'trivy-json',
  'csaf',
  'openvex',
  'osv',
  'scorecard',
  'in-toto',
  'slsa',
  'sigstore-bundle',
  'croissant',
  'openlineage',
  'hf-dataset-infos',
];

const ROOT = join(import.meta.dirname, '..');
const NODE_FLAGS = JSON.parse(readFileSync(join(ROOT, 'cli/node-flags.json'), 'utf8')) as string[];
const NODE_COMPILE_CACHE = join(ROOT, 'node_modules/.cache/compiled');

const isJson = (format: string): boolean => bareParserName(format) === 'JSON.parse';

for (const format of CORPUS_FORMATS) await measureRead(format);
await measureRead(...CORPUS_FORMATS.filter(isJson));
await withScratch(async (scratch) => {
  for (const format of LARGE_FORMATS) await measureLarge(scratch, format);
});

/** Each in a process of its own: what was read before would decide how fast the next is. */
async function measureRead(...formats: readonly string[]): Promise<void> {
  const script = join(import.meta.dirname, 'support/measure-formats.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...formats]);
  process.stdout.write(stdout);
}

async function measureLarge(scratch: string, format: LargeFormat): Promise<void> {
  const megabytes = Math.min(SMALL_MB[format] ?? LARGE_MB, LARGE_MB);
  const file = join(scratch, format);
  const packages = writeLargeDocument(file, format, megabytes * MEGA);
  const bytes = statSync(file).size;
  const parser = await inOwnProcess(file, format, 'parser');
  const reader = await inOwnProcess(file, format, 'reader');
  const mostRatio = mostRatioOf(format);
  const note = `${packages} packages; limit is ${bareParserName(format)}`;
  if (reader.refused !== undefined) {
    report({ what: `${format}, ${megabytes} MB: refused`, value: 1, unit: reader.refused, note });
    return;
  }
  report({
    what: `${format}, one of ${megabytes} MB`,
    value: bytes / MEGA / (reader.cpuMs / 1000),
    unit: 'MB/s',
    limit: bytes / MEGA / (parser.cpuMs / 1000),
    ratio: reader.cpuMs / parser.cpuMs,
    ...(mostRatio !== undefined && { mostRatio }),
    note,
  });
  report({
    what: `${format}, one of ${megabytes} MB: resident memory at its highest`,
    value: reader.peakBytes / MEGA,
    unit: 'MB',
    limit: parser.peakBytes / MEGA,
    most: MOST_MB,
    note: `${(reader.startBytes / MEGA).toFixed(0)} MB of it before reading, the document included`,
  });
}

/** Started as cli/main.mjs starts the command: the same flags, and the code compiled already (the parser's run comes first). */
async function inOwnProcess(
  file: string,
  format: string,
  what: 'parser' | 'reader',
): Promise<ReadingCost> {
  const script = join(import.meta.dirname, 'support/read-document.ts');
  const env = { ...process.env, NODE_COMPILE_CACHE };
  const args = [...NODE_FLAGS, script, file, format, what];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as ReadingCost;
}
