// SPDX-License-Identifier: Apache-2.0
import { addProblem, type SchemaProblem } from '../../intoto/problem.ts';
import type { Place } from '../../tool-report/place.ts';

/** RFC 3339 with the `T`: a space is not allowed (6.1.37). */
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const FRACTION = /\.\d{1,12}/;
const SEMANTIC =
  /^(\d{1,15})\.(\d{1,15})\.(\d{1,15})(-[0-9A-Za-z.-]{1,256})?(\+[0-9A-Za-z.-]{1,256})?$/;

interface Revision {
  readonly number: string;
  readonly date: string;
  readonly pointer: string;
}

/** Faults of version, status and revision history. */
export function findTrackingFaults(root: Place): readonly SchemaProblem[] {
  const faults: SchemaProblem[] = [];
  const tracking = root.at('document', 'tracking');
  const revisions = tracking.at('revision_history').items.map((one) => ({
    number: one.at('number').written ?? '',
    date: one.at('date').text ?? '',
    pointer: one.pointer,
  }));
  checkDates(tracking, revisions, faults);
  const version = tracking.at('version').written ?? '';
  checkVersion(version, tracking, revisions, faults);
  checkHistory(revisions, tracking, faults);
  return faults;
}

function checkDates(
  tracking: Place,
  revisions: readonly Revision[],
  faults: SchemaProblem[],
): void {
  const own = ['current_release_date', 'initial_release_date'].map((key) => tracking.at(key));
  const dates = [
    ...own.flatMap(({ text, pointer }) => (text === undefined ? [] : [{ date: text, pointer }])),
    ...revisions.filter(({ date }) => date !== ''),
  ];
  for (const { date, pointer } of dates) {
    if (!DATE_TIME.test(date)) addProblem(faults, '6.1.37', pointer, 'not a date and time');
  }
}

/** Before version 1 everything is a draft, and a version with a pre-release part is one too. */
function checkVersion(
  version: string,
  tracking: Place,
  revisions: readonly Revision[],
  faults: SchemaProblem[],
): void {
  const status = tracking.at('status').text;
  const isDraft = status === 'draft';
  const { pointer } = tracking.at('version');
  if (!isDraft && (majorOf(version) === 0 || version === '0')) {
    addProblem(faults, '6.1.17', pointer, 'a version before 1 that is no draft');
  }
  if (!isDraft && preReleaseOf(version) !== undefined) {
    addProblem(faults, '6.1.20', pointer, 'a pre-release version that is no draft');
  }
  const isReleased = status === 'final' || status === 'interim';
  for (const { number, pointer: at } of revisions) {
    if (isReleased && majorOf(number) === 0) {
      addProblem(faults, '6.1.18', at, 'a released document with a revision before 1');
    }
    if (preReleaseOf(number) !== undefined) {
      addProblem(faults, '6.1.19', at, 'a pre-release revision');
    }
  }
  const latest = latestOf(revisions);
  if (latest !== undefined && bareVersion(latest.number) !== bareVersion(version)) {
    addProblem(faults, '6.1.16', pointer, 'not the version of the latest revision');
  }
}

function checkHistory(
  revisions: readonly Revision[],
  tracking: Place,
  faults: SchemaProblem[],
): void {
  const { pointer } = tracking.at('revision_history');
  const numbers = revisions.map(({ number }) => number);
  if (new Set(numbers).size !== numbers.length) {
    addProblem(faults, '6.1.22', pointer, 'two revisions of one number');
  }
  const isSemantic = numbers.map((number) => SEMANTIC.test(number));
  if (new Set(isSemantic).size > 1) {
    addProblem(faults, '6.1.30', pointer, 'integer and semantic versions side by side');
  }
  const majors = [...new Set(numbers.map(majorOf))].sort((a, b) => a - b);
  const isGap = majors.some((major, at) => at > 0 && major !== (majors[at - 1] ?? 0) + 1);
  if (isGap || (majors[0] ?? 0) > 1) {
    addProblem(faults, '6.1.21', pointer, 'a revision is missing');
  }
  const byDate = [...revisions].sort(compareDates).map(({ number }) => number);
  if (byDate.some((number, at) => at > 0 && compareNumbers(byDate[at - 1] ?? '', number) > 0)) {
    addProblem(faults, '6.1.14', pointer, 'later revisions have lower numbers');
  }
}

function latestOf(revisions: readonly Revision[]): Revision | undefined {
  return [...revisions].sort(compareDates).at(-1);
}

function compareDates(a: Revision, b: Revision): number {
  const seconds = Date.parse(wholeSeconds(a.date)) - Date.parse(wholeSeconds(b.date));
  if (seconds !== 0) return seconds;
  const fractions = fractionOf(a.date) - fractionOf(b.date);
  return fractions === 0 ? compareNumbers(a.number, b.number) : fractions;
}

/** Fractions are compared apart: a Date ends at milliseconds. */
function wholeSeconds(date: string): string {
  return date.replace(FRACTION, '');
}

function fractionOf(date: string): number {
  return Number(FRACTION.exec(date)?.[0] ?? 0);
}

function compareNumbers(a: string, b: string): number {
  const left = bareVersion(a).split('.').map(Number);
  const right = bareVersion(b).split('.').map(Number);
  for (let at = 0; at < 3; at++) {
    const order = (left[at] ?? 0) - (right[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function majorOf(version: string): number {
  return Number(/^(\d{1,15})(?:\.|$)/.exec(version)?.[1] ?? NaN);
}

function preReleaseOf(version: string): string | undefined {
  return SEMANTIC.exec(version)?.[4];
}

/** Without build metadata and pre-release part, which do not count here. */
function bareVersion(version: string): string {
  const match = SEMANTIC.exec(version);
  return match === null ? version : `${match[1]}.${match[2]}.${match[3]}`;
}
