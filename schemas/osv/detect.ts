// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, stringMember } from '../../core/json.ts';
import { jsonObject } from '../tool-report/adapter.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** All members of an advisory. The format has no mark of its own, so nothing else may be there. */
const MEMBERS = new Set([
  ...[
    'schema_version',
    'id',
    'modified',
    'published',
    'withdrawn',
    'aliases',
    'related',
    'upstream',
  ],
  ...['summary', 'details', 'severity', 'affected', 'references', 'credits', 'database_specific'],
]);
/** Members of which an advisory has at least one. */
const TELLING = new Set([
  'affected',
  'details',
  'summary',
  'aliases',
  'references',
  'schema_version',
]);
const DATE = /^\d{4}-\d\d-\d\d[T ]/;
const VERSION_LINE = /^schema_version:[ \t]*['"]?([0-9.]{1,16})['"]?[ \t]*\r?$/m;
/** Longest YAML that is looked at. */
const MAX_CHARS = 16 * 1024 * 1024;

/** Recognises an OSV advisory, JSON or YAML, by its members. */
export function detectOsv(decoded: Decoded): Detected | undefined {
  if (decoded.kind === 'text') return detectYaml(decoded.text);
  const document = jsonObject(decoded);
  if (!isOsvAdvisory(document)) return undefined;
  return { format: 'osv', version: stringMember(document, 'schema_version') ?? null };
}

/** True for a JSON value that is an advisory by its members. */
export function isOsvAdvisory(value: unknown): boolean {
  if (!isJsonObject(value) || stringMember(value, 'id') === undefined) return false;
  const modified = stringMember(value, 'modified') ?? '';
  return DATE.test(modified) && isAdvisory(Object.keys(value));
}

function detectYaml(text: string): Detected | undefined {
  if (text.length > MAX_CHARS || !text.startsWith('id:')) {
    if (!/^(?:schema_version|modified):/.test(text)) return undefined;
  }
  const keys = new Set<string>();
  for (const [, key = ''] of text.matchAll(/^([^\s:#-][^\s:]{0,40}):/gm)) keys.add(key);
  if (!keys.has('id') || !keys.has('modified') || !isAdvisory([...keys])) return undefined;
  return { format: 'osv', version: VERSION_LINE.exec(text)?.[1] ?? null };
}

function isAdvisory(keys: readonly string[]): boolean {
  return keys.every((key) => MEMBERS.has(key)) && keys.some((key) => TELLING.has(key));
}
