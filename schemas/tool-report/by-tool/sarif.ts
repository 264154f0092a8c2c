// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type {
  Outcome,
  ReportResult,
  ReportThing,
  Stage,
  ToolReport,
  VulnerabilityStatus,
} from '../model.ts';

/** SARIF 2.1.0, the exchange form of static analysis tools. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export const sarif: ToolAdapter = {
  format: 'sarif',
  detect(decoded) {
    const document = jsonObject(decoded);
    const [run] = arrayMember(document, 'runs') ?? [];
    const driver = member(member(run, 'tool'), 'driver');
    return isJsonObject(driver) ? stringMember(document, 'version') : undefined;
  },
  parse: (decoded) => parseSarif(jsonRoot(decoded)),
};

/** Stages of the tools that write it; an unknown tool's report belongs to none. */
const STAGES: ReadonlyMap<string, readonly Stage[]> = new Map<string, readonly Stage[]>([
  ['bandit', [6]],
  ['dependency-check', [2]],
  ['scorecard', [1, 2, 3, 4, 5]],
  ['grype', [5]],
  ['trivy', [5]],
]);
const OUTCOME_OF_LEVEL: ReadonlyMap<string, Outcome> = new Map([
  ['error', 'fail'],
  ['warning', 'fail'],
  ['note', 'warn'],
  ['none', 'info'],
]);
const VULNERABILITY =
  /^(?:CVE-\d{4}-\d{4,19}|GHSA(?:-[0-9a-z]{4}){3}|GO-\d{4}-\d{4,19}|PYSEC-\d{4}-\d{1,19})/;

function parseSarif(root: Place): ToolReport {
  const runs = root.at('runs').items;
  const driver = runs[0]?.at('tool', 'driver');
  const tool = (driver?.at('name').text ?? 'sarif').toLowerCase();
  const results = runs.flatMap((run) => run.at('results').items);
  const counted = resultsOf(runs);
  return {
    tool,
    ...optional('toolVersion', driver?.at('semanticVersion').text ?? driver?.at('version').text),
    ...optional('time', runs[0]?.at('invocations', 0, 'endTimeUtc').text),
    stages: STAGES.get(tool) ?? [],
    about: runs.flatMap(aboutOf),
    results: counted.length > 0 ? counted : [{ name: 'results', outcome: 'pass', count: '0' }],
    statuses: runs.flatMap(statusesOf),
    summary: { results: String(results.length), format: 'SARIF 2.1.0' },
  };
}

/** One result for each rule, of the worst level that it has; `kind` says pass where a tool lists what is well. */
function resultsOf(runs: readonly Place[]): ReportResult[] {
  const found = new Map<string, { outcome: Outcome; count: number }>();
  for (const result of runs.flatMap((run) => run.at('results').items)) {
    const name = result.at('ruleId').text ?? result.at('rule', 'id').text ?? '';
    const known = found.get(name) ?? { outcome: 'info', count: 0 };
    const outcome = worse(known.outcome, outcomeOf(result));
    found.set(name, { outcome, count: known.count + 1 });
  }
  return [...found].map(([name, { outcome, count }]) => ({ name, outcome, count: String(count) }));
}

function outcomeOf(result: Place): Outcome {
  const kind = result.at('kind').text ?? 'fail';
  if (kind === 'pass') return 'pass';
  if (kind !== 'fail') return 'info';
  return OUTCOME_OF_LEVEL.get(result.at('level').text ?? 'warning') ?? 'fail';
}

function worse(a: Outcome, b: Outcome): Outcome {
  return (['fail', 'warn', 'pass', 'info'] as const).find((one) => one === a || one === b) ?? a;
}

/** What was scanned, where the run lists it; else every place that a result names. */
function aboutOf(run: Place): ReportThing[] {
  const listed = run.at('artifacts').items.map((one) => artifactThing(one));
  if (listed.length > 0) return listed;
  const places = run.at('results').items.flatMap((result) => {
    const location = result.at('locations', 0, 'physicalLocation', 'artifactLocation', 'uri');
    return location.text === undefined ? [] : [location];
  });
  const byUri = new Map(places.map((place) => [place.text ?? '', place]));
  return [...byUri].map(([uri, { pointer }]) => ({ kind: 'Code', pointer, names: [uri] }));
}

function artifactThing(artifact: Place): ReportThing {
  const uri = artifact.at('location', 'uri').text ?? '';
  const digests = artifact
    .at('hashes')
    .entries.flatMap(([algorithm, { text }]) =>
      text === undefined ? [] : [{ algorithm, hex: text }],
    );
  const purls = artifact
    .at('properties')
    .entries.flatMap(([, { text }]) => (text?.startsWith('pkg:') === true ? [text] : []));
  const names = [uri.slice(uri.lastIndexOf('/') + 1), uri];
  return { kind: 'File', pointer: artifact.pointer, names, digests, purls };
}

/** A rule that is a vulnerability concerns what its result is in: an artifact of the run, a package by purl. */
function statusesOf(run: Place): VulnerabilityStatus[] {
  const artifacts = run.at('artifacts').items;
  return run.at('results').items.flatMap((result) => {
    const id = VULNERABILITY.exec(result.at('ruleId').text ?? '')?.[0];
    if (id === undefined) return [];
    return result.at('locations').items.flatMap((location): VulnerabilityStatus[] => {
      const place = location.at('physicalLocation', 'artifactLocation');
      const artifact = artifacts[place.at('index').number ?? -1];
      const purls = location
        .at('logicalLocations')
        .items.flatMap((one) => one.at('fullyQualifiedName').text ?? [])
        .filter((name) => name.startsWith('pkg:'));
      const uri = place.at('uri').text ?? '';
      const base: ReportThing =
        artifact === undefined
          ? { kind: 'Package', pointer: location.pointer, names: [uri], purls: [] }
          : artifactThing(artifact);
      const thing = { ...base, purls: [...new Set([...(base.purls ?? []), ...purls])] };
      const details = { level: result.at('level').text ?? '', source: 'sarif' };
      return [{ id, aliases: [], thing, status: 'found', details, pointer: result.pointer }];
    });
  });
}
