// SPDX-License-Identifier: Apache-2.0
import type { IngestOutcome } from '../../ingest/pipeline.ts';

/** What became of the documents of one format. */
export interface FormatCounts {
  /** `not read` for what was refused before anything looked inside. */
  readonly format: string;
  readonly documents: number;
  readonly accepted: number;
  readonly quarantined: number;
  readonly pending: number;
  readonly opaque: number;
  readonly refused: number;
  readonly retracted: number;
  /** Documents that the log knew already. */
  readonly known: number;
  /** Listed problems of all of them together. */
  readonly problems: number;
}

const STANDINGS = ['accepted', 'quarantined', 'pending', 'opaque', 'refused', 'retracted'] as const;
const COLUMNS = ['documents', ...STANDINGS, 'known', 'problems'] as const;
/** Always shown; the others only where there is something in them. */
const FIRM = new Set<string>(['documents', 'accepted', 'problems']);
const TITLES: Readonly<Record<string, string>> = { known: 'known before' };

/** One row a format, sorted by name. */
export function countFormats(outcomes: readonly IngestOutcome[]): readonly FormatCounts[] {
  const byFormat = Map.groupBy(outcomes, ({ format }) => format ?? 'not read');
  return [...byFormat]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([format, own]) => {
      const count = (standing: IngestOutcome['standing']): number =>
        own.filter((one) => one.standing === standing).length;
      return {
        format,
        documents: own.length,
        accepted: count('accepted'),
        quarantined: count('quarantined'),
        pending: count('pending'),
        opaque: count('opaque'),
        refused: count('refused'),
        retracted: count('retracted'),
        known: own.filter(({ known }) => known).length,
        problems: own.reduce((sum, { problems }) => sum + problems.length, 0),
      };
    });
}

/** The rows for a person, with a head and, for several formats, a row of sums; numbers are aligned to the right. */
export function formatTable(rows: readonly FormatCounts[]): string[][] {
  const shown = COLUMNS.filter((key) => FIRM.has(key) || rows.some((row) => row[key] > 0));
  const sumOf = (key: (typeof COLUMNS)[number]): number =>
    rows.reduce((sum, row) => sum + row[key], 0);
  const lines = [
    ['format', ...shown.map((key) => TITLES[key] ?? key)],
    ...rows.map((row) => [row.format, ...shown.map((key) => countText(row[key]))]),
    ...(rows.length > 1 ? [['all', ...shown.map((key) => countText(sumOf(key)))]] : []),
  ];
  const widths = ['', ...shown].map((_, at) =>
    Math.max(...lines.map((line) => line[at]?.length ?? 0)),
  );
  return lines.map((line) =>
    line.map((cell, at) => (at === 0 ? cell : cell.padStart(widths[at] ?? 0))),
  );
}

function countText(count: number): string {
  return count === 0 ? '·' : String(count);
}
