// SPDX-License-Identifier: Apache-2.0
import type { Answered, BlastAnswer } from '../../api/service/pedigree.ts';
import type { BlastRadius, Hit, PathStep } from '../../graph/lineage/blast-radius.ts';
import type { RetrainWave, RollbackTarget } from '../../graph/lineage/recovery.ts';
import {
  printable,
  refBeside,
  shortName,
  shortRef,
  styled,
  table,
  wrap,
  type Terminal,
} from './terminal.ts';

const SHOWN_HITS = 50;
/** So that a step fits into a line of 110 columns. */
const STEP_WIDTH = 36;

/** A blast radius for people: what is open first, because it limits everything that follows. */
export function printBlastRadius(terminal: Terminal, answered: Answered<BlastAnswer>): void {
  const { radius, rollback, retrain } = answered.answer;
  for (const { name, ref } of radius.targets) {
    terminal.out(
      `blast radius of ${styled(terminal, 'bold', shortName(name))}${refBeside(name, ref)}\n`,
    );
  }
  printOpen(terminal, radius);
  printHits(terminal, 'affected', 'red', radius.affected);
  printHits(terminal, 'possible', 'yellow', radius.possible);
  if (![...radius.affected, ...radius.possible].some(({ kind }) => kind === 'Deployment')) {
    terminal.out('nothing deployed is reached\n');
  }
  printClear(terminal, radius);
  for (const ref of radius.skipped) {
    terminal.out(styled(terminal, 'dim', `stepped over boilerplate ${shortRef(ref)}\n`));
  }
  for (const one of rollback) printRollback(terminal, one);
  retrain.forEach((wave, at) => printWave(terminal, wave, at));
  const { scope, head } = answered;
  const asked = `policy ${printable(scope.policy)}, evidence from class ${scope.minClass} up, log of ${head.size} entries`;
  terminal.out(styled(terminal, 'dim', `${asked}\n`));
}

interface Item {
  readonly ref: string;
  readonly kind: string;
  readonly name: string;
}

/** A deployment is told from the one before it by its beginning. */
function itemText({ ref, kind, name }: Item): string {
  const since = kind === 'Deployment' ? /@(\d{4}-\d{2}-\d{2}T[^@]*)$/.exec(ref)?.[1] : undefined;
  return `${shortName(name)} (${kind}${since === undefined ? '' : ` since ${printable(since)}`})`;
}

function itemList(items: readonly Item[], count: number): string {
  const unlisted = count - items.length;
  return `${items.map(itemText).join(', ')}${unlisted > 0 ? ` and ${unlisted} more` : ''}`;
}

function printOpen(terminal: Terminal, { open }: BlastRadius): void {
  if (open.count === 0) return;
  terminal.out(
    `${styled(terminal, 'yellow', 'open')} ${open.count}: no path found, but nobody says that all inputs are known\n`,
  );
  for (const { missing, items, count } of open.groups) {
    const [only] = items;
    const isOwn = count === 1 && missing === `origin of ${only?.name ?? ''}`;
    const what = missing.startsWith('inputs of ') ? `all ${missing}` : missing;
    const text = `${itemList(items, count)}: missing claim: ${isOwn ? 'its origin' : printable(what)}`;
    terminal.out(wrap(text, terminal.columns, '  '));
  }
}

function printClear(terminal: Terminal, { clear }: BlastRadius): void {
  terminal.out(`${styled(terminal, 'green', 'clear')} ${clear.count}\n`);
  if (clear.items.length === 0) return;
  terminal.out(wrap(itemList(clear.items, clear.count), terminal.columns, '  '));
}

function printHits(
  terminal: Terminal,
  title: string,
  color: 'red' | 'yellow',
  hits: readonly Hit[],
): void {
  terminal.out(`${styled(terminal, color, title)} ${hits.length}\n`);
  for (const hit of hits.slice(0, SHOWN_HITS)) printHit(terminal, hit);
  if (hits.length > SHOWN_HITS)
    terminal.out(`  … and ${hits.length - SHOWN_HITS} more (--json shows all)\n`);
}

function printHit(terminal: Terminal, hit: Hit): void {
  const name = styled(terminal, 'bold', shortName(hit.name));
  const beside = hit.placement === undefined ? refBeside(hit.name, hit.ref) : '';
  const sure = `by ${hit.influence}, ${hit.class}, ${hit.level}`;
  terminal.out(`  ${hit.kind} ${name}${beside}  ${sure}\n`);
  if (hit.placement !== undefined) terminal.out(`      ${placementText(hit.placement)}\n`);
  // scores are told by their model's path, which stands above
  if (hit.influence !== 'score') terminal.out(table(pathRows(hit.path), '    '));
}

function placementText({ current, since, owner }: NonNullable<Hit['placement']>): string {
  const state = current ? 'running' : 'ended';
  const from = since === null ? '' : ` since ${printable(since)}`;
  return `${state}${from}${owner === null ? '' : `, owner ${printable(owner)}`}`;
}

function printRollback(
  terminal: Terminal,
  { service, environment, runs, target, candidates }: RollbackTarget,
): void {
  const best = target === null ? 'none that is clear' : versionText(target);
  terminal.out(
    `roll back ${printable(`${environment}/${service}`)} from ${versionText(runs)} to: ${best}\n`,
  );
  for (const one of candidates) {
    if (one !== target) terminal.out(`  not ${versionText(one)}: ${one.outcome}\n`);
  }
}

function versionText({ name, version }: { name: string; version: string | null }): string {
  return `${shortName(name)}${version === null ? '' : ` (version ${printable(version)})`}`;
}

function printWave(terminal: Terminal, { models }: RetrainWave, at: number): void {
  const names = models.map(({ name }) => shortName(name)).join(', ');
  terminal.out(`retrain, wave ${at + 1}: ${names}\n`);
}

/** A witness path, cause first: what, by which relation, said by which file. */
export function pathRows(path: readonly PathStep[]): string[][] {
  return path.map(({ name, relation, source, class: strength }, at) =>
    at === 0
      ? ['', shortName(name, STEP_WIDTH)]
      : [
          '↳',
          shortName(name, STEP_WIDTH),
          relation ?? '',
          `${shortName(source ?? '', STEP_WIDTH)} (${strength ?? ''})`,
        ],
  );
}
