// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportThing, ToolReport, VulnerabilityStatus } from '../model.ts';

/** Dependency-Track: findings of a project in the Finding Packaging Format. @see https://docs.dependencytrack.org/integrations/file-formats/ */
export const dependencyTrack: ToolAdapter = {
  format: 'dependency-track-fpf',
  detect(decoded) {
    const document = jsonObject(decoded);
    const isReport =
      stringMember(member(document, 'meta'), 'application') === 'Dependency-Track' &&
      arrayMember(document, 'findings') !== undefined;
    return isReport ? (stringMember(document, 'version') ?? null) : undefined;
  },
  parse: (decoded) => parseFindings(jsonRoot(decoded)),
};

/** What its analysts say, in the words of the edge vocabulary; a finding nobody looked at was found. */
const STATUS_OF_STATE: ReadonlyMap<string, string> = new Map([
  ['EXPLOITABLE', 'affected'],
  ['IN_TRIAGE', 'under_investigation'],
  ['FALSE_POSITIVE', 'not_affected'],
  ['NOT_AFFECTED', 'not_affected'],
  ['RESOLVED', 'fixed'],
]);

function parseFindings(root: Place): ToolReport {
  const findings = root.at('findings').items;
  const severities = countBy(
    findings,
    (one) => one.at('vulnerability', 'severity').text ?? 'UNASSIGNED',
  );
  const found = countedResults(severities, outcomeOfSeverity);
  const project = root.at('project');
  const name = [project.at('name').text, project.at('version').text].filter(
    (one) => one !== undefined,
  );
  return {
    tool: 'dependency-track',
    ...optional('toolVersion', root.at('meta', 'version').text),
    ...optional('time', root.at('meta', 'timestamp').text),
    stages: [5],
    about: [{ kind: 'Package', pointer: project.pointer, names: [name.join('@')] }],
    results: found.length > 0 ? found : [{ name: 'findings', outcome: 'pass', count: '0' }],
    statuses: findings.flatMap(statusOf),
    summary: { findings: String(findings.length) },
  };
}

function statusOf(finding: Place): VulnerabilityStatus[] {
  const component = finding.at('component');
  const vulnerability = finding.at('vulnerability');
  const id = vulnerability.at('vulnId').text;
  if (id === undefined) return [];
  const label = `${component.at('name').text ?? ''}@${component.at('version').text ?? ''}`;
  const purl = component.at('purl').text;
  const thing: ReportThing = {
    kind: 'Package',
    pointer: component.pointer,
    names: [label],
    purls: purl === undefined ? [] : [purl],
  };
  const aliases = vulnerability
    .at('aliases')
    .items.flatMap((one) => ['cveId', 'ghsaId', 'osvId'].flatMap((key) => one.at(key).text ?? []))
    .filter((alias) => alias !== id);
  const analysis = finding.at('analysis');
  const details = {
    severity: vulnerability.at('severity').text ?? '',
    suppressed: analysis.at('isSuppressed').flag === true ? 'true' : '',
    source: 'dependency-track',
  };
  const status = STATUS_OF_STATE.get(analysis.at('state').text ?? '') ?? 'found';
  return [{ id, aliases: [...new Set(aliases)], thing, status, details, pointer: finding.pointer }];
}
