// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { placeOf, placeOfYaml, type Place } from '../tool-report/place.ts';
import { parseYaml } from '../yaml/parse.ts';
import type { Decoded } from '../decoded.ts';
import type { OsvAdvisory, OsvAffected, OsvEvent, OsvEventKind } from './model.ts';

const EVENT_KINDS: readonly OsvEventKind[] = ['introduced', 'fixed', 'last_affected', 'limit'];

/**
 * The root of an advisory, JSON or YAML.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT, ERR_PARSE_YAML
 */
export function osvRoot(decoded: Decoded): Place {
  switch (decoded.kind) {
    case 'json':
      return placeOf(decoded.json);
    case 'text':
      return placeOfYaml(parseYaml(decoded.text));
    case 'binary':
      throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an advisory is text');
  }
}

/**
 * Parses an OSV advisory.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where it has no id
 * @see https://ossf.github.io/osv-schema/
 */
export function parseOsv(root: Place): OsvAdvisory {
  const id = root.at('id').written;
  if (id === undefined) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an advisory without an id');
  return {
    id,
    schemaVersion: root.at('schema_version').written,
    modified: root.at('modified').text,
    published: root.at('published').text,
    withdrawn: root.at('withdrawn').text,
    summary: root.at('summary').text,
    aliases: textsOf(root.at('aliases')),
    related: textsOf(root.at('related')),
    affected: root
      .at('affected')
      .items.filter(({ isObject }) => isObject)
      .map(affectedOf),
  };
}

function affectedOf(place: Place): OsvAffected {
  const named = place.at('package');
  return {
    ecosystem: named.at('ecosystem').text,
    name: named.at('name').written,
    purl: named.at('purl').text,
    ranges: place.at('ranges').items.map((range) => ({
      type: range.at('type').text ?? '',
      repository: range.at('repo').text,
      events: range.at('events').items.flatMap(eventsOf),
      pointer: range.pointer,
    })),
    versions: textsOf(place.at('versions')),
    pointer: place.pointer,
  };
}

function eventsOf(event: Place): OsvEvent[] {
  return EVENT_KINDS.flatMap((kind) => {
    const version = event.at(kind).written;
    return version === undefined ? [] : [{ kind, version }];
  });
}

function textsOf(place: Place): string[] {
  return place.items.flatMap((one) => one.written ?? []);
}
