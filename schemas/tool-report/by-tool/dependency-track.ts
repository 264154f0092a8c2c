// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, jsonObjects, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportThing, ToolReport, VulnerabilityStatus } from '../model.ts';

/**
 * Dependency-Track: findings of a project in the Finding Packaging Format, or as the list that its API answers with.
 * @see https://docs.dependencytrack.org/integrations/file-formats/
 */
export const dependencyTrack: ToolAdapter = {
  format: 'dependency-track-fpf',
  detect(decoded) {
    const findings = jsonObjects(decoded);
    if (findings !== undefined) return findings.every(isFinding) ? null : undefined;
    const document = jsonObject(decoded);
    const isReport =
      stringMember(member(document, 'meta'), 'application') === 'Dependency-Track' &&
      arrayMember(document, 'findings') !== undefined;
    return isReport ? (stringMember(document, 'version') ?? null) : undefined;
  },
  parse(decoded) {
    const root = jsonRoot(decoded);
    return root.isArray ? parseList(root) : parsePackage(root);
  },
};

function isFinding(value: unknown): boolean {
  const vulnerability = member(value, 'vulnerability');
  return (
    isJsonObject(member(value, 'component')) &&
    ['vulnId', 'source'].every((key) => stringMember(vulnerability, key) !== undefined) &&
    ['analysis', 'matrix'].every((key) => member(value, key) !== undefined)
  );
}

/** What its analysts say, in the words of the edge vocabulary; a finding nobody looked at was found. */
const STATUS_OF_STATE: ReadonlyMap<string, string> = new Map([
  ['EXPLOITABLE', 'affected'],
  ['IN_TRIAGE', 'under_investigation'],
  ['FALSE_POSITIVE', 'not_affected'],
  ['NOT_AFFECTED', 'not_affected'],
  ['RESOLVED', 'fixed'],
]);

function parsePackage(root: Place): ToolReport {
  const project = root.at('project');
  const name = labelOf(project.at('name').text, project.at('version').text);
  return {
    ...report(root.at('findings').items),
    ...optional('toolVersion', root.at('meta', 'version').text),
    ...optional('time', root.at('meta', 'timestamp').text),
    about: [{ kind: 'Package', pointer: project.pointer, names: [name] }],
  };
}

/** Each finding names the project by itself; several projects may share a list. */
function parseList(root: Place): ToolReport {
  const projects = new Map<string, ReportThing>();
  for (const component of root.items.map((one) => one.at('component'))) {
    const { text: local, pointer } = component.at('project');
    if (local === undefined || projects.has(local)) continue;
    const name = labelOf(component.at('projectName').text, component.at('projectVersion').text);
    const names = [name === '' ? local : name];
    projects.set(local, { kind: 'Package', pointer, local, names });
  }
  return { ...report(root.items), about: [...projects.values()] };
}

function labelOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter((one) => one !== undefined).join('@');
}

function report(findings: readonly Place[]): ToolReport {
  const severities = countBy(
    findings,
    (one) => one.at('vulnerability', 'severity').text ?? 'UNASSIGNED',
  );
  const found = countedResults(severities, outcomeOfSeverity);
  return {
    tool: 'dependency-track',
    stages: [5],
    about: [],
    results: found.length > 0 ? found : [{ name: 'findings', outcome: 'pass', count: '0' }],
    statuses: findings.map(statusOf),
    summary: { findings: String(findings.length) },
  };
}

function statusOf(finding: Place): VulnerabilityStatus {
  const component = finding.at('component');
  const vulnerability = finding.at('vulnerability');
  const id = vulnerability.at('vulnId').text ?? '';
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
  return { id, aliases: [...new Set(aliases)], thing, status, details, pointer: finding.pointer };
}
