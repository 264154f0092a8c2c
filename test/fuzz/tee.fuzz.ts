// SPDX-License-Identifier: Apache-2.0
// Mutated evidence and collateral of every kind, for as long as you like:
//   node test/fuzz/tee.fuzz.ts [--seconds 60] [--from RUN] [--count RUNS]     seconds of processor time
// Without the shared documents (PEDIGREE_SHARED) only kinds that we make ourselves are covered. Keys of these are new in each
// process: a run of theirs is repeated with other bytes. Exit code 1 where something was found.
import { parseArgs } from 'node:util';
import { hasShared } from '../support/shared.ts';
import { usedSeconds } from './processor-time.ts';
import { TeeFuzzer } from './tee-fuzzer.ts';
import type { FuzzRun } from './tee-fuzzer.ts';
import { readSeeds } from './tee-seeds.ts';

const SLOW_MS = 100;
const MAX_LISTED = 20;

interface Tally {
  runs: number;
  passed: number;
  failed: number;
  undetermined: number;
  threw: number;
  slowestMs: number;
  slow: number;
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: 'Infinity' },
  },
});
const [seconds, from, count] = [values.seconds, values.from, values.count].map(Number);
process.exitCode = fuzz(seconds ?? Number.NaN, from ?? Number.NaN, count ?? Number.NaN);

function fuzz(seconds: number, from: number, count: number): number {
  if (Number.isNaN(seconds) || !Number.isInteger(from) || Number.isNaN(count)) {
    process.stderr.write('--seconds, --from and --count take numbers\n');
    return 64;
  }
  const fuzzer = new TeeFuzzer(readSeeds());
  const tallies = new Map<string, Tally>();
  const found: FuzzRun[] = [];
  for (let run = from; run < from + count && usedSeconds() < seconds; run++) {
    const result = fuzzer.run(run);
    record(tallies, result);
    if (result.problem !== null && found.push(result) <= MAX_LISTED) print(result);
    if (result.milliseconds > SLOW_MS) print(result);
  }
  summarise(tallies, found.length);
  return found.length === 0 && tallies.size > 0 ? 0 : 1;
}

function record(tallies: Map<string, Tally>, { kind, verdict, milliseconds }: FuzzRun): void {
  const tally = tallies.get(kind) ?? {
    runs: 0,
    passed: 0,
    failed: 0,
    undetermined: 0,
    threw: 0,
    slowestMs: 0,
    slow: 0,
  };
  tally.runs++;
  tally[verdict]++;
  tally.slowestMs = Math.max(tally.slowestMs, milliseconds);
  if (milliseconds > SLOW_MS) tally.slow++;
  tallies.set(kind, tally);
}

function print({ run, id, file, verdict, milliseconds, problem }: FuzzRun): void {
  const what = problem ?? `took ${milliseconds.toFixed(0)} ms`;
  process.stdout.write(`run ${run}: ${id}, ${file} changed, ${verdict}: ${what}\n`);
}

function summarise(tallies: ReadonlyMap<string, Tally>, problems: number): void {
  if (!hasShared()) process.stdout.write('without the shared documents\n');
  for (const [kind, tally] of tallies) {
    const { runs, passed, failed, undetermined, slowestMs, slow } = tally;
    const verdicts = `${failed} failed, ${undetermined} undetermined, ${passed} passed unharmed`;
    const times = `slowest ${slowestMs.toFixed(0)} ms, ${slow} above ${SLOW_MS} ms`;
    process.stdout.write(`${kind}: ${runs} runs, ${verdicts}; ${times}\n`);
  }
  process.stdout.write(`${problems} problems\n`);
}
