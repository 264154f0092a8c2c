// SPDX-License-Identifier: Apache-2.0
// Mutated documents of every format through the door of ingest, for as long as you like:
//   node test/fuzz/formats.fuzz.ts [--seconds 60] [--from RUN] [--keep FOLDER]     seconds of processor time
//   node test/fuzz/formats.fuzz.ts --replay FILE…      reads files once and says how it went
// Each runs in a worker that is given 256 MB beside what it needs to stand there, and is watched. A run that throws what is
// no PedigreeError, takes more than a second, or more memory, is a bug: its bytes are kept in the folder. Exit code 1 then.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { hasShared } from '../support/shared.ts';
import { DocumentFuzzer, judge } from './document-fuzzer.ts';
import type { FuzzJob, FuzzReport } from './document-fuzz-worker.ts';
import { readDocumentSeeds } from './document-seeds.ts';
import { usedSeconds } from './processor-time.ts';

const SLOW_MS = 1000;
/** A worker that is stuck longer than this is ended; its run counts as slow. */
const STUCK_MS = 20_000;
const CASE_MB = 256;
/** What the worker's own code, compiled schemas and mutations need. */
const OWN_MB = 96;
const WATCH_MS = 500;
const NOT_STARTED = -1;
const MAX_LISTED = 40;

interface Tally {
  runs: number;
  slowestMs: number;
  bugs: number;
  readonly standings: Map<string, number>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    from: { type: 'string', default: '0' },
    keep: { type: 'string' },
    replay: { type: 'boolean', default: false },
  },
});
async function replay(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const started = process.cpuUsage();
    const { standing, problem } = await judge(new Uint8Array(readFileSync(file)), false);
    const { user, system } = process.cpuUsage(started);
    const ms = ((user + system) / 1000).toFixed(0);
    process.stdout.write(`${file}: ${standing}, ${ms} ms, ${problem ?? 'well'}\n`);
  }
}

async function fuzz(seconds: number, from: number): Promise<void> {
  const keep = values.keep ?? mkdtempSync(join(tmpdir(), 'pedigree-fuzz-'));
  mkdirSync(keep, { recursive: true });
  const watch = new Watch(keep);
  for (let next = from; usedSeconds() < seconds;) next = await watch.shift(next, seconds);
  watch.summarise();
  process.exitCode = watch.bugs === 0 && watch.runs > 0 ? 0 : 1;
}

/** Runs workers one after the other and writes down what they say, or what became of them. */
class Watch {
  bugs = 0;
  runs = 0;
  readonly #keep: string;
  readonly #fuzzer = new DocumentFuzzer(readDocumentSeeds());
  readonly #tallies = new Map<string, Tally>();
  readonly #seen = new Set<string>();

  constructor(keep: string) {
    this.#keep = keep;
    const where = hasShared() ? '' : ', without the shared documents';
    process.stdout.write(`${this.#fuzzer.seeds} seeds${where}; kept in ${keep}\n`);
  }

  /** One worker, until it dies or time is up. @returns the run to go on with */
  async shift(from: number, seconds: number): Promise<number> {
    const at = new Int32Array(new SharedArrayBuffer(4)).fill(NOT_STARTED);
    const worker = new Worker(new URL('document-fuzz-worker.ts', import.meta.url), {
      workerData: { from, at } satisfies FuzzJob,
      resourceLimits: { maxOldGenerationSizeMb: CASE_MB + OWN_MB },
    });
    worker.on('message', (report: FuzzReport) => this.#take(report));
    let last = NOT_STARTED;
    let since = performance.now();
    let isStuck = false;
    const timer = setInterval(() => {
      const now = performance.now();
      if (at[0] !== last) [last, since] = [at[0] ?? 0, now];
      isStuck = last !== NOT_STARTED && now - since > STUCK_MS;
      if (isStuck || usedSeconds() > seconds) void worker.terminate();
    }, WATCH_MS);
    const death = await new Promise<string | null>((resolve) => {
      worker.on('error', (error) => resolve(error.message));
      worker.on('exit', () => resolve(null));
    });
    clearInterval(timer);
    const run = Math.max(from, at[0] ?? from);
    if (isStuck) this.#bug(run, `still running after ${STUCK_MS} ms`);
    else if (death !== null) this.#bug(run, `the worker died: ${death}`);
    return run + 1;
  }

  summarise(): void {
    for (const [kind, { runs, slowestMs, bugs, standings }] of [...this.#tallies].sort()) {
      const ends = [...standings].map(([standing, count]) => `${count} ${standing}`).join(', ');
      const slowest = `slowest ${slowestMs.toFixed(0)} ms`;
      process.stdout.write(`${kind}: ${runs} runs (${ends}), ${slowest}, ${bugs} bugs\n`);
    }
    process.stdout.write(`${this.runs} runs, ${this.bugs} bugs\n`);
  }

  #take(report: FuzzReport): void {
    const { kind, standing, milliseconds, problem, run, outsideBytes } = report;
    const tally = this.#tallyOf(kind);
    this.runs++;
    tally.runs++;
    tally.slowestMs = Math.max(tally.slowestMs, milliseconds);
    tally.standings.set(standing, (tally.standings.get(standing) ?? 0) + 1);
    if (problem !== null) this.#bug(run, problem);
    else if (milliseconds > SLOW_MS) this.#bug(run, `took ${milliseconds.toFixed(0)} ms`);
    else if (outsideBytes > CASE_MB * 2 ** 20)
      this.#bug(run, `holds ${outsideBytes} bytes outside`);
  }

  /** The same fault in another document is counted, not kept again. */
  #bug(run: number, what: string): void {
    const { seed, bytes } = this.#fuzzer.make(run);
    this.bugs++;
    this.#tallyOf(seed.kind).bugs++;
    const key = `${what.replaceAll(/\d+/g, '')}${what.startsWith('took') ? seed.kind : ''}`;
    if (this.#seen.has(key) || this.#seen.size >= MAX_LISTED) return;
    this.#seen.add(key);
    const file = join(this.#keep, `run-${run}`);
    writeFileSync(file, bytes);
    process.stdout.write(`run ${run}: ${seed.id} (${bytes.length} bytes): ${what}\n`);
  }

  #tallyOf(kind: string): Tally {
    const known = this.#tallies.get(kind);
    if (known !== undefined) return known;
    const made: Tally = { runs: 0, slowestMs: 0, bugs: 0, standings: new Map() };
    this.#tallies.set(kind, made);
    return made;
  }
}

if (values.replay) await replay(positionals);
else await fuzz(Number(values.seconds), Number(values.from));
