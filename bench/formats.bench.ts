// SPDX-License-Identifier: Apache-2.0
// How fast documents become facts, a format at a time, against the bare parser of the same bytes in the same run; and what
// one document of 100 MB takes a process of its own.
//   node bench/run.ts formats        PEDIGREE_BENCH_LARGE_MB=10 for smaller ones
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256, type Digest } from '../core/digest.ts';
import { readDocument } from '../ingest/extract/registry.ts';
import { bareParserName, bareParserOf } from './support/bare-parsers.ts';
import { LARGE_FORMATS, writeLargeDocument, type LargeFormat } from './support/large-documents.ts';
import { report } from './support/measure.ts';
import type { ReadingCost } from './support/read-document.ts';
import { SHARED, withScratch } from './support/sboms.ts';

const LARGE_MB = Number(process.env['PEDIGREE_BENCH_LARGE_MB'] ?? 100);
/** YAML and tag-value of that size are refused: their limits are lower. */
const SMALL_MB: Partial<Record<LargeFormat, number>> = { 'spdx2-yaml': 3 };
const MOST_RATIO = 3;
const MOST_MB = 300;
const MEGA = 1_000_000;
/** Real documents of a format are read over and over until they make this much. */
const BYTES_A_ROUND = 4 * MEGA;
const MAX_DOCUMENT_BYTES = 4 * MEGA;
const ROUNDS = 5;

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

interface Input {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

for (const format of CORPUS_FORMATS) await measureCorpus(format);
await withScratch(async (scratch) => {
  for (const format of LARGE_FORMATS) await measureLarge(scratch, format);
});

/** The real documents of a format that both sides can read. */
async function measureCorpus(format: string): Promise<void> {
  const parse = bareParserOf(format);
  const inputs: Input[] = [];
  for (const bytes of filesOf(format)) {
    const input = { bytes, digest: sha256(bytes) };
    if (await canRead(input, parse)) inputs.push(input);
  }
  const bytes = inputs.reduce((sum, input) => sum + input.bytes.length, 0);
  if (bytes === 0) throw new Error(`no documents of ${format} in the corpus`);
  const times = Math.max(1, Math.ceil(BYTES_A_ROUND / bytes));
  const hasConformance = await isChecked(inputs);
  const parser: number[] = [];
  const reader: number[] = [];
  const checker: number[] = [];
  // in turn, so that a busy machine disturbs both alike
  for (let round = 0; round < ROUNDS; round++) {
    parser.push(await cpuMs(times, () => inputs.forEach((input) => parse(input.bytes))));
    reader.push(await cpuMs(times, () => readAll(inputs, false)));
    if (hasConformance) checker.push(await cpuMs(times, () => readAll(inputs, true)));
  }
  const speed = (ms: readonly number[]): number =>
    (bytes * times) / MEGA / (Math.min(...ms) / 1000);
  report({
    what: `${format}, real documents`,
    value: speed(reader),
    unit: 'MB/s',
    limit: speed(parser),
    ratio: Math.min(...reader) / Math.min(...parser),
    mostRatio: MOST_RATIO,
    note: `${inputs.length} documents, ${(bytes / MEGA).toFixed(1)} MB; limit is ${bareParserName(format)}`,
  });
  if (!hasConformance) return;
  report({
    what: `${format}, the same with conformance to its schema or rules`,
    value: speed(checker),
    unit: 'MB/s',
    limit: speed(parser),
    ratio: Math.min(...checker) / Math.min(...parser),
    note: 'asked for with `strict`; the parser checks nothing of the kind',
  });
}

async function readAll(inputs: readonly Input[], strict: boolean): Promise<void> {
  for (const { bytes, digest } of inputs) await readDocument(bytes, { digest, strict });
}

/** True where a strict reading answers what a plain one leaves open. */
async function isChecked(inputs: readonly Input[]): Promise<boolean> {
  for (const { bytes, digest } of inputs) {
    const plain = await readDocument(bytes, { digest });
    const strict = await readDocument(bytes, { digest, strict: true });
    if (plain.reading.conformant === null && strict.reading.conformant !== null) return true;
  }
  return false;
}

function filesOf(format: string): Uint8Array[] {
  const folder = join(SHARED, 'corpus', format);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= MAX_DOCUMENT_BYTES)
    .map((path) => new Uint8Array(readFileSync(path)));
}

async function canRead(
  { bytes, digest }: Input,
  parse: (b: Uint8Array) => unknown,
): Promise<boolean> {
  try {
    parse(bytes);
    const { reading } = await readDocument(bytes, { digest });
    return reading.facts.format !== 'opaque';
  } catch {
    return false;
  }
}

/** Processor time, least disturbed by what else runs. */
async function cpuMs(times: number, work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measureLarge(scratch: string, format: LargeFormat): Promise<void> {
  const megabytes = Math.min(SMALL_MB[format] ?? LARGE_MB, LARGE_MB);
  const file = join(scratch, format);
  const packages = writeLargeDocument(file, format, megabytes * MEGA);
  const bytes = statSync(file).size;
  const parser = await inOwnProcess(file, format, 'parser');
  const reader = await inOwnProcess(file, format, 'reader');
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
    mostRatio: MOST_RATIO,
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
