// SPDX-License-Identifier: Apache-2.0
import type { Stage, TeeFinding } from '../../attest/tee/finding.ts';
import { findScheme } from '../../attest/tee/registry.ts';
import type { TeeClaims } from '../../attest/tee/scheme.ts';
import type { EvidenceReport } from '../commands/evidence-verify.ts';
import { printable, styled, table, type Terminal } from './terminal.ts';

const COLORS = { passed: 'green', failed: 'red', undetermined: 'yellow' } as const;

/** What each step asks, for people who do not know the formats. */
const QUESTIONS: Readonly<Record<Stage, string>> = {
  parse: 'can it be read as evidence of this kind?',
  chain: 'does the vendor vouch for the key that signed it?',
  signature: 'is it unchanged since it was signed?',
  collateral: 'are revocation lists and other collateral genuine, and do they belong to it?',
  freshness: 'is everything in force at that time?',
  tcb: 'is the platform up to date?',
  policy: 'does it meet the policy?',
};

/** What to do about a finding on the command line, besides the finding's own hint. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  [
    'malformed',
    'is the file whole, as the hardware or service gave it, and of the kind that --kind names?',
  ],
  ['endorsement-missing', 'put the certificate into a folder and name that with --endorsements'],
  ['collateral-missing', 'put the collateral into a folder and name that with --endorsements'],
  ['no-trust-anchor', 'put the key or certificate into a folder and name that with --roots'],
  ['collateral-stale', 'or name the time that the question is about with --at'],
  ['crl-stale', 'supply the current list, or name the time that the question is about with --at'],
  ['certificate-expired', 'for stored evidence, name a trusted time of the past with --at'],
  ['token-expired', 'ask for a new token; for a stored one name a trusted time with --at'],
  ['kind-not-supported', 'name one of the kinds with --kind'],
]);

/** What the evidence is, what it measured, what failed at which step and clause, and what to do. */
export function printEvidence(terminal: Terminal, report: EvidenceReport): void {
  const verdict = styled(terminal, COLORS[report.verdict], report.verdict.toUpperCase());
  terminal.out(`${verdict}: ${conclusionOf(report)}\n`);
  for (const finding of report.findings) printFinding(terminal, finding, report);
  if (report.claims === null) return;
  printSummary(terminal, report.claims);
  terminal.out('all that it says:\n');
  terminal.out(table(Object.entries(report.claims).flatMap(rowsOf), '  '));
}

function conclusionOf({ kind, verdict, claims }: EvidenceReport): string {
  const what = `${findScheme(kind)?.title ?? 'unknown kind'} (${printable(kind)})`;
  if (verdict === 'passed') return `${what}: genuine, and it meets the policy`;
  if (claims !== null) {
    return verdict === 'failed'
      ? `${what}: genuine, but it does not meet the policy`
      : `${what}: genuine, but what was asked cannot be answered, which is not a yes`;
  }
  return verdict === 'failed'
    ? `${what}: it is not to be believed`
    : `${what}: nothing can be said of it, which is not a yes`;
}

function printFinding(terminal: Terminal, finding: TeeFinding, report: EvidenceReport): void {
  const { stage, code, message, at, clause, hint } = finding;
  const mark = report.verdict === 'passed' ? 'warning' : `step ${stage}, ${QUESTIONS[stage]}`;
  const place = at === undefined || at === '' ? '' : ` (at ${printable(at)})`;
  terminal.out(`  ${mark}\n    ${code}: ${printable(message)}${place}\n`);
  if (clause !== undefined) terminal.out(`    see ${printable(clause)}\n`);
  for (const remedy of [hint, REMEDIES.get(code)]) {
    if (remedy !== undefined) terminal.out(`    → ${printable(remedy)}\n`);
  }
}

function printSummary(terminal: Terminal, claims: TeeClaims): void {
  const { measurement, binding, debug, simulated } = claims;
  const environment = debug ? 'DEBUG: it can be looked into, so it proves nothing' : 'closed';
  const rows = [
    ['measured', measurement ?? 'nothing'],
    ['bound to', binding ?? 'nothing, or more than one value'],
    ['environment', simulated ? 'SIMULATED: no hardware stands behind it' : environment],
  ];
  terminal.out('in short:\n');
  terminal.out(table(rows, '  '));
}

/** A claim with members of its own takes a row for each. */
function rowsOf([name, value]: [string, unknown]): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[name, printable(textOf(value))]];
  }
  return Object.entries(value).map(([key, inner]) => [
    `${name} ${printable(key)}`,
    printable(textOf(inner)),
  ]);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
