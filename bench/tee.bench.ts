// SPDX-License-Identifier: Apache-2.0
// Verifying genuine TEE evidence, from bytes to verdict, against the bare signature checks of the same evidence; then a
// thousand verifications of each kind, which must leave the memory as it was.
//   node bench/run.ts tee                     needs the shared documents (PEDIGREE_SHARED)
import { recordChecks } from './support/recorded-checks.ts';
import { median, report, spend } from './support/measure.ts';
import { hasShared, sharedPath } from '../test/support/shared.ts';
import { readGenuineCases } from '../test/support/tee-vectors.ts';
import type { TeeCase } from '../test/support/tee-vectors.ts';

const ROUNDS = 25;
const WARM_UP = 4;
const TIMES_A_ROUND = 10;
const ROUNDS_OF_MEMORY = 1000;
/** What a thousand verifications may leave behind; one keeps more than this while it runs. */
const MEBIBYTES_LEFT = 1;

/** Milliseconds of processor time for one verification. */
const TARGETS: readonly (readonly [id: string, mostMs: number | undefined])[] = [
  ['snp-virtee-milan-v2-crl-fresh', 2],
  ['snp-trustee-aws-vlek-v3-ok', 2],
  ['nitro', 10],
  ['tdx', 20],
  ['sgx', undefined],
];

if (!hasShared()) throw new Error(`no documents at ${sharedPath()}: set PEDIGREE_SHARED`);
const cases = readGenuineCases();
const chosen = TARGETS.map(([name, mostMs]) => ({ one: findCase(name), mostMs }));
for (const { one, mostMs } of chosen) await measureTime(one, mostMs);
for (const { one } of chosen) measureMemory(one);

/** The case of this id, or the first genuine one of this kind. */
function findCase(name: string): TeeCase {
  const found = cases.find((one) => one.id === name || one.scheme.kind === name);
  if (found === undefined) throw new Error(`no case ${name} among the shared documents`);
  return found;
}

function verify({ id, scheme, input }: TeeCase): void {
  const { verdict } = scheme.run(input);
  if (verdict !== 'passed') throw new Error(`${id}: ${verdict}`);
}

async function measureTime(one: TeeCase, mostMs: number | undefined): Promise<void> {
  const checks = recordChecks(() => verify(one));
  const ours: number[] = [];
  const bare: number[] = [];
  // in turn, so that a busy machine disturbs both alike
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const [ourMs, bareMs] = [await cpuMsOf(() => verify(one)), await cpuMsOf(checks.repeat)];
    if (round < 0) continue;
    ours.push(ourMs);
    bare.push(bareMs);
  }
  report({
    what: `${one.scheme.kind}: ${one.id}`,
    value: median(ours),
    unit: 'ms CPU',
    limit: median(bare),
    ratio: median(ours.map((ourMs, round) => ourMs / (bare[round] ?? Number.NaN))),
    ...(mostMs === undefined ? {} : { most: mostMs }),
    note: `limit: its ${checks.count} bare signature checks`,
  });
}

/** Milliseconds of processor time for one time, over enough of them for the clock. */
async function cpuMsOf(work: () => void): Promise<number> {
  const { cpuMs } = await spend(() => {
    for (let time = 0; time < TIMES_A_ROUND; time++) work();
  });
  return cpuMs / TIMES_A_ROUND;
}

function measureMemory(one: TeeCase): void {
  repeat(one, ROUNDS_OF_MEMORY / 10);
  const before = usedBytes();
  repeat(one, ROUNDS_OF_MEMORY);
  report({
    what: `${one.scheme.kind}: left behind by ${ROUNDS_OF_MEMORY} verifications`,
    value: (usedBytes() - before) / 2 ** 20,
    unit: 'MiB',
    most: MEBIBYTES_LEFT,
  });
}

function repeat(one: TeeCase, rounds: number): void {
  for (let round = 0; round < rounds; round++) verify(one);
}

/** Heap and buffers outside of it, after everything that can go has gone. */
function usedBytes(): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run with --expose-gc, as bench/run.ts does');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
