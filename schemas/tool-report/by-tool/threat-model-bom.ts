// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ThingKind, ToolReport } from '../model.ts';

/**
 * A threat model in the form of OWASP's Threat Model Library (TM-BOM), which Threat Dragon writes too.
 * @see https://github.com/OWASP/www-project-threat-model-library
 */
export const threatModelBom: ToolAdapter = {
  format: 'threat-model-bom',
  detect(decoded) {
    const document = jsonObject(decoded);
    const isModel =
      stringMember(member(document, 'scope'), 'title') !== undefined &&
      MANDATORY.every((key) => arrayMember(document, key) !== undefined);
    return isModel ? (stringMember(document, 'version') ?? null) : undefined;
  },
  parse: (decoded) => parseModel(jsonRoot(decoded)),
};

/** Lists that every model has, be they empty. */
const MANDATORY = [
  'trust_zones',
  'trust_boundaries',
  'actors',
  'components',
  'data_flows',
] as const;

const THINGS: readonly (readonly [list: string, kind: ThingKind])[] = [
  ['components', 'Code'],
  ['data_stores', 'File'],
  ['data_sets', 'Dataset'],
];

function parseModel(root: Place): ToolReport {
  const controls = root.at('controls').items;
  const active = controls.filter((control) => control.at('status').text === 'active');
  const countered = new Set(
    active.flatMap((control) => control.at('threats').items.map(({ text }) => text)),
  );
  const threats = root.at('threats').items;
  return {
    tool: 'threat-model-bom',
    ...optional('toolVersion', root.at('version').text),
    ...optional('time', root.at('reviewed_at').text),
    stages: [1],
    about: THINGS.flatMap(([list, kind]) =>
      root.at(list).items.flatMap((place) => thingOf(place, kind)),
    ),
    results: [
      ...threats.map((threat) => threatResult(threat, countered)),
      ...root.at('risks').items.map(riskResult),
    ],
    summary: {
      title: root.at('scope', 'title').text ?? '',
      threats: String(threats.length),
      controls: String(controls.length),
      active: String(active.length),
      risks: String(root.at('risks').length),
    },
  };
}

function nameOf(place: Place): string | undefined {
  return place.at('title').text ?? place.at('symbolic_name').text;
}

function thingOf(place: Place, kind: ThingKind): ReportThing[] {
  const name = nameOf(place);
  return name === undefined ? [] : [{ kind, pointer: place.pointer, names: [name] }];
}

/** Only a control that is active counters a threat; one that is planned or suggested does not. */
function threatResult(threat: Place, countered: ReadonlySet<string | undefined>): ReportResult {
  const id = threat.at('symbolic_name').text;
  const isCountered = id !== undefined && countered.has(id);
  return { name: nameOf(threat) ?? '', outcome: isCountered ? 'pass' : 'warn' };
}

function riskResult(risk: Place): ReportResult {
  const level = risk.at('level').text;
  const name = nameOf(risk) ?? '';
  return {
    name: level === undefined ? name : `${name} (${level})`,
    outcome: 'info',
    ...optional('score', risk.at('score').written),
  };
}
