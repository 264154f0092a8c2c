// SPDX-License-Identifier: Apache-2.0
import type { EvidenceReport } from '../commands/evidence-verify.ts';
import { printable, styled, table, type Terminal } from './terminal.ts';

const COLORS = { passed: 'green', failed: 'red', undetermined: 'yellow' } as const;

/** What the evidence is, what it measured, what failed at which step, and what to do. */
export function printEvidence(terminal: Terminal, report: EvidenceReport): void {
  const verdict = styled(terminal, COLORS[report.verdict], report.verdict.toUpperCase());
  const stage = report.stage === null ? '' : ` at the step "${report.stage}"`;
  terminal.out(`${verdict} ${printable(report.kind)}${stage}\n`);
  for (const { code, message, clause, hint } of report.findings) {
    terminal.out(`  ${code}: ${printable(message)}\n`);
    if (clause !== undefined) terminal.out(`    ${printable(clause)}\n`);
    if (hint !== undefined) terminal.out(`    → ${printable(hint)}\n`);
  }
  if (report.claims === null) return;
  terminal.out(report.verdict === 'passed' ? 'what it says:\n' : 'it is genuine, and says:\n');
  const rows = Object.entries(report.claims).map(([key, value]) => [key, printable(textOf(value))]);
  terminal.out(table(rows, '  '));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
