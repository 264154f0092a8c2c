// SPDX-License-Identifier: Apache-2.0
import type { VerifyAnswer } from '../../api/service/pedigree.ts';
import type { Requirement, RuleOutcome } from '../../attest/decision/decision.ts';
import type { RefNames } from './ref-names.ts';
import {
  printable,
  shortenDigests,
  shortName,
  shortRef,
  styled,
  wrap,
  type Terminal,
} from './terminal.ts';

const COLORS = { allow: 'green', deny: 'red', undetermined: 'yellow' } as const;
const MARKS = { passed: '✓', failed: '✗', undetermined: '?' } as const;

/** A decision for people: the outcome, each rule with its reasons, and what would change it. */
export function printDecision(
  terminal: Terminal,
  { decision, digest, logIndex }: VerifyAnswer,
  names: RefNames,
): void {
  const advisory = decision.advisory ? ', advisory: the policy is not in the log' : '';
  const simulated = decision.simulated ? ', on SIMULATED evidence' : '';
  const outcome = styled(terminal, COLORS[decision.outcome], decision.outcome.toUpperCase());
  terminal.out(`${outcome} ${printable(decision.environment)}${simulated}${advisory}\n`);
  terminal.out(`  model    ${nameAndRef(decision.model, names)}\n`);
  terminal.out(`  dataset  ${nameAndRef(decision.dataset, names)}\n`);
  for (const rule of decision.rules) printRule(terminal, rule, names);
  for (const requirement of decision.wouldFlip) printRequirement(terminal, requirement, names);
  terminal.out(styled(terminal, 'dim', `  decision ${shortRef(digest)}, log entry ${logIndex}\n`));
}

function printRule(
  terminal: Terminal,
  { rule, outcome, reasons }: RuleOutcome,
  names: RefNames,
): void {
  terminal.out(`  ${MARKS[outcome]} ${rule}\n`);
  for (const { message } of reasons) printText(terminal, message, names, '      ');
}

function printRequirement(
  terminal: Terminal,
  { need, statement, subjects, conditions, maySign }: Requirement,
  names: RefNames,
): void {
  const about = subjects.join(', ');
  printText(terminal, `would flip it: ${need}, ${statement} about ${about}`, names, '  ');
  for (const condition of conditions) printText(terminal, condition, names, '      ');
  const signers = maySign.map(({ identity }) => identity).join(', ');
  const who = signers === '' ? 'nobody the signer policy trusts' : signers;
  printText(terminal, `may be signed by: ${who}`, names, '      ');
}

function printText(terminal: Terminal, text: string, names: RefNames, indent: string): void {
  terminal.out(wrap(printable(withNames(text, names)), terminal.columns, indent));
}

/** Refs in a sentence by what people call them; other digests cut. */
function withNames(text: string, names: RefNames): string {
  const named = text.replace(
    /(?<![a-z0-9])[a-z0-9]+:[^\s,;]*[0-9a-z]/g,
    (ref) => names(ref) ?? ref,
  );
  return shortenDigests(named);
}

function nameAndRef(ref: string, names: RefNames): string {
  const name = names(ref);
  return name === undefined ? shortRef(ref) : `${shortName(name)}  ${shortRef(ref)}`;
}
