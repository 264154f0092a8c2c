// SPDX-License-Identifier: Apache-2.0
// npm run bench [name]…   every bench, or those named, each in a process of its own; results go to bench/results/.
import { spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineLine, type Measurement } from './support/measure.ts';

const FOLDER = import.meta.dirname;
const SUFFIX = '.bench.ts';
/** The index of a million nodes and what builds it need more than the default heap. */
const NODE_OPTIONS = ['--expose-gc', '--max-old-space-size=4096'];

interface Result {
  readonly bench: string;
  readonly exitCode: number;
  readonly seconds: number;
  readonly measurements: readonly Measurement[];
}

const known = (await readdir(FOLDER))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such bench: ${unknown.join(', ')} (there are: ${known.join(', ')})\n`);
  process.exit(64);
}
process.stdout.write(`${machineLine()}\n`);
for (const name of wanted.length > 0 ? wanted : known) {
  const result = await runBench(name);
  await keepResult(result);
  const end = result.exitCode === 0 ? 'done' : `failed with exit code ${result.exitCode}`;
  process.stdout.write(`  ${end} after ${result.seconds.toFixed(0)} s\n`);
  if (result.exitCode !== 0) process.exitCode = 1;
}

async function runBench(bench: string): Promise<Result> {
  process.stdout.write(`\n${bench}\n`);
  const started = performance.now();
  const measurements: Measurement[] = [];
  const child = spawn(process.execPath, [...NODE_OPTIONS, join(FOLDER, `${bench}${SUFFIX}`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const measurement = JSON.parse(line) as Measurement;
      measurements.push(measurement);
      process.stdout.write(`  ${describe(measurement)}\n`);
    }
  }
  const exitCode = await ended;
  return { bench, exitCode, seconds: (performance.now() - started) / 1000, measurements };
}

/** `blast radius: 41.2 ms, limit 25.1, 1.64x (at most 2x: met)`. */
function describe(one: Measurement): string {
  const parts = [`${one.what}: ${short(one.value)} ${one.unit}`];
  if (one.limit !== undefined) parts.push(`limit ${short(one.limit)}`);
  if (one.ratio !== undefined) parts.push(`${one.ratio.toFixed(2)}x`);
  const target = describeTarget(one);
  const note = one.note === undefined ? '' : ` [${one.note}]`;
  return `${parts.join(', ')}${target}${note}`;
}

function describeTarget({ value, ratio, mostRatio, most, least }: Measurement): string {
  const targets: [text: string, isMet: boolean][] = [];
  if (mostRatio !== undefined) targets.push([`at most ${mostRatio}x`, (ratio ?? 0) <= mostRatio]);
  if (most !== undefined) targets.push([`at most ${most}`, value <= most]);
  if (least !== undefined) targets.push([`at least ${least}`, value >= least]);
  const texts = targets.map(([text, isMet]) => `${text}: ${isMet ? 'met' : 'MISSED'}`);
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}

function short(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return value.toFixed(0);
  return value.toPrecision(3);
}

async function keepResult(result: Result): Promise<void> {
  const folder = join(FOLDER, 'results');
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const text = JSON.stringify({ at, machine: machineLine(), ...result }, null, 2);
  await writeFile(join(folder, `${result.bench}.json`), `${text}\n`);
}
