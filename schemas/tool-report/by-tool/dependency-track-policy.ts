// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { instantText, jsonRoot, scalarsOf } from '../read.ts';
import type { Decoded } from '../../decoded.ts';
import type { Place } from '../place.ts';
import type { Outcome, ReportResult, ReportThing, ToolReport } from '../model.ts';

/**
 * Dependency-Track: violations of its policies, and the metrics of a project or of all of them, as its API answers.
 * @see https://docs.dependencytrack.org/usage/policy-compliance/
 */
export const dependencyTrackPolicy: ToolAdapter = {
  format: 'dependency-track-policy',
  detect: (decoded) => (formOf(decoded) === undefined ? undefined : null),
  parse(decoded) {
    const root = jsonRoot(decoded);
    if (formOf(decoded) === 'violations') return parseViolations(root.items);
    return parseMetrics(root.isArray ? root.items : [root]);
  },
};

const METRICS = ['vulnerabilities', 'findingsTotal', 'findingsAudited', 'inheritedRiskScore'];

function formOf(decoded: Decoded): 'violations' | 'metrics' | undefined {
  const list = jsonObjects(decoded);
  if (list?.every(isViolation) === true) return 'violations';
  const items = list ?? [jsonObject(decoded)];
  const isMetrics = (item: unknown): boolean =>
    METRICS.every((key) => typeof member(item, key) === 'number');
  return items.every(isMetrics) ? 'metrics' : undefined;
}

function isViolation(item: unknown): boolean {
  const condition = member(item, 'policyCondition');
  return (
    stringMember(item, 'type') !== undefined &&
    ['project', 'component'].every((key) => isJsonObject(member(item, key))) &&
    stringMember(member(condition, 'policy'), 'violationState') !== undefined
  );
}

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['FAIL', 'fail'],
  ['WARN', 'warn'],
  ['INFO', 'info'],
]);

function parseViolations(violations: readonly Place[]): ToolReport {
  const times = violations.flatMap((one) => one.at('timestamp').number ?? []);
  const latest = times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
  const projects = new Map(
    violations.map((one) => [labelOf(one.at('project')), one.at('project')]),
  );
  return {
    tool: 'dependency-track',
    ...optional('time', instantText(latest)),
    stages: [5],
    about: [...projects].map(([name, { pointer }]): ReportThing => ({
      kind: 'Package',
      pointer,
      names: [name],
    })),
    results: violations.map(violationOf),
    summary: { violations: String(violations.length) },
  };
}

/** A violation that an analyst approved is none any more. */
function violationOf(violation: Place): ReportResult {
  const policy = violation.at('policyCondition', 'policy');
  const parts = [
    policy.at('name').text,
    violation.at('type').text,
    labelOf(violation.at('component')),
  ];
  const analysis = violation.at('analysis');
  const isApproved =
    analysis.at('analysisState').text === 'APPROVED' || analysis.at('isSuppressed').flag === true;
  const stated = OUTCOMES.get(policy.at('violationState').text ?? '') ?? 'info';
  const name = parts.flatMap((part) => part ?? []).join(' ');
  return { name, outcome: isApproved ? 'pass' : stated };
}

function labelOf(place: Place): string {
  return [place.at('name').text, place.at('version').text].flatMap((one) => one ?? []).join('@');
}

/** What fails where there is any of it, and what warns. */
const COUNTED: ReadonlyMap<string, Outcome> = new Map([
  ['critical', 'fail'],
  ['high', 'fail'],
  ['medium', 'fail'],
  ['low', 'warn'],
  ['unassigned', 'warn'],
  ['policyViolationsFail', 'fail'],
  ['policyViolationsWarn', 'warn'],
]);

/** Metrics over time are listed in order; the last are how it is. */
function parseMetrics(entries: readonly Place[]): ToolReport {
  const [last] = entries.slice(-1);
  const metrics = last === undefined ? {} : scalarsOf(last);
  const results = [...COUNTED].flatMap(([name, outcome]): ReportResult[] => {
    const count = metrics[name];
    if (count === undefined) return [];
    return [{ name, outcome: count === '0' ? 'pass' : outcome, count }];
  });
  return {
    tool: 'dependency-track',
    ...optional('time', instantText(last?.at('lastOccurrence').number)),
    stages: [5],
    about: [],
    results,
    summary: { ...metrics, entries: String(entries.length) },
  };
}
