// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import type { JsonObject } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

/** Every member that the root of a CycloneDX JSON document may have, in any version (1.2 to 1.7). */
const ROOT_MEMBERS = new Set([
  '$schema',
  'bomFormat',
  'specVersion',
  'serialNumber',
  'version',
  'metadata',
  'components',
  'services',
  'externalReferences',
  'dependencies',
  'compositions',
  'vulnerabilities',
  'annotations',
  'formulation',
  'declarations',
  'definitions',
  'citations',
  'properties',
  'signature',
]);

const SPEC_VERSION = /^1\.[0-9]{1,2}$/;

/**
 * Recognises CycloneDX JSON: an object with `bomFormat`, or one that has lost it and still names a `specVersion` and
 * nothing that CycloneDX does not define. A wrong `bomFormat` is a fault of the document (parse lists it, the strict
 * schema refuses it), not another format: no other format has that member.
 * @returns the version as the document writes it, null where it is missing or no text; undefined for other documents
 * @see https://cyclonedx.org/docs/1.7/json/#bomFormat
 */
export function detectCyclonedxJson(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const root = decoded.json.value;
  if (!isJsonObject(root)) return undefined;
  if (stringMember(root, 'bomFormat') === undefined && !looksLikeBom(root)) return undefined;
  return { format: 'cyclonedx-json', version: stringMember(root, 'specVersion') ?? null };
}

function looksLikeBom(root: JsonObject): boolean {
  const version = member(root, 'specVersion');
  if (typeof version !== 'string' || !SPEC_VERSION.test(version)) return false;
  return Object.keys(root).every((key) => ROOT_MEMBERS.has(key));
}
