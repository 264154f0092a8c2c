// SPDX-License-Identifier: Apache-2.0
import { arrayMember, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot, outcomeOfSeverity } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportThing, ToolReport, VulnerabilityStatus } from '../model.ts';

/** Grype: vulnerabilities that match the packages of an image, a folder or a BOM. @see https://github.com/anchore/grype */
export const grype: ToolAdapter = {
  format: 'grype-json',
  detect(decoded) {
    const document = jsonObject(decoded);
    const descriptor = member(document, 'descriptor');
    const isReport =
      stringMember(descriptor, 'name') === 'grype' &&
      arrayMember(document, 'matches') !== undefined;
    return isReport ? (stringMember(descriptor, 'version') ?? null) : undefined;
  },
  parse: (decoded) => parseGrype(jsonRoot(decoded)),
};

function parseGrype(root: Place): ToolReport {
  const matches = root.at('matches').items;
  const severities = countBy(
    matches,
    (one) => one.at('vulnerability', 'severity').text ?? 'Unknown',
  );
  const ignored = root.at('ignoredMatches').length;
  const found = countedResults(severities, outcomeOfSeverity);
  return {
    tool: 'grype',
    ...optional('toolVersion', root.at('descriptor', 'version').text),
    ...optional('time', root.at('descriptor', 'timestamp').text),
    stages: [5],
    about: [sourceOf(root.at('source'))],
    results: found.length > 0 ? found : [{ name: 'vulnerabilities', outcome: 'pass', count: '0' }],
    statuses: matches.map(statusOf),
    summary: {
      matches: String(matches.length),
      ignored: String(ignored),
      ...optional('sourceType', root.at('source', 'type').text),
      ...optional('database', root.at('descriptor', 'db', 'status', 'built').text),
    },
  };
}

/** What was scanned: an image by its digests, else a path. */
function sourceOf(source: Place): ReportThing {
  const target = source.at('target');
  const name = target.text ?? target.at('userInput').text ?? source.at('type').text ?? '';
  const digests = ['manifestDigest', 'imageID'].flatMap((key) => digestOf(target.at(key)));
  const images = target.at('repoDigests').texts;
  const kind = source.at('type').text === 'image' ? 'Image' : 'File';
  return { kind, pointer: source.pointer, names: [name], digests, images };
}

function digestOf(place: Place): { algorithm: string; hex: string }[] {
  const [algorithm, hex] = (place.text ?? '').split(':');
  return algorithm === undefined || hex === undefined ? [] : [{ algorithm, hex }];
}

function statusOf(match: Place): VulnerabilityStatus {
  const vulnerability = match.at('vulnerability');
  const artifact = match.at('artifact');
  const id = vulnerability.at('id').text ?? '';
  const name = artifact.at('name').text ?? '';
  const version = artifact.at('version').text ?? '';
  const purl = artifact.at('purl').text;
  const thing: ReportThing = {
    kind: 'Package',
    pointer: artifact.pointer,
    names: [`${name}@${version}`],
    purls: purl === undefined ? [] : [purl],
  };
  const related = match.at('relatedVulnerabilities').items;
  const details = {
    severity: vulnerability.at('severity').text ?? '',
    fix: vulnerability.at('fix', 'state').text ?? '',
    fixedIn: vulnerability.at('fix', 'versions').texts.join(', '),
    source: 'grype',
  };
  const aliases = related.flatMap((one) => one.at('id').text ?? []);
  return { id, aliases, thing, status: 'found', details, pointer: match.pointer };
}
