// SPDX-License-Identifier: Apache-2.0
import type { Answered, BlastAnswer } from '../../api/service/pedigree.ts';
import type { Hit, PathStep } from '../../graph/lineage/blast-radius.ts';
import { printable, shortRef, styled, table, type Terminal } from './terminal.ts';

const SHOWN_HITS = 50;

/** A blast radius for people: what is open first, because it limits everything that follows. */
export function printBlastRadius(terminal: Terminal, answered: Answered<BlastAnswer>): void {
  const { radius, rollback, retrain } = answered.answer;
  for (const target of radius.targets) {
    terminal.out(
      `blast radius of ${styled(terminal, 'bold', printable(target.name))}  ${shortRef(target.ref)}\n`,
    );
  }
  printOpen(terminal, answered);
  printHits(terminal, 'affected', 'red', radius.affected);
  printHits(terminal, 'possible', 'yellow', radius.possible);
  if (![...radius.affected, ...radius.possible].some(({ kind }) => kind === 'Deployment')) {
    terminal.out('nothing deployed is reached\n');
  }
  const clear = radius.clear.items
    .map(({ name, kind }) => `${printable(name)} (${kind})`)
    .join(', ');
  const unlisted = radius.clear.count - radius.clear.items.length;
  const more = unlisted > 0 ? ` and ${unlisted} more` : '';
  terminal.out(
    `${styled(terminal, 'green', 'clear')} ${radius.clear.count}${clear === '' ? '' : `: ${clear}${more}`}\n`,
  );
  for (const ref of radius.skipped) {
    terminal.out(styled(terminal, 'dim', `stepped over boilerplate ${shortRef(ref)}\n`));
  }
  for (const { service, environment, runs, target, candidates } of rollback) {
    const where = printable(`${environment}/${service}`);
    const best =
      target === null
        ? 'none that is clear'
        : `${printable(target.name)}${versionText(target.version)}`;
    terminal.out(
      `roll back ${where} from ${printable(runs.name)}${versionText(runs.version)} to: ${best}\n`,
    );
    for (const one of candidates) {
      if (one !== target) terminal.out(`  not ${printable(one.name)}: ${one.outcome}\n`);
    }
  }
  retrain.forEach(({ models }, at) => {
    terminal.out(
      `retrain, wave ${at + 1}: ${models.map(({ name }) => printable(name)).join(', ')}\n`,
    );
  });
  const { scope, head } = answered;
  terminal.out(
    styled(
      terminal,
      'dim',
      `policy ${printable(scope.policy)}, evidence from class ${scope.minClass} up, log of ${head.size} entries\n`,
    ),
  );
}

function versionText(version: string | null): string {
  return version === null ? '' : ` (version ${printable(version)})`;
}

function printOpen(terminal: Terminal, { answer }: Answered<BlastAnswer>): void {
  const { open } = answer.radius;
  if (open.count === 0) return;
  terminal.out(
    `${styled(terminal, 'yellow', 'open')} ${open.count}: no path found, but nobody says that all inputs are known\n`,
  );
  for (const group of open.groups) {
    const names = group.items.map(({ name, kind }) => `${printable(name)} (${kind})`).join(', ');
    const unlisted = group.count - group.items.length;
    terminal.out(
      `  missing: ${printable(group.missing)}\n    keeps open: ${names}${unlisted > 0 ? ` and ${unlisted} more` : ''}\n`,
    );
  }
}

function printHits(
  terminal: Terminal,
  title: string,
  color: 'red' | 'yellow',
  hits: readonly Hit[],
): void {
  terminal.out(`${styled(terminal, color, title)} ${hits.length}\n`);
  for (const hit of hits.slice(0, SHOWN_HITS)) {
    terminal.out(
      `  ${hit.kind} ${styled(terminal, 'bold', printable(hit.name))}  ${shortRef(hit.ref)}  by ${hit.influence}, ${hit.class}, ${hit.level}${ownerText(hit)}\n`,
    );
    // scores are told by their model's path, which stands above
    if (hit.influence !== 'score') terminal.out(table(pathRows(hit.path), '      '));
  }
  if (hits.length > SHOWN_HITS)
    terminal.out(`  … and ${hits.length - SHOWN_HITS} more (--json shows all)\n`);
}

function ownerText({ placement }: Hit): string {
  if (placement === undefined) return '';
  const state = placement.current ? 'running' : 'ended';
  const since = placement.since === null ? '' : ` since ${printable(placement.since)}`;
  const owner = placement.owner === null ? '' : `, owner ${printable(placement.owner)}`;
  return `, ${state}${since}${owner}`;
}

/** A witness path, cause first: what, by which relation, said by which file. */
export function pathRows(path: readonly PathStep[]): string[][] {
  return path.map((step, at) => [
    at === 0 ? '' : '↳',
    printable(step.name),
    at === 0 ? '' : (step.relation ?? ''),
    at === 0 ? '' : `${printable(step.source ?? '')} (${step.class ?? ''})`,
  ]);
}
