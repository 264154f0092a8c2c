// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Recognises Syft JSON: a list of artifacts with a source, written by syft (or with its schema). */
export function detectSyft(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const root = decoded.json.value;
  if (arrayMember(root, 'artifacts') === undefined) return undefined;
  if (!isJsonObject(member(root, 'source'))) return undefined;
  const schema = member(root, 'schema');
  const isSyft =
    stringMember(member(root, 'descriptor'), 'name') === 'syft' ||
    stringMember(schema, 'url')?.includes('/syft/') === true;
  return isSyft
    ? { format: 'syft-json', version: stringMember(schema, 'version') ?? null }
    : undefined;
}
