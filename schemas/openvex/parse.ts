// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { placeOf, type Place } from '../tool-report/place.ts';
import type { JsonDocument } from '../../core/json.ts';
import type { OpenVex, VexComponent, VexProduct, VexStatement } from './model.ts';

/**
 * Parses OpenVEX, 0.0.x (strings) and 0.2.0 (objects) alike.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no statements
 * @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
 */
export function parseOpenVex(json: JsonDocument): OpenVex {
  const root = placeOf(json);
  const statements = root.at('statements');
  if (!statements.isArray) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'VEX without statements');
  const time = root.at('timestamp').text;
  return {
    context: root.at('@context').text ?? '',
    id: root.at('@id').text,
    author: root.at('author').text,
    role: root.at('role').text,
    version: root.at('version').written,
    time,
    lastUpdated: root.at('last_updated').text,
    tooling: root.at('tooling').text,
    statements: statements.items.flatMap((one) => statementOf(one, time)),
  };
}

function statementOf(place: Place, documentTime: string | undefined): VexStatement[] {
  if (!place.isObject) return [];
  const vulnerability = place.at('vulnerability');
  const name = vulnerability.text ?? vulnerability.at('name').text ?? vulnerability.at('@id').text;
  return [
    {
      vulnerability: name ?? '',
      aliases: vulnerability.at('aliases').texts,
      products: place
        .at('products')
        .items.flatMap((one) => productOf(one, place.at('subcomponents'))),
      status: place.at('status').text ?? '',
      justification: place.at('justification').text,
      impact: place.at('impact_statement').text,
      action: place.at('action_statement').text,
      time: place.at('timestamp').text ?? documentTime,
      pointer: place.pointer,
    },
  ];
}

/** 0.0.x lists subcomponents beside the products of a statement; they belong to each of them. */
function productOf(place: Place, shared: Place): VexProduct[] {
  const parts = [...place.at('subcomponents').items, ...shared.items];
  const subcomponents = parts.flatMap(componentOf);
  return componentOf(place).map((component) => ({ ...component, subcomponents }));
}

function componentOf(place: Place): VexComponent[] {
  const id = place.text ?? place.at('@id').text;
  const identifiers = place.at('identifiers');
  const purl = identifiers.at('purl').text;
  const purls: string[] = [];
  if (id?.startsWith('pkg:') === true) purls.push(id);
  if (purl !== undefined && purl !== purls[0]) purls.push(purl);
  const cpes = identifiers.isObject
    ? CPE_KEYS.flatMap((key) => identifiers.at(key).text ?? [])
    : [];
  const digests = place
    .at('hashes')
    .entries.flatMap(([algorithm, hex]) =>
      hex.text === undefined ? [] : [{ algorithm, hex: hex.text }],
    );
  const label = id ?? purls[0] ?? cpes[0] ?? digests[0]?.hex;
  if (label === undefined) return [];
  return [{ id: label, purls, cpes, digests, pointer: place.pointer }];
}

const CPE_KEYS = ['cpe22', 'cpe23', '@cpe22', '@cpe23'];
