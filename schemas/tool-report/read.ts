// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { placeOf, placeOfYaml, type Place } from './place.ts';
import { parseYaml } from '../yaml/parse.ts';
import type { Decoded } from '../decoded.ts';
import type { Outcome, ReportResult, ReportThing, ThingKind } from './model.ts';

/**
 * The root of a JSON report.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for other bytes
 */
export function jsonRoot(decoded: Decoded): Place {
  if (decoded.kind === 'json') return placeOf(decoded.json);
  throw new PedigreeError('ERR_PARSE_DOCUMENT', 'this report is JSON');
}

/**
 * The root of a report that its tool writes as JSON or as YAML.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_PARSE_YAML
 */
export function jsonOrYamlRoot(decoded: Decoded): Place {
  return decoded.kind === 'text' ? placeOfYaml(parseYaml(decoded.text)) : jsonRoot(decoded);
}

/**
 * The text of a report that is no JSON.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT for other bytes
 */
export function textOf(decoded: Decoded): string {
  if (decoded.kind === 'text') return decoded.text;
  throw new PedigreeError('ERR_PARSE_DOCUMENT', 'this report is text');
}

/** How often each value occurs, in order of first occurrence. */
export function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** One result for each value, with how often it occurs. */
export function countedResults(
  counts: ReadonlyMap<string, number>,
  outcomeOf: Outcome | ((name: string) => Outcome),
): ReportResult[] {
  return [...counts].map(([name, count]) => {
    const outcome = typeof outcomeOf === 'string' ? outcomeOf : outcomeOf(name);
    return { name, outcome, count: String(count) };
  });
}

/** Scalars of an object as text, in its order; values that are objects or lists are left out. */
export function scalarsOf(place: Place): Record<string, string> {
  return Object.fromEntries(
    place.entries.flatMap(([key, value]) => {
      const { written } = value;
      return written === undefined ? [] : [[key, written] as const];
    }),
  );
}

/** A thing that is known by a path alone; nothing where there is none. */
export function pathThing(kind: ThingKind, place: Place, path = place.text): ReportThing[] {
  return path === undefined ? [] : [{ kind, pointer: place.pointer, names: [path] }];
}

/** Severities in the words of all scanners: what is low, informative or unknown warns. */
export function outcomeOfSeverity(severity: string): Outcome {
  return ['CRITICAL', 'HIGH', 'MEDIUM', 'MAJOR', 'MODERATE'].includes(severity.toUpperCase())
    ? 'fail'
    : 'warn';
}

/** Seconds or milliseconds since 1970 as RFC 3339; undefined for what is no such number. */
export function instantText(epochMs: number | undefined): string | undefined {
  const isTime = epochMs !== undefined && Number.isFinite(epochMs) && Math.abs(epochMs) < 8.64e15;
  return isTime ? new Date(epochMs).toISOString() : undefined;
}
