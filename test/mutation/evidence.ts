// SPDX-License-Identifier: Apache-2.0
// Every genuine piece of evidence, mutated in every way (run.ts lists them):
//   npm run mutate:evidence                        a sample, as in the tests
//   npm run mutate:evidence -- --all               everything, which takes a quarter of an hour
//   npm run mutate:evidence -- --all --kind tdx    one kind; --piece ID is one piece of evidence
// Exit code 1 where something was accepted, threw, or took more than 100 ms of processor time.
import { parseArgs } from 'node:util';
import { hasShared } from '../support/shared.ts';
import { hasSoftwareTpm } from '../support/software-tpm.ts';
import { readPieces } from './pieces.ts';
import { runPiece } from './run.ts';
import type { Tally } from './run.ts';

const MOST_MS = 100;
const MOST_LISTED = 20;

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    kind: { type: 'string' },
    piece: { type: 'string' },
  },
});
process.exitCode = await main(values);

interface Options {
  readonly all: boolean;
  readonly kind?: string | undefined;
  readonly piece?: string | undefined;
}

async function main({ all, kind, piece: id }: Options): Promise<number> {
  if (!hasShared()) print('without the shared documents (PEDIGREE_SHARED)');
  if (!hasSoftwareTpm()) print('without a software TPM');
  const pieces = await readPieces();
  const chosen = pieces.filter(
    (one) => (kind ?? one.scheme.kind) === one.scheme.kind && (id ?? one.id) === one.id,
  );
  print(
    row([
      'kind',
      'evidence',
      'mutations',
      'refused',
      'in force',
      'harmless',
      'accepted',
      'slowest',
    ]),
  );
  const tallies = chosen.map((piece) => {
    const others = pieces.filter((one) => one !== piece);
    const tally = runPiece(piece, others, !all);
    print(row([piece.scheme.kind, piece.id, ...numbersOf(tally)]));
    for (const { mutator, what, problem } of tally.problems.slice(0, MOST_LISTED)) {
      print(`  ${mutator}: ${what}: ${problem}`);
    }
    return tally;
  });
  return summarise(tallies);
}

function numbersOf(tally: Tally): string[] {
  const harmless = [...tally.harmless.values()].reduce((sum, count) => sum + count, 0);
  const counts = [tally.mutations, tally.refused, tally.expected, harmless, tally.accepted];
  return [...counts.map(String), `${tally.slowestMs.toFixed(0)} ms (${tally.slowest})`];
}

function summarise(tallies: readonly Tally[]): number {
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  const problems = sum((tally) => tally.problems.length);
  const slowest = Math.max(0, ...tallies.map(({ slowestMs }) => slowestMs));
  const harmless = new Map<string, number>();
  for (const [reason, count] of tallies.flatMap((tally) => [...tally.harmless])) {
    harmless.set(reason, (harmless.get(reason) ?? 0) + count);
  }
  print(`\npassed without harm, by reason:`);
  for (const [reason, count] of [...harmless].toSorted()) print(`  ${count} ${reason}`);
  print(
    `\n${sum((tally) => tally.mutations)} mutations, ${sum((tally) => tally.accepted)} accepted`,
  );
  print(`${problems} problems, slowest ${slowest.toFixed(0)} ms of processor time`);
  return problems === 0 && slowest <= MOST_MS && tallies.length > 0 ? 0 : 1;
}

function row(cells: readonly string[]): string {
  const widths = [15, 38, 10, 9, 9, 9, 9];
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' ');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
