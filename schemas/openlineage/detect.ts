// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

const SCHEMA_URL = /\/spec\/(\d+-\d+-\d+)\/OpenLineage\.(?:json|yml)/;
const RUN_STATES = new Set(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']);
/** Facets that exist, so that a map of objects is not taken for a document of facets. */
const FACET_SCHEMA = /^https:\/\/openlineage\.io\/spec\/facets\//;

/** Recognises an OpenLineage event, or an array of them. The version is the one that schemaURL names; an array has none of its own. */
export function detectOpenLineage(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json') return undefined;
  const { value } = decoded.json;
  if (Array.isArray(value)) {
    const events = value as readonly JsonValue[];
    return events.length > 0 && events.every(isEvent)
      ? { format: 'openlineage', version: null }
      : undefined;
  }
  return isEvent(value) ? { format: 'openlineage', version: versionOf(value) } : undefined;
}

/** Recognises facets alone: every member is an object that names its producer and schema. */
export function detectOpenLineageFacet(decoded: Decoded): Detected | undefined {
  if (decoded.kind !== 'json' || !isJsonObject(decoded.json.value)) return undefined;
  const facets = Object.values(decoded.json.value);
  const isFacet = (facet: unknown): boolean =>
    stringMember(facet, '_producer') !== undefined &&
    FACET_SCHEMA.test(stringMember(facet, '_schemaURL') ?? '');
  return facets.length > 0 && facets.every(isFacet)
    ? { format: 'openlineage-facet', version: null }
    : undefined;
}

function isEvent(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  if (SCHEMA_URL.test(stringMember(value, 'schemaURL') ?? '')) return true;
  const hasShape =
    isName(member(value, 'job')) || stringMember(member(value, 'run'), 'runId') !== undefined;
  const hasState = RUN_STATES.has(stringMember(value, 'eventType') ?? '');
  const lists = ['inputs', 'outputs'].map((key) => member(value, key));
  const hasData = lists.some((list) => Array.isArray(list));
  const hasNamedData = lists.some((list) => Array.isArray(list) && list.some(isName));
  const isSigned =
    stringMember(value, 'producer') !== undefined && stringMember(value, 'eventTime') !== undefined;
  if (hasState) return hasShape || hasNamedData;
  return hasShape && hasData && isSigned;
}

function isName(value: unknown): boolean {
  return stringMember(value, 'namespace') !== undefined;
}

function versionOf(value: unknown): string | null {
  return SCHEMA_URL.exec(stringMember(value, 'schemaURL') ?? '')?.[1] ?? null;
}
