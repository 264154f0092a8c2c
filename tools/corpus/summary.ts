// SPDX-License-Identifier: Apache-2.0
import { countBy, valueText } from './values.ts';
import type { ComparedFact, EntryResult, FactOutcome } from './compare-entry.ts';

/** One row of the table: everything about the documents of one format. */
export interface FormatSummary {
  readonly format: string;
  readonly entries: number;
  /** Parsed to facts. */
  readonly read: number;
  /** How many of each outcome of strict conformance. */
  readonly conformance: Readonly<Record<string, number>>;
  /** How many of each standing. */
  readonly standing: Readonly<Record<string, number>>;
  readonly compared: number;
  readonly wrong: number;
  readonly disagreed: number;
  /** No facts of a document: reasons are listed below the table. */
  readonly apart: number;
  /** Expected, and nobody looks at it. */
  readonly uncompared: number;
}

/** A row for each format, in the order of their first entries. */
export function summarize(results: readonly EntryResult[]): readonly FormatSummary[] {
  return Object.keys(countBy(results.map(({ format }) => format))).map((format) => {
    const own = results.filter((one) => one.format === format);
    const facts = own.flatMap((one) => one.facts);
    const count = (...outcomes: FactOutcome[]): number =>
      facts.filter(({ outcome }) => outcomes.includes(outcome)).length;
    return {
      format,
      entries: own.length,
      read: own.filter(({ isRead }) => isRead).length,
      conformance: countBy(own.map(({ conformance }) => conformance)),
      standing: countBy(own.map(({ standing }) => standing)),
      compared: count('right', 'wrong', 'disagreed'),
      wrong: count('wrong'),
      disagreed: count('disagreed'),
      apart: count('apart'),
      uncompared: count('uncompared'),
    };
  });
}

const CONFORMANCE = ['right', 'wrong', 'disagreed', 'unknown', 'unlabelled'] as const;
const STANDINGS = ['accepted', 'pending', 'opaque', 'quarantined'] as const;

/** The table for a person, with a row of sums. */
export function tableOf(rows: readonly FormatSummary[]): string[][] {
  const head = [
    'format',
    'entries',
    'read',
    ...CONFORMANCE.map((name) => (name === 'right' ? 'conformant: right' : name)),
    ...STANDINGS.map((name) => (name === 'accepted' ? 'standing: accepted' : name)),
    'facts: compared',
    'wrong',
    'disagreed',
    'apart',
    'uncompared',
  ];
  const numbers = rows.map((row) => [
    row.entries,
    row.read,
    ...CONFORMANCE.map((name) => row.conformance[name] ?? 0),
    ...STANDINGS.map((name) => row.standing[name] ?? 0),
    row.compared,
    row.wrong,
    row.disagreed,
    row.apart,
    row.uncompared,
  ]);
  const sums = head.slice(1).map((_, at) => numbers.reduce((sum, row) => sum + (row[at] ?? 0), 0));
  return [
    head,
    ...numbers.map((row, at) => [rows[at]?.format ?? '', ...row.map(numberText)]),
    ['all', ...sums.map(numberText)],
  ];
}

function numberText(value: number): string {
  return value === 0 ? '·' : String(value);
}

/** Facts of some outcomes as lines: where, which, expected and found. */
export function factLines(
  results: readonly EntryResult[],
  outcomes: readonly FactOutcome[],
): string[] {
  return results
    .flatMap(({ facts }) => facts)
    .filter(({ outcome }) => outcomes.includes(outcome))
    .map(factLine);
}

function factLine({ path, fact, outcome, expected, found, reason }: ComparedFact): string {
  const why = reason === undefined ? '' : `\n    ${reason}`;
  return `${outcome} ${fact}  ${path}\n    expected ${valueText(expected)}\n    found    ${valueText(found)}${why}`;
}

/** Members of `expect` that are no facts, each with its reason and how often it occurs. */
export function apartLines(results: readonly EntryResult[]): string[] {
  const apart = results
    .flatMap(({ facts }) => facts)
    .filter(({ outcome }) => outcome === 'apart')
    .map(({ fact, reason }) => `${fact.slice(fact.lastIndexOf('.') + 1)}: ${reason ?? ''}`);
  return Object.entries(countBy(apart))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([line, count]) => `${line} (${count})`);
}
