// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { findPackagePurl, withVersion } from '../../osv/purl.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity, pathThing } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportResult, ReportThing, ToolReport, VulnerabilityStatus } from '../model.ts';

/**
 * OSV-Scanner: advisories that match the packages of lock files, SBOMs, images and folders. It names neither its version
 * nor the time. @see https://google.github.io/osv-scanner/output/
 */
export const osvScanner: ToolAdapter = {
  format: 'osv-scanner',
  detect(decoded) {
    const document = jsonObject(decoded);
    const results = arrayMember(document, 'results');
    if (results === undefined) return undefined;
    const isClean = isJsonObject(member(member(document, 'experimental_config'), 'licenses'));
    const isReport = results.length === 0 ? isClean : results.every(isScan);
    return isReport ? null : undefined;
  },
  parse: (decoded) => parseOsvScanner(jsonRoot(decoded)),
};

function isScan(result: unknown): boolean {
  const isSource = stringMember(member(result, 'source'), 'path') !== undefined;
  return isSource && (arrayMember(result, 'packages')?.every(isScanned) ?? false);
}

/** A package without a finding has no list of them; what is there instead of a list would otherwise look like that. */
function isScanned(found: unknown): boolean {
  const listed = member(found, 'vulnerabilities') ?? [];
  return isJsonObject(member(found, 'package')) && Array.isArray(listed);
}

function parseOsvScanner(root: Place): ToolReport {
  const scans = root.at('results').items;
  const found = scans.flatMap((scan) => scan.at('packages').items);
  const severities = countBy(found.flatMap(groupsOf), ({ severity }) => severity);
  const results = [
    ...countedResults(severities, outcomeOfSeverity),
    ...brokenRules(found, 'license_violations'),
  ];
  return {
    tool: 'osv-scanner',
    stages: [5],
    about: scans.flatMap((scan) => pathThing('File', scan.at('source', 'path'))),
    results:
      results.length > 0 ? results : [{ name: 'vulnerabilities', outcome: 'pass', count: '0' }],
    statuses: found.flatMap(statusesOf),
    summary: {
      packages: String(found.length),
      vulnerabilities: String(
        found.reduce((sum, one) => sum + one.at('vulnerabilities').length, 0),
      ),
      ...optional('os', root.at('image_metadata', 'os').text),
    },
  };
}

/** Advisories of one vulnerability: the tool groups those that are aliases of each other. */
interface Group {
  readonly ids: readonly string[];
  readonly severity: string;
  readonly score: string | undefined;
  /** False where the tool looked whether the code is called, and it is not. */
  readonly isCalled: boolean;
}

/** Early versions wrote no groups; each advisory then stands for itself, and so does one without an id: it was found. */
function groupsOf(found: Place): Group[] {
  const advisories = found.at('vulnerabilities').items;
  const byId = new Map(advisories.map((one) => [idOf(one), one]));
  const groups = found.at('groups').items.map((group) => groupOf(group, byId));
  const grouped = new Set(groups.flatMap(({ ids }) => ids));
  const nameless = advisories.filter((one) => idOf(one) === '');
  const named = [...byId.values()].filter((one) => idOf(one) !== '' && !grouped.has(idOf(one)));
  return [...groups, ...[...named, ...nameless].map(singleOf)];
}

function idOf(advisory: Place): string {
  return advisory.at('id').text ?? '';
}

function singleOf(advisory: Place): Group {
  const severity = severityOf(undefined, [advisory]);
  return { ids: [idOf(advisory)], severity, score: undefined, isCalled: true };
}

function groupOf(group: Place, advisories: ReadonlyMap<string, Place>): Group {
  const ids = group.at('ids').texts;
  const score = group.at('max_severity').text;
  const own = ids.flatMap((id) => advisories.get(id) ?? []);
  const analyses = group.at('experimental_analysis').entries;
  const isCalled =
    analyses.length === 0 || analyses.some(([, one]) => one.at('called').flag !== false);
  return { ids, severity: severityOf(score, own), score, isCalled };
}

/** The rating of the score (CVSS 3.1 section 5), else the word of the database that published an advisory. */
function severityOf(score: string | undefined, advisories: readonly Place[]): string {
  const base = score === undefined ? Number.NaN : Number(score);
  if (base >= 0 && base <= 10) {
    return RATINGS.find(([least]) => base >= least)?.[1] ?? 'None';
  }
  const [word] = advisories.flatMap((one) => one.at('database_specific', 'severity').text ?? []);
  return word === undefined
    ? 'Unknown'
    : word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

const RATINGS: readonly (readonly [least: number, rating: string])[] = [
  [9, 'Critical'],
  [7, 'High'],
  [4, 'Medium'],
  [0.1, 'Low'],
];

function brokenRules(found: readonly Place[], key: string): ReportResult[] {
  const count = found.reduce((sum, one) => sum + one.at(key).length, 0);
  return count === 0 ? [] : [{ name: key, outcome: 'fail', count: String(count) }];
}

function statusesOf(found: Place): VulnerabilityStatus[] {
  const thing = thingOf(found.at('package'));
  const groupOfId = new Map(groupsOf(found).flatMap((group) => group.ids.map((id) => [id, group])));
  return found.at('vulnerabilities').items.map((advisory) => {
    const id = idOf(advisory);
    const group = groupOfId.get(id);
    const details = {
      severity: group?.severity ?? '',
      score: group?.score ?? '',
      called: group?.isCalled === false ? 'false' : '',
      withdrawn: advisory.at('withdrawn').text ?? '',
      source: 'osv-scanner',
    };
    const aliases = advisory.at('aliases').texts;
    return { id, aliases, thing, status: 'found', details, pointer: advisory.pointer };
  });
}

/** A package by the purl of its ecosystem; vendored code by its commit, whose repository the tool does not name. */
function thingOf(named: Place): ReportThing {
  const { pointer } = named;
  const name = named.at('name').text;
  const version = named.at('version').text;
  const commit = named.at('commit').text;
  const purl = findPackagePurl(named.at('ecosystem').text, name);
  const versioned =
    purl === undefined || version === undefined ? undefined : withVersion(purl, version);
  const label = [name ?? '', version ?? commit ?? ''].filter((part) => part !== '').join('@');
  return {
    kind: name === undefined ? 'Code' : 'Package',
    pointer,
    local: pointer,
    names: [label],
    purls: versioned === undefined ? [] : [versioned],
  };
}
