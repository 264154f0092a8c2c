// SPDX-License-Identifier: Apache-2.0
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import { excerpt, isPedigreeError, PedigreeError } from '../../core/errors.ts';
import { arrayMember, isJsonObject, member } from '../../core/json.ts';
import { parseYaml } from '../../schemas/yaml/parse.ts';
import { findStringOption, listOption } from './source-options.ts';

/** One entry of a sources file. */
export interface SourceEntry {
  /** A URL, or the path of a file or folder of this machine, as written. */
  readonly source: string;
  /** Absent: what the URL's scheme means. */
  readonly kind: string | undefined;
  /** Hosts beside the source's own that it may redirect to. */
  readonly allowHosts: readonly string[];
  /** What is meant for the kind. */
  readonly options: JsonObject;
}

const OWN_MEMBERS = new Set(['source', 'kind', 'allowHosts']);

/**
 * Reads a list of sources (YAML or JSON): `sources:` with one entry each, either just its address or an object with
 * `source`, `kind`, `allowHosts` and the options of its kind.
 * @throws {PedigreeError} ERR_USAGE, ERR_PARSE_YAML and its like
 */
export function parseSourcesFile(text: string): readonly SourceEntry[] {
  const { value } = parseYaml(text);
  const sources = arrayMember(value, 'sources');
  if (!isJsonObject(value) || sources === undefined)
    throw unusable('', 'there is no list "sources"');
  const strange = Object.keys(value).find((key) => key !== 'sources');
  if (strange !== undefined)
    throw unusable(`/${excerpt(strange)}`, 'nothing of this name is known');
  return sources.map((entry, at) => readEntry(entry, `/sources/${at}`));
}

function readEntry(entry: unknown, at: string): SourceEntry {
  if (typeof entry === 'string')
    return { source: entry, kind: undefined, allowHosts: [], options: {} };
  if (!isJsonObject(entry)) throw unusable(at, 'a source is an address or an object');
  const source = member(entry, 'source');
  if (typeof source !== 'string') throw unusable(`${at}/source`, 'the address of the source');
  try {
    return {
      source,
      kind: findStringOption(entry, 'kind'),
      allowHosts: listOption(entry, 'allowHosts'),
      options: Object.fromEntries(Object.entries(entry).filter(([key]) => !OWN_MEMBERS.has(key))),
    };
  } catch (error) {
    throw isPedigreeError(error) ? unusable(at, error.message) : error;
  }
}

function unusable(at: string, why: string): PedigreeError {
  return new PedigreeError('ERR_USAGE', `sources file: ${why}`, {
    at,
    hint: 'docs/collectors.md shows one',
  });
}
