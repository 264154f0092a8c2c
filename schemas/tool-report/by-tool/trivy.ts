// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../../core/errors.ts';
import { member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport, VulnerabilityStatus } from '../model.ts';

/** Trivy: vulnerabilities, misconfigurations, secrets of an image, a folder or a repository. @see https://trivy.dev */
export const trivy: ToolAdapter = {
  format: 'trivy-json',
  detect(decoded) {
    const document = jsonObject(decoded);
    const version = member(document, 'SchemaVersion');
    const isReport =
      typeof version === 'number' &&
      stringMember(document, 'ArtifactName') !== undefined &&
      stringMember(document, 'ArtifactType') !== undefined;
    return isReport ? String(version) : undefined;
  },
  parse: (decoded) => parseTrivy(jsonRoot(decoded)),
};

function parseTrivy(root: Place): ToolReport {
  const targets = root.at('Results').items;
  const all = (key: string): Place[] => targets.flatMap((target) => findingsOf(target, key));
  const countOf = (key: string): string =>
    String(targets.reduce((sum, target) => sum + target.at(key).length, 0));
  const vulnerabilities = all('Vulnerabilities');
  const misconfigurations = all('Misconfigurations');
  const results: ReportResult[] = [
    ...countedResults(countBy(vulnerabilities, severityOf), outcomeOfSeverity),
    ...misconfigurationResults(misconfigurations),
    ...countedResults(
      countBy(all('Secrets'), (one) => `secret ${one.at('RuleID').text ?? ''}`),
      'fail',
    ),
  ];
  return {
    tool: 'trivy',
    ...optional('toolVersion', root.at('Trivy', 'Version').text),
    ...optional('time', root.at('CreatedAt').text),
    stages: [5],
    about: [artifactOf(root)],
    results:
      results.length > 0 ? results : [{ name: 'vulnerabilities', outcome: 'pass', count: '0' }],
    statuses: vulnerabilities.map(statusOf),
    summary: {
      artifactType: root.at('ArtifactType').text ?? '',
      targets: String(targets.length),
      vulnerabilities: String(vulnerabilities.length),
      packages: countOf('Packages'),
      misconfigurations: String(misconfigurations.length),
      secrets: countOf('Secrets'),
    },
  };
}

/** @throws {PedigreeError} ERR_PARSE_DOCUMENT for what is no list: it would look as if nothing had been found */
function findingsOf(target: Place, key: string): readonly Place[] {
  const found = target.at(key);
  if (found.exists && !found.isArray) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', `${key} is no list`, { at: found.pointer });
  }
  return found.items;
}

function severityOf(finding: Place): string {
  return finding.at('Severity').text ?? 'UNKNOWN';
}

/** A check that passes is listed too, where all are asked for. */
function misconfigurationResults(found: readonly Place[]): ReportResult[] {
  const passed = found.filter((one) => one.at('Status').text === 'PASS');
  const failed = found.filter((one) => one.at('Status').text !== 'PASS');
  const nameOf = (one: Place): string =>
    `${one.at('ID').text ?? ''} ${one.at('Title').text ?? ''}`.trim();
  return [
    ...countedResults(countBy(failed, nameOf), 'fail'),
    ...countedResults(countBy(passed, nameOf), 'pass'),
  ];
}

function artifactOf(root: Place): ReportThing {
  const metadata = root.at('Metadata');
  const repository = metadata.at('RepoURL').text;
  const commit = metadata.at('Commit').text;
  const type = root.at('ArtifactType').text;
  return {
    kind: type === 'container_image' ? 'Image' : type === 'repository' ? 'Code' : 'File',
    pointer: root.at('ArtifactName').pointer,
    names: [root.at('ArtifactName').text ?? ''],
    images: metadata.at('RepoDigests').texts,
    digests: digestOf(metadata.at('ImageID')),
    commits: repository === undefined || commit === undefined ? [] : [{ repository, commit }],
  };
}

function digestOf(place: Place): { algorithm: string; hex: string }[] {
  const [algorithm, hex] = (place.text ?? '').split(':');
  return algorithm === undefined || hex === undefined ? [] : [{ algorithm, hex }];
}

function statusOf(finding: Place): VulnerabilityStatus {
  const id = finding.at('VulnerabilityID').text ?? '';
  const purl = finding.at('PkgIdentifier', 'PURL').text;
  const name = `${finding.at('PkgName').text ?? ''}@${finding.at('InstalledVersion').text ?? ''}`;
  const { pointer } = finding;
  const thing: ReportThing = {
    kind: 'Package',
    pointer,
    names: [name],
    purls: purl === undefined ? [] : [purl],
  };
  const details = {
    severity: severityOf(finding),
    fix: finding.at('Status').text ?? '',
    fixedIn: finding.at('FixedVersion').text ?? '',
    source: 'trivy',
  };
  const aliases = finding.at('VendorIDs').texts;
  return { id, aliases, thing, status: 'found', details, pointer };
}
