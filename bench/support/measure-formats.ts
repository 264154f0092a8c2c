// SPDX-License-Identifier: Apache-2.0
// node --expose-gc bench/support/measure-formats.ts FORMAT…    the real documents of some formats, read in turn, as lines of JSON
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, type Digest } from '../../core/digest.ts';
import { readDocument } from '../../ingest/extract/registry.ts';
import { bareParserName, bareParserOf, mostRatioOf } from './bare-parsers.ts';
import { median, report } from './measure.ts';
import { SHARED } from './sboms.ts';

const MEGA = 1_000_000;
const MAX_DOCUMENT_BYTES = 4 * MEGA;
const ROUNDS = 9;
/** Processor time of a round. */
const ROUND_MS = 200;
/** Code that runs the first time is compiled on the way, which the parser's is not: it is run so long before it counts. */
const WARM_UP_MS = 1500;

interface Input {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly parse: (bytes: Uint8Array) => unknown;
}

/** All documents once. */
type Pass = () => void | Promise<void>;

async function measure(): Promise<void> {
  const name = formats.length === 1 ? formats.join() : `${formats.length} JSON formats together`;
  const bytes = inputs.reduce((sum, input) => sum + input.bytes.length, 0);
  const parser = new Timed(parseAll);
  const reader = new Timed(() => readAll(false));
  const checker = (await isChecked()) ? new Timed(() => readAll(true)) : undefined;
  const all = [parser, reader, ...(checker === undefined ? [] : [checker])];
  for (const timed of all) await timed.warmUp();
  // in turn, so that what disturbs the machine disturbs all of a round alike
  for (let round = 0; round < ROUNDS; round++) for (const timed of all) await timed.measure();
  const limit = speedOf(bytes, parser);
  const mostRatio = mostRatioOf(formats[0] ?? '');
  report({
    what: `${name}, real documents`,
    value: speedOf(bytes, reader),
    unit: 'MB/s',
    limit,
    ratio: ratioOf(reader, parser),
    ...(mostRatio !== undefined && { mostRatio }),
    note: `${inputs.length} documents, ${(bytes / MEGA).toFixed(1)} MB; limit is ${bareParserName(formats[0] ?? '')}; the first time, with compiling: ${(bytes / MEGA / (firstMs / 1000)).toFixed(1)} MB/s`,
  });
  if (checker === undefined) return;
  report({
    what: `${name}, the same with conformance to its schema or rules`,
    value: speedOf(bytes, checker),
    unit: 'MB/s',
    limit,
    ratio: ratioOf(checker, parser),
    note: 'asked for with `strict`; the parser checks nothing of the kind',
  });
}

/** MB/s of the round in the middle. */
function speedOf(bytes: number, { rounds }: Timed): number {
  return bytes / MEGA / (median(rounds) / 1000);
}

/** Of the times of one round, that of the round in the middle. */
function ratioOf(ours: Timed, limit: Timed): number {
  return median(ours.rounds.map((ms, round) => ms / (limit.rounds[round] ?? Number.NaN)));
}

/** The processor time of a pass over all documents. */
class Timed {
  /** Milliseconds that a pass took in each round. */
  readonly rounds: number[] = [];
  readonly #pass: Pass;
  #times = 1;

  constructor(pass: Pass) {
    this.#pass = pass;
  }

  async warmUp(): Promise<void> {
    let spent = 0;
    let times = 0;
    for (; spent < WARM_UP_MS; times++) spent += await cpuMs(this.#pass, 1);
    this.#times = Math.max(1, Math.round((ROUND_MS * times) / spent));
  }

  async measure(): Promise<void> {
    this.rounds.push((await cpuMs(this.#pass, this.#times)) / this.#times);
  }
}

async function cpuMs(pass: Pass, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) await pass();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function parseAll(): void {
  for (const { bytes, parse } of inputs) parse(bytes);
}

async function readAll(strict: boolean): Promise<void> {
  for (const { bytes, digest } of inputs) await readDocument(bytes, { digest, strict });
}

/** True where a strict reading answers what a plain one leaves open. */
async function isChecked(): Promise<boolean> {
  for (const { bytes, digest } of inputs) {
    const plain = await readDocument(bytes, { digest });
    const strict = await readDocument(bytes, { digest, strict: true });
    if (plain.reading.conformant === null && strict.reading.conformant !== null) return true;
  }
  return false;
}

/** The real documents of a format that both sides can read. */
async function inputsOf(format: string): Promise<readonly Input[]> {
  const parse = bareParserOf(format);
  const found: Input[] = [];
  for (const bytes of filesOf(format)) {
    const input = { bytes, digest: sha256(bytes), parse };
    if (await canRead(input)) found.push(input);
  }
  if (found.length === 0) throw new Error(`no documents of ${format} in the corpus`);
  return found;
}

function filesOf(format: string): Uint8Array[] {
  const folder = join(SHARED, 'corpus', format);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= MAX_DOCUMENT_BYTES)
    .map((path) => new Uint8Array(readFileSync(path)));
}

async function canRead({ bytes, digest, parse }: Input): Promise<boolean> {
  try {
    parse(bytes);
    const { reading } = await readDocument(bytes, { digest });
    return reading.facts.format !== 'opaque';
  } catch {
    return false;
  }
}

const formats = process.argv.slice(2);
const inputs: Input[] = [];
let firstMs = 0;
for (const format of formats) {
  firstMs += await cpuMs(async () => {
    inputs.push(...(await inputsOf(format)));
  }, 1);
}
await measure();
