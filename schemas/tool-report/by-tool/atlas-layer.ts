// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../../core/json.ts';
import { jsonObject, type ToolAdapter } from '../adapter.ts';
import { jsonRoot } from '../read.ts';
import { optional } from '../optional.ts';
import type { Place } from '../place.ts';
import type { ToolReport } from '../model.ts';

/** A navigator layer: which techniques of ATT&CK or ATLAS somebody looked at. @see https://github.com/mitre-attack/attack-navigator */
export const atlasLayer: ToolAdapter = {
  format: 'navigator-layer',
  detect(decoded) {
    const document = jsonObject(decoded);
    const [first] = arrayMember(document, 'techniques') ?? [];
    const versions = member(document, 'versions');
    const isLayer =
      isJsonObject(versions) &&
      stringMember(document, 'domain') !== undefined &&
      stringMember(first, 'techniqueID') !== undefined;
    return isLayer ? (stringMember(versions, 'layer') ?? null) : undefined;
  },
  parse: (decoded) => parseLayer(jsonRoot(decoded)),
};

function parseLayer(root: Place): ToolReport {
  const techniques = root.at('techniques').items;
  return {
    tool:
      root.at('domain').text?.startsWith('atlas') === true ? 'atlas-navigator' : 'attack-navigator',
    ...optional('toolVersion', root.at('versions', 'navigator').text),
    stages: [1],
    about: [],
    results: techniques.map((one) => ({
      name: one.at('techniqueID').text ?? '',
      outcome: 'info',
      ...optional('score', one.at('score').numeral),
    })),
    summary: { techniques: String(techniques.length), domain: root.at('domain').text ?? '' },
  };
}
