// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../model.ts';

/** OWASP Threat Dragon: a threat model of version 1 or 2. @see https://www.threatdragon.com/docs/schema/ */
export const threatDragon: ToolAdapter = {
  format: 'threat-dragon',
  detect(decoded) {
    const document = jsonObject(decoded);
    const isModel =
      arrayMember(member(document, 'detail'), 'diagrams') !== undefined &&
      stringMember(member(document, 'summary'), 'title') !== undefined;
    return isModel ? (stringMember(document, 'version') ?? null) : undefined;
  },
  parse: (decoded) => parseModel(jsonRoot(decoded)),
};

/** An open threat is a warning: what may happen, not what was found to happen. */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['open', 'warn'],
  ['mitigated', 'pass'],
  ['notapplicable', 'info'],
]);

function parseModel(root: Place): ToolReport {
  const cells = root.at('detail', 'diagrams').items.flatMap(cellsOf);
  const threats = cells.flatMap((cell) => threatsOf(cell));
  const count = (status: string): string =>
    String(threats.filter((one) => statusOf(one) === status).length);
  return {
    tool: 'threat-dragon',
    ...optional('toolVersion', root.at('version').text),
    stages: [1],
    about: cells.flatMap(cellThing),
    results: threats.map(resultOf),
    summary: {
      title: root.at('summary', 'title').text ?? '',
      threats: String(threats.length),
      open: count('open'),
      mitigated: count('mitigated'),
    },
  };
}

/** Version 1 keeps what is drawn one step further down. */
function cellsOf(diagram: Place): readonly Place[] {
  return [...diagram.at('cells').items, ...diagram.at('diagramJson', 'cells').items];
}

function threatsOf(cell: Place): Place[] {
  return [...cell.at('data', 'threats').items, ...cell.at('threats').items];
}

function statusOf(threat: Place): string {
  return (threat.at('status').text ?? '').toLowerCase().replace(/[^a-z]/g, '');
}

function resultOf(threat: Place): ReportResult {
  const severity = threat.at('severity').text;
  const title = threat.at('title').text ?? '';
  return {
    name: severity === undefined ? title : `${title} (${severity})`,
    outcome: OUTCOMES.get(statusOf(threat)) ?? 'info',
  };
}

/** What is drawn as a store, process or actor; flows and boundaries are no things. */
function cellThing(cell: Place): ReportThing[] {
  const name = cell.at('data', 'name').text ?? cell.at('attrs', 'text', 'text').text;
  const type = cell.at('data', 'type').text ?? cell.at('type').text ?? '';
  if (name === undefined || !['tm.Store', 'tm.Process'].includes(type)) return [];
  return [{ kind: type === 'tm.Store' ? 'File' : 'Code', pointer: cell.pointer, names: [name] }];
}
