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
 * version and time; none names the data. @see https://github.com/whylabs/whylogs
 */
export const whylogs: ToolAdapter = {
  format: 'whylogs',
  detect(decoded) {
    if (decoded.kind === 'binary') return readProfileHeader(decoded.bytes)?.version;
    return formOf(decoded) === undefined ? undefined : null;
  },
  parse(decoded) {
    if (decoded.kind === 'binary') return parseProfile(decoded.bytes);
    switch (formOf(decoded)) {
      case 'summary':
        return report(jsonRoot(decoded).items.map(columnOf), [2, 7, 9]);
      case 'table':
        return report(parseCsv(textOf(decoded)).map(rowOf), [2, 7, 9]);
      case 'drift':
        return report(jsonRoot(decoded).entries.map(driftOf), [7, 9]);
      case 'constraints':
      case undefined:
        return report(jsonRoot(decoded).items.map(constraintOf), [2]);
    }
  },
};

type Form = 'summary' | 'table' | 'drift' | 'constraints';
const CATEGORIES: ReadonlyMap<string, Outcome> = new Map([
  ['NO_DRIFT', 'pass'],
  ['POSSIBLE_DRIFT', 'warn'],
  ['DRIFT', 'fail'],
]);

function formOf(decoded: Decoded): Form | undefined {
  if (decoded.kind === 'text') {
    return decoded.text.startsWith('column,cardinality/est,') ? 'table' : undefined;
  }
  const items = jsonObjects(decoded);
  if (items !== undefined) {
    if (
      items.every(
        (item) => member(item, 'counts/n') !== undefined && member(item, 'column') !== undefined,
      )
    ) {
      return 'summary';
    }
    const isConstraint = (item: unknown): boolean =>
      stringMember(item, 'name') !== undefined &&
      ['passed', 'failed'].every((key) => typeof member(item, key) === 'number') &&
      member(item, 'summary') !== undefined;
    return items.every(isConstraint) ? 'constraints' : undefined;
  }
  const columns = Object.values(jsonObject(decoded) ?? {});
  const isDrift = (column: unknown): boolean =>
    CATEGORIES.has(stringMember(column, 'drift_category') ?? '') &&
    isJsonObject(member(column, 'thresholds'));
  return columns.length > 0 && columns.every(isDrift) ? 'drift' : undefined;
}

function report(results: readonly ReportResult[], stages: readonly Stage[]): ToolReport {
  return {
    tool: 'whylogs',
    stages,
    about: [],
    results,
    summary: { columns: String(results.length) },
  };
}

function parseProfile(bytes: DocumentBytes): ToolReport {
  const header = readProfileHeader(bytes);
  const columns = header?.columns ?? [];
  return {
    ...report(
      columns.map((name) => ({ name, outcome: 'info' })),
      [2, 7, 9],
    ),
    ...optional('toolVersion', header?.version),
    ...optional('time', instantText(header?.createdMs)),
  };
}

function columnOf(place: Place): ReportResult {
  return {
    name: place.at('column').text ?? '',
    outcome: 'info',
    ...optional('count', place.at('counts/n').written),
  };
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
  const failed = place.at('failed').number ?? 0;
  return { name: place.at('name').text ?? '', outcome: failed > 0 ? 'fail' : 'pass' };
}
