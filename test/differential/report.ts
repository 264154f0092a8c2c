// SPDX-License-Identifier: Apache-2.0
import { buildPeers, peerPrograms, peersFolder } from './build.ts';
import { makeDifferentialCases } from './cases.ts';
import { DISAGREEMENT_CLASSES, findClass, isAgreement } from './classes.ts';
import { compareWith } from './compare.ts';
import type { Comparison, Outcome } from './peer.ts';
import { makePeers } from './peers.ts';

const OUTCOMES: readonly Outcome[] = [
  'both-accept',
  'both-refuse',
  'only-we-accept',
  'only-they-accept',
  'status-differs',
];

/** What a run of all peers over all cases gave. */
export interface DifferentialReport {
  readonly comparisons: readonly Comparison[];
  /** Disagreements of no known class: somebody has to look at them. */
  readonly unexplained: readonly Comparison[];
  /** Classes that nothing fell into: the list has grown old. */
  readonly unused: readonly string[];
}

/** Asks every peer about every case. Builds nothing. */
export async function runDifferential(folder = peersFolder()): Promise<DifferentialReport> {
  const cases = makeDifferentialCases();
  const comparisons: Comparison[] = [];
  for (const peer of makePeers(peerPrograms(folder))) {
    comparisons.push(...(await compareWith(peer, cases)));
  }
  const disagreements = comparisons.filter(({ outcome }) => !isAgreement(outcome));
  const used = new Set(disagreements.map((one) => findClass(one)?.id));
  return {
    comparisons,
    unexplained: disagreements.filter((one) => findClass(one) === undefined),
    unused: DISAGREEMENT_CLASSES.map(({ id }) => id).filter((id) => !used.has(id)),
  };
}

/** The report as Markdown: how often each peer agrees, and which classes the rest falls into. */
export function formatReport({ comparisons, unexplained, unused }: DifferentialReport): string {
  const peers = [...new Set(comparisons.map(({ peer }) => peer))];
  const rows = peers.map((peer) => {
    const theirs = comparisons.filter((one) => one.peer === peer);
    const counts = OUTCOMES.map((name) => theirs.filter(({ outcome }) => outcome === name).length);
    return row(peer, theirs.length, ...counts);
  });
  const classes = DISAGREEMENT_CLASSES.map(({ id }) =>
    row(id, ...countsOf(id, peers, comparisons)),
  );
  return [
    row('peer', 'cases', ...OUTCOMES),
    row('---', ...Array.from({ length: OUTCOMES.length + 1 }, () => '---')),
    ...rows,
    '',
    row('class', ...peers),
    row('---', ...peers.map(() => '---')),
    ...classes,
    '',
    ...unused.map((id) => `nothing falls into the class ${id} any more`),
    ...unexplained.map(describe),
    '',
  ].join('\n');
}

/** One line on a disagreement. */
export function describe({ peer, outcome, case: { id }, ours, theirs }: Comparison): string {
  const [first] = ours.findings;
  const we = first === undefined ? ours.verdict : `${ours.verdict} ${first.stage}/${first.code}`;
  const they = `${theirs.genuine ? 'genuine' : 'refused'} ${theirs.status ?? ''} ${theirs.error}`;
  return `UNEXPLAINED ${outcome}: ${id}: we say ${we}; ${peer} says ${they.slice(0, 200).trim()}`;
}

function countsOf(
  id: string,
  peers: readonly string[],
  comparisons: readonly Comparison[],
): readonly number[] {
  const inClass = comparisons.filter(
    (one) => !isAgreement(one.outcome) && findClass(one)?.id === id,
  );
  return peers.map((peer) => inClass.filter((one) => one.peer === peer).length);
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Builds what is missing, runs everything, prints the tables. */
export async function main(args: readonly string[]): Promise<number> {
  if (!args.includes('--no-build')) buildPeers();
  if (args.includes('--build-only')) return 0;
  const report = await runDifferential();
  process.stdout.write(formatReport(report));
  return report.unexplained.length === 0 && report.unused.length === 0 ? 0 : 1;
}
