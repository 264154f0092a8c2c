// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
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
  const graph = member(root, '@graph');
  const items = Array.isArray(graph) ? (graph as readonly JsonValue[]).slice(0, MAX_LOOKED_AT) : [];
  const isSpdx =
    hasSpdxContext(member(root, '@context')) ||
    items.some((item) => stringMember(item, 'type') === 'SpdxDocument');
  if (!isSpdx) return undefined;
  const version = [root, ...items].map(versionOf).find((found) => found !== undefined);
  return { format: 'spdx3-jsonld', version: version ?? null };
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
