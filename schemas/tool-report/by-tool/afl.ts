// SPDX-License-Identifier: Apache-2.0
import { optional } from '../optional.ts';
import { instantText, textOf } from '../read.ts';
import type { ToolAdapter } from '../adapter.ts';
import type { ReportResult, ToolReport } from '../model.ts';

/** AFL and AFL++: `fuzzer_stats`, lines of `key : value`, and `plot_data`, the same numbers over time. @see https://aflplus.plus/docs/status_screen */
export const afl: ToolAdapter = {
  format: 'afl',
  detect(decoded) {
    if (decoded.kind === 'text' && PLOT.test(decoded.text)) return null;
    if (decoded.kind !== 'text' || !/^start_time {1,16}: \d/.test(decoded.text)) return undefined;
    const stats = statsOf(decoded.text);
    const isStats = stats.has('execs_done') && stats.has('afl_version');
    return isStats ? (stats.get('afl_version') ?? null) : undefined;
  },
  parse(decoded) {
    const text = textOf(decoded);
    return PLOT.test(text) ? parsePlot(text) : parseStats(statsOf(text));
  },
};

/** Seconds since the start; releases before 4.0 write seconds since 1970. */
const PLOT = /^# (?:relative|unix)_time, cycles_done, /;

/** Lines that are read. A real file has about fifty. */
const MAX_LINES = 1000;

function statsOf(text: string): Map<string, string> {
  const stats = new Map<string, string>();
  for (const line of text.slice(0, 64 * 1024).split('\n', MAX_LINES)) {
    const colon = line.indexOf(':');
    if (colon > 0) stats.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  return stats;
}

/** The last line is how far the run came. */
function parsePlot(text: string): ToolReport {
  const names = text.slice(1, 2048).split('\n', 1)[0]?.split(',') ?? [];
  const values = text.slice(-4096).trimEnd().split('\n').at(-1)?.split(',') ?? [];
  const last = new Map(names.map((name, at) => [name.trim(), values[at]?.trim() ?? '']));
  const isData = /^\d/.test(values[0] ?? '');
  return {
    tool: 'afl++',
    ...optional('time', secondsText(last.get('unix_time'))),
    stages: [4],
    about: [],
    results: isData
      ? [
          counted(last, 'saved_crashes', 'unique_crashes'),
          counted(last, 'saved_hangs', 'unique_hangs'),
        ].flat()
      : [],
    summary: isData ? Object.fromEntries(last) : {},
  };
}

function parseStats(stats: ReadonlyMap<string, string>): ToolReport {
  const banner = stats.get('afl_banner');
  return {
    tool: 'afl++',
    ...optional('toolVersion', stats.get('afl_version')),
    ...optional('time', secondsText(stats.get('last_update'))),
    stages: [4],
    about: banner === undefined ? [] : [{ kind: 'File', pointer: '/afl_banner', names: [banner] }],
    results: [
      counted(stats, 'saved_crashes', 'unique_crashes'),
      counted(stats, 'saved_hangs', 'unique_hangs'),
    ].flat(),
    summary: Object.fromEntries(stats),
  };
}

/** The time that this many seconds since 1970 are; undefined for what is no number. */
function secondsText(seconds: string | undefined): string | undefined {
  return seconds !== undefined && /^\d{1,12}$/.test(seconds)
    ? instantText(Number(seconds) * 1000)
    : undefined;
}

/** Older releases call what is saved unique. */
function counted(stats: ReadonlyMap<string, string>, name: string, older: string): ReportResult[] {
  const count = stats.get(name) ?? stats.get(older);
  if (count === undefined) return [];
  return [{ name, outcome: count === '0' ? 'pass' : 'fail', count }];
}
