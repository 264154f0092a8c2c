// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, member, stringMember } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

const CONTEXT = /^https?:\/\/spdx\.(?:org|github\.io)\/(?:rdf|spdx-spec)\/v?3\./;
/** Elements that are looked at for a version. */
const MAX_LOOKED_AT = 10_000;

/**
 * Recognises SPDX 3 JSON-LD: an object whose context is that of SPDX 3, or whose graph has an SpdxDocument.
 * @returns the version of the first CreationInfo, null where there is none; undefined for other documents
 */
export function detectSpdx3(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const root = decoded.json.value;
  if (!isJsonObject(root)) return undefined;
  const found = lookAt(root);
  return found.isSpdx ? { format: 'spdx3-jsonld', version: found.version ?? null } : undefined;
}

/** Looks no further than it takes to know both. */
function lookAt(root: JsonObject): { readonly isSpdx: boolean; readonly version?: string } {
  let isSpdx = hasSpdxContext(member(root, '@context'));
  let version = versionOf(root);
  let seen = 0;
  for (const item of arrayMember(root, '@graph') ?? []) {
    if (isSpdx && version !== undefined) break;
    if (++seen > MAX_LOOKED_AT) break;
    isSpdx ||= stringMember(item, 'type') === 'SpdxDocument';
    version ??= versionOf(item);
  }
  return version === undefined ? { isSpdx } : { isSpdx, version };
}

function hasSpdxContext(context: JsonValue | undefined): boolean {
  const texts = Array.isArray(context) ? (context as readonly JsonValue[]) : [context];
  return texts.some((text) => typeof text === 'string' && CONTEXT.test(text));
}

/** Of a CreationInfo of its own, or inside of an element. */
function versionOf(item: JsonValue): string | undefined {
  return (
    stringMember(item, 'specVersion') ?? stringMember(member(item, 'creationInfo'), 'specVersion')
  );
}
