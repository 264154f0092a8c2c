// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { ReportThing, ToolReport } from '../model.ts';

/** A dependency snapshot as GitHub takes them in: packages by purl that a detector found in manifests of a commit. @see https://docs.github.com/rest/dependency-graph/dependency-submission */
export const dependencySnapshot: ToolAdapter = {
  format: 'dependency-snapshot',
  detect(decoded) {
    const document = jsonObject(decoded);
    const detector = member(document, 'detector');
    const isSnapshot =
      isJsonObject(member(document, 'manifests')) &&
      isJsonObject(member(document, 'job')) &&
      ['name', 'version', 'url'].every((key) => stringMember(detector, key) !== undefined);
    return isSnapshot ? (stringMember(detector, 'version') ?? null) : undefined;
  },
  parse: (decoded) => parseSnapshot(jsonRoot(decoded)),
};

function parseSnapshot(root: Place): ToolReport {
  const manifests = root.at('manifests').entries;
  const packages = manifests.flatMap(([, manifest]) => manifest.at('resolved').entries);
  return {
    tool: root.at('detector', 'name').text ?? 'dependency-snapshot',
    ...optional('toolVersion', root.at('detector', 'version').text),
    ...optional('time', root.at('scanned').text),
    stages: [1],
    about: packages.flatMap(packageThing),
    results: manifests.map(([name, manifest]) => ({
      name,
      outcome: 'info',
      count: String(manifest.at('resolved').keys.length),
    })),
    summary: {
      packages: String(packages.length),
      ...optional('commit', root.at('sha').text),
      ...optional('ref', root.at('ref').text),
    },
  };
}

function packageThing([name, place]: [string, Place]): ReportThing[] {
  const purl = place.at('package_url').text;
  const { pointer } = place;
  return [{ kind: 'Package', pointer, names: [name], purls: purl === undefined ? [] : [purl] }];
}
