// SPDX-License-Identifier: Apache-2.0
import type { VerifyAnswer } from '../../api/service/pedigree.ts';
import { printable, shortRef, styled, type Terminal } from './terminal.ts';

const COLORS = { allow: 'green', deny: 'red', undetermined: 'yellow' } as const;
const MARKS = { passed: '✓', failed: '✗', undetermined: '?' } as const;

/** A decision for people: the outcome, each rule with its reason, and what would change it. */
export function printDecision(
  terminal: Terminal,
  { decision, digest, logIndex }: VerifyAnswer,
): void {
  const advisory = decision.advisory ? ', advisory: the policy is not in the log' : '';
  const simulated = decision.simulated ? ', on SIMULATED evidence' : '';
  const outcome = styled(terminal, COLORS[decision.outcome], decision.outcome.toUpperCase());
  terminal.out(`${outcome} ${printable(decision.environment)}${simulated}${advisory}\n`);
  terminal.out(`  model   ${shortRef(decision.model)}\n  dataset ${shortRef(decision.dataset)}\n`);
  for (const { rule, outcome: result, reasons } of decision.rules) {
    terminal.out(`  ${MARKS[result]} ${rule}\n`);
    for (const { message } of reasons) terminal.out(`      ${printable(message)}\n`);
  }
  for (const { need, statement, subjects, conditions, maySign } of decision.wouldFlip) {
    const about = subjects.map(shortRef).join(', ');
    terminal.out(`  would flip it: ${need}, ${printable(statement)} about ${about}\n`);
    for (const condition of conditions) terminal.out(`      ${printable(condition)}\n`);
    const signers = maySign.map(({ identity }) => shortKey(identity)).join(', ');
    terminal.out(
      `      may be signed by: ${signers === '' ? 'nobody the signer policy trusts' : signers}\n`,
    );
  }
  terminal.out(styled(terminal, 'dim', `  decision ${shortRef(digest)}, log entry ${logIndex}\n`));
}

function shortKey(identity: string): string {
  return printable(identity.replace(/^(key:sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…'));
}
