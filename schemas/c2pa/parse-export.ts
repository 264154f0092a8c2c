// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { addProblem, type SchemaProblem } from '../intoto/problem.ts';
import { optional } from '../tool-report/optional.ts';
import { ingredientOf, plainLabel, toManifest, type Assertion } from './manifest.ts';
import type { Place } from '../tool-report/place.ts';
import type { C2paManifest } from './model.ts';
import type { ParsedC2pa } from './parse-store.ts';

/**
 * Parses what C2PA tools print of a manifest store, short (`ingredients`, `assertions`) or detailed (`claim`,
 * `assertion_store`). What the tool found wrong is listed; that it found nothing wrong proves nothing here.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the active manifest is not among the manifests
 * @see https://github.com/contentauth/c2pa-rs
 */
export function parseManifestExport(root: Place): ParsedC2pa {
  const problems: SchemaProblem[] = [];
  const manifests = root
    .at('manifests')
    .entries.flatMap(([label, place]) => (place.isObject ? [manifestOf(label, place)] : []));
  const active = root.at('active_manifest').text ?? '';
  if (!manifests.some(({ label }) => label === active)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'the active manifest is not in the export', {
      at: '/active_manifest',
    });
  }
  for (const status of root.at('validation_status').items) {
    const code = status.at('code').text ?? 'unknown';
    addProblem(problems, 'c2pa-tool-found', status.pointer, `the tool that exported it: ${code}`);
  }
  return { store: { active, manifests }, problems };
}

function manifestOf(label: string, place: Place): C2paManifest {
  const claim = place.at('claim').isObject ? place.at('claim') : place;
  const info = claim.at('claim_generator_info');
  const generator = info.isArray ? info.at(0) : info;
  const text = (...keys: string[]): string | undefined =>
    keys.map((key) => claim.at(key).text).find((found) => found !== undefined);
  const words = {
    label,
    pointer: place.pointer,
    ...optional('title', text('title', 'dc:title')),
    ...optional('format', text('format', 'dc:format')),
    ...optional('instanceId', text('instance_id', 'instanceID')),
    ...optional('generator', generator.at('name').text ?? text('claim_generator')),
    ...optional('generatorVersion', generator.at('version').text),
    ...optional('algorithm', text('alg')),
  };
  return toManifest(words, assertionsOf(place), place.at('ingredients').items.map(ingredientOf));
}

function assertionsOf(place: Place): Assertion[] {
  const listed = place.at('assertions').items.flatMap((one): Assertion[] => {
    const label = one.at('label').text;
    return label === undefined ? [] : [{ label: plainLabel(label), data: one.at('data') }];
  });
  const stored = place
    .at('assertion_store')
    .entries.map(([label, data]) => ({ label: plainLabel(label), data }));
  return [...listed, ...stored];
}
