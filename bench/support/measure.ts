// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, loadavg } from 'node:os';

/** One line of a bench: what was measured, and where there is one, the physical limit of the same run. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The same work at its limit, in the same unit and the same run. */
  readonly limit?: number;
  /** How many times the limit. */
  readonly ratio?: number;
  /** Targets: the largest ratio, the largest or the smallest value that we accept on a quiet machine. */
  readonly mostRatio?: number;
  readonly most?: number;
  readonly least?: number;
  readonly note?: string;
}

/** Prints a measurement as one JSON line on stdout; bench/run.ts collects them. */
export function report(measurement: Measurement): void {
  process.stdout.write(`${JSON.stringify(measurement)}\n`);
}

/** Processor, cores, runtime and how busy the machine is: ratios travel, milliseconds do not. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${availableParallelism()} cores, ${model}, node ${process.version}, load ${load}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds of wall clock and of processor time (all threads) that some work took. */
export interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export async function spend<T>(
  work: () => T | Promise<T>,
): Promise<Spent & { readonly result: T }> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const result = await work();
  const wallMs = performance.now() - started;
  const used = process.cpuUsage(cpu);
  return { result, wallMs, cpuMs: (used.user + used.system) / 1000 };
}

export interface Alternated {
  readonly ourMs: number;
  readonly limitMs: number;
  /** Median over the pairs of (ours / limit): a disturbance hits both sides of a pair alike. */
  readonly ratio: number;
}

/** Runs both in turn, so that a busy machine disturbs both alike. Medians, after `warmUp` rounds that do not count. */
export function alternate(
  rounds: number,
  ours: (round: number) => void,
  limit: (round: number) => void,
  warmUp = 8,
): Alternated {
  const ourMs: number[] = [];
  const limitMs: number[] = [];
  const ratios: number[] = [];
  for (let round = -warmUp; round < rounds; round++) {
    const ourTime = timed(() => ours(Math.abs(round)));
    const limitTime = timed(() => limit(Math.abs(round)));
    if (round < 0) continue;
    ourMs.push(ourTime);
    limitMs.push(limitTime);
    ratios.push(ourTime / limitTime);
  }
  return { ourMs: median(ourMs), limitMs: median(limitMs), ratio: median(ratios) };
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
