// SPDX-License-Identifier: Apache-2.0
import { arrayMember, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { optional } from '../optional.ts';
import { countBy, countedResults, jsonRoot } from '../read.ts';
import type { Place } from '../place.ts';
import type { ToolReport } from '../model.ts';

/**
 * MITRE ATLAS or ATT&CK as a bundle of STIX 2: the matrix of tactics, techniques and mitigations that a risk assessment was made
 * against. @see https://github.com/mitre-atlas/atlas-navigator-data
 */
export const attackStix: ToolAdapter = {
  format: 'attack-stix',
  detect(decoded) {
    const document = jsonObject(decoded);
    if (stringMember(document, 'type') !== 'bundle') return undefined;
    const objects = arrayMember(document, 'objects') ?? [];
    return objects.some((one) => stringMember(one, 'type') === MATRIX) ? null : undefined;
  },
  parse: (decoded) => parseBundle(jsonRoot(decoded)),
};

const MATRIX = 'x-mitre-matrix';
/** Types that are counted, in the words of the matrix. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['x-mitre-tactic', 'tactics'],
  ['attack-pattern', 'techniques'],
  ['course-of-action', 'mitigations'],
]);

function parseBundle(root: Place): ToolReport {
  const objects = root.at('objects').items.filter((one) => one.at('revoked').flag !== true);
  const matrices = objects.filter((one) => one.at('type').text === MATRIX);
  const collection = objects.find((one) => one.at('type').text === 'x-mitre-collection');
  const counted = objects.flatMap((one) => TYPES.get(one.at('type').text ?? '') ?? []);
  const names = matrices.flatMap((one) => one.at('name').text ?? []);
  const modified = matrices.flatMap((one) => one.at('modified').text ?? []).sort();
  return {
    tool: names.some((name) => name.includes('ATLAS')) ? 'mitre-atlas' : 'mitre-attack',
    ...optional('toolVersion', collection?.at('x_mitre_version').text),
    ...optional('time', collection?.at('modified').text ?? modified.at(-1)),
    stages: [1],
    about: [],
    results: countedResults(
      countBy(counted, (name) => name),
      'info',
    ),
    summary: { matrices: names.join(', ') },
  };
}
