// SPDX-License-Identifier: Apache-2.0
import { isJsonObject } from '../../core/json.ts';
import type { Decoded } from '../decoded.ts';

/** Prompts and configurations are small; what is larger is data. */
const MAX_CHARS = 1024 * 1024;

/**
 * The names of the members at the top of a document, JSON or YAML, without parsing the YAML: keys that stand at the margin.
 * Empty for everything else.
 */
export function topKeys(decoded: Decoded): ReadonlySet<string> {
  if (decoded.kind === 'json') {
    const { value } = decoded.json;
    return new Set(isJsonObject(value) ? Object.keys(value) : []);
  }
  if (decoded.kind !== 'text' || decoded.text.length > MAX_CHARS) return new Set();
  const keys = new Set<string>();
  for (const [, key = ''] of decoded.text.matchAll(/^([A-Za-z_][\w-]{0,60}):(?=\s|$)/gm)) {
    keys.add(key);
  }
  return keys;
}

export function hasAll(keys: ReadonlySet<string>, ...names: string[]): boolean {
  return names.every((name) => keys.has(name));
}

export function hasAny(keys: ReadonlySet<string>, ...names: string[]): boolean {
  return names.some((name) => keys.has(name));
}
