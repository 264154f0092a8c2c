// SPDX-License-Identifier: Apache-2.0
import { arrayMember, isJsonObject, stringMember } from '../../core/json.ts';
import { RESOURCE_GROUPS } from './model.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Decoded, Detected } from '../decoded.ts';

const KIND_LINE = new RegExp(
  `^[ \\t]*(?:-[ \\t]+)?kind:[ \\t]*['"]?(?:${Object.keys(RESOURCE_GROUPS).join('|')})['"]?[ \\t]*(?:#.*)?\\r?$`,
  'm',
);
const API_LINE = /^[ \t]*(?:-[ \t]+)?apiVersion:[ \t]*\S/m;

const OPENING = /^(?:---|\.\.\.|%YAML\b|['"]?[A-Za-z][\w.-]{0,62}['"]?[ \t]*:(?:[ \t]|$))/;

/** Recognises Kubernetes manifests, YAML or JSON, that hold at least one resource that runs something. */
export function detectKubernetes(decoded: Decoded): Detected | undefined {
  if (decoded.kind === 'text') {
    const isManifest =
      opensLikeYaml(decoded.text) &&
      /^(?:apiVersion|kind):/m.test(decoded.text) &&
      API_LINE.test(decoded.text) &&
      KIND_LINE.test(decoded.text);
    return isManifest ? { format: 'kubernetes', version: null } : undefined;
  }
  if (decoded.kind !== 'json') return undefined;
  return isResource(decoded.json.value) ? { format: 'kubernetes', version: null } : undefined;
}

/** A map, or the start of a document: scripts and texts that only quote a manifest begin otherwise. */
function opensLikeYaml(text: string): boolean {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end).trim();
    if (line !== '' && !line.startsWith('#')) return OPENING.test(line);
    start = end < 0 ? text.length : end + 1;
  }
  return false;
}

function isResource(value: JsonValue): boolean {
  if (!isJsonObject(value) || stringMember(value, 'apiVersion') === undefined) return false;
  const kind = stringMember(value, 'kind') ?? '';
  if (Object.hasOwn(RESOURCE_GROUPS, kind)) return true;
  return kind === 'List' && (arrayMember(value, 'items') ?? []).some(isResource);
}
