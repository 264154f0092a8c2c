// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { placeOf, placeOfYaml, type Place } from '../tool-report/place.ts';
import { parseYaml } from '../yaml/parse.ts';
import type { Decoded } from '../decoded.ts';
import type { OsvAdvisory, OsvAffected, OsvEvent, OsvEventKind, OsvRange } from './model.ts';

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
  const id = root.writtenAt('id');
  if (id === undefined) throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an advisory without an id');
  return {
    id,
    schemaVersion: root.writtenAt('schema_version'),
    modified: root.textAt('modified'),
    published: root.textAt('published'),
    withdrawn: root.textAt('withdrawn'),
    summary: root.textAt('summary'),
    aliases: root.at('aliases').writtenItems,
    related: root.at('related').writtenItems,
    affected: root
      .at('affected')
      .items.filter(({ isObject }) => isObject)
      .map(affectedOf),
  };
}

function affectedOf(place: Place): OsvAffected {
  const named = place.at('package');
  return {
    ecosystem: named.textAt('ecosystem'),
    name: named.writtenAt('name'),
    purl: named.textAt('purl'),
    ranges: place.at('ranges').items.map(rangeOf),
    versions: place.at('versions').writtenItems,
    pointer: place.pointer,
  };
}

function rangeOf(range: Place): OsvRange {
  const events: OsvEvent[] = [];
  const starts = new Set<string>();
  const ends: string[] = [];
  for (const event of range.at('events').items) {
    for (const kind of EVENT_KINDS) {
      const version = event.writtenAt(kind);
      if (version === undefined) continue;
      events.push({ kind, version });
      if (kind === 'introduced') starts.add(version);
    }
    const end = event.writtenAt('fixed') ?? event.writtenAt('last_affected');
    if (end !== undefined) ends.push(end);
  }
  return {
    type: range.textAt('type') ?? '',
    repository: range.textAt('repo'),
    events,
    isDistinct: !ends.some((version) => starts.has(version)),
    pointer: range.pointer,
  };
}
