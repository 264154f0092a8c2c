// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import type { DocumentBytes } from '../../../core/stored-bytes.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { parseCsv } from '../csv.ts';
import { optional } from '../optional.ts';
import { instantText, jsonRoot, textOf } from '../read.ts';
import { readProfileHeader } from '../whylogs-header.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, Stage, ToolReport } from '../model.ts';

/**
 * whylogs: profiles (binary, or as a table in JSON or CSV), drift per column, constraints. Only the binary form names its
 * version and time, and the data where its author named it. @see https://github.com/whylabs/whylogs
 */
export const whylogs: ToolAdapter = {
  format: 'whylogs',
  detect(decoded) {
    if (decoded.kind !== 'binary') return formOf(decoded) === undefined ? undefined : null;
    const header = readProfileHeader(decoded.bytes);
    return header === undefined ? undefined : (header.version ?? null);
  },
  parse(decoded) {
    if (decoded.kind === 'binary') return parseProfile(decoded.bytes);
    switch (formOf(decoded)) {
      case 'summary':
        return report(jsonRoot(decoded).items.map(columnOf), PROFILE);
      case 'by column':
        return report(jsonRoot(decoded).entries.map(namedColumnOf), PROFILE);
      case 'by metric':
        return report(jsonRoot(decoded).at('counts/n').entries.map(countOf), PROFILE);
      case 'table':
        return report(parseCsv(textOf(decoded)).map(rowOf), PROFILE);
      case 'drift':
        return report(jsonRoot(decoded).entries.map(driftOf), [7, 9]);
      case 'constraints':
      case undefined:
        return report(jsonRoot(decoded).items.map(constraintOf), [2], 'constraints');
    }
  },
};

type Form = 'summary' | 'by column' | 'by metric' | 'table' | 'drift' | 'constraints';
/** A profile is made of data before, of what a model answers, and of what runs. */
const PROFILE: readonly Stage[] = [2, 7, 9];
const CATEGORIES: ReadonlyMap<string, Outcome> = new Map([
  ['NO_DRIFT', 'pass'],
  ['POSSIBLE_DRIFT', 'warn'],
  ['DRIFT', 'fail'],
]);

function formOf(decoded: Decoded): Form | undefined {
  if (decoded.kind === 'text') return isTable(decoded.text) ? 'table' : undefined;
  const items = jsonObjects(decoded);
  if (items?.every((item) => hasCounts(item) && member(item, 'column') !== undefined) === true) {
    return 'summary';
  }
  if (itemsOf(decoded).length > 0 && itemsOf(decoded).every(isConstraint)) return 'constraints';
  const document = jsonObject(decoded);
  if (document === undefined) return undefined;
  if (COUNTS.every((name) => isJsonObject(member(document, name)))) {
    return 'by metric';
  }
  const columns = Object.values(document);
  if (columns.length > 0 && columns.every(hasCounts)) return 'by column';
  const isDrift = columns.every((column) => column === null || isScore(column));
  return isDrift && columns.some(isJsonObject) ? 'drift' : undefined;
}

/** A table of pandas: the names of its metrics follow the columns, in order. */
function isTable(text: string): boolean {
  if (!text.startsWith('column,')) return false;
  const header = text.slice(0, MAX_HEADER).split(/\r?\n/, 1)[0]?.split(',') ?? [];
  return COUNTS.every((name) => header.includes(name));
}

const MAX_HEADER = 16 * 1024;

/** Two numbers of one metric that every column has. */
const COUNTS = ['counts/n', 'counts/null'];

function hasCounts(item: unknown): boolean {
  return COUNTS.every((key) => member(item, key) !== undefined);
}

function itemsOf(decoded: Decoded): readonly unknown[] {
  return decoded.kind === 'json' && Array.isArray(decoded.json.value) ? decoded.json.value : [];
}

/** A constraint is a named tuple: name, passed, failed, summary. What writes it as JSON makes it a list, or an object. */
function isConstraint(item: unknown): boolean {
  const [name, passed, failed, summary] = Array.isArray(item)
    ? (item as readonly unknown[])
    : CONSTRAINT.map((key) => member(item, key));
  const isNamed = typeof name === 'string' && name !== '';
  const isCounted = [passed, failed].every((count) => count === 0 || count === 1);
  const isTuple = !Array.isArray(item) || (item.length === CONSTRAINT.length && passed !== failed);
  return isNamed && isCounted && isTuple && (summary === null || isJsonObject(summary));
}

const CONSTRAINT = ['name', 'passed', 'failed', 'summary'];

/** Thresholds and category are there where they were asked for. */
function isScore(column: unknown): boolean {
  const category = member(column, 'drift_category');
  return (
    ['algorithm', 'pvalue', 'statistic', 'thresholds'].every(
      (key) => member(column, key) !== undefined,
    ) &&
    (category === null || CATEGORIES.has(stringMember(column, 'drift_category') ?? ''))
  );
}

function report(
  results: readonly ReportResult[],
  stages: readonly Stage[],
  counted: 'columns' | 'constraints' = 'columns',
): ToolReport {
  return {
    tool: 'whylogs',
    stages,
    about: [],
    results,
    summary: { [counted]: String(results.length) },
  };
}

function parseProfile(bytes: DocumentBytes): ToolReport {
  const header = readProfileHeader(bytes);
  const columns = header?.columns ?? [];
  const results = columns.map((name): ReportResult => ({ name, outcome: 'info' }));
  const profile = report(results, PROFILE);
  const name = header?.metadata.get('whylogs.name') ?? header?.metadata.get('name');
  const about =
    name === undefined ? [] : [{ kind: 'Dataset' as const, pointer: '', names: [name] }];
  return {
    ...profile,
    ...optional('toolVersion', header?.version),
    ...optional('time', instantText(header?.createdMs)),
    about,
    summary: {
      ...Object.fromEntries(header?.metadata ?? []),
      ...profile.summary,
      ...optional('dataTime', instantText(header?.dataMs)),
    },
  };
}

function columnOf(place: Place): ReportResult {
  return namedColumnOf([place.at('column').text ?? '', place]);
}

function namedColumnOf([name, place]: [string, Place]): ReportResult {
  return countOf([name, place.at('counts/n')]);
}

function countOf([name, count]: [string, Place]): ReportResult {
  return { name, outcome: 'info', ...optional('count', count.written) };
}

function rowOf(row: ReadonlyMap<string, string>): ReportResult {
  return {
    name: row.get('column') ?? '',
    outcome: 'info',
    ...optional('count', row.get('counts/n')),
  };
}

function driftOf([name, place]: [string, Place]): ReportResult {
  const category = place.at('drift_category').text ?? '';
  const score = place.at('pvalue').numeral ?? place.at('statistic').numeral;
  return { name, outcome: CATEGORIES.get(category) ?? 'info', ...optional('score', score) };
}

function constraintOf(place: Place): ReportResult {
  const name = place.isArray ? place.at(0) : place.at('name');
  const failed = place.isArray ? place.at(2) : place.at('failed');
  return { name: name.text ?? '', outcome: failed.number === 0 ? 'pass' : 'fail' };
}
