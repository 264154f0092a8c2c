// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, stringMember } from '../../core/json.ts';
import { jsonObject } from './adapter.ts';
import type { Decoded } from '../decoded.ts';
import type { ThingKind } from './model.ts';

/** Members of an MLRun object. A Kubernetes object has `apiVersion` besides. */
const MEMBERS = new Set(['kind', 'metadata', 'spec', 'status', 'verbose']);
/** With a comment or one of the members. */
const START = /^(?:#|---|(?:kind|metadata|spec|status|verbose):)/;
const MAX_YAML = 4 * 1024 * 1024;

/** Where the keys of a specification are looked for: in a JSON object, or as lines one level in. */
export interface MlrunObject {
  readonly kind: string;
  hasMetadata(key: string): boolean;
  hasSpec(keys: readonly string[]): boolean;
}

/**
 * What MLRun exports as JSON or YAML: kind, metadata and specification. Cheap: YAML is not parsed, only its margin is looked
 * at, so that its answers about keys are guesses.
 */
export function findMlrunObject(decoded: Decoded): MlrunObject | undefined {
  return decoded.kind === 'text' ? findInYaml(decoded.text) : findInJson(jsonObject(decoded));
}

function findInJson(document: unknown): MlrunObject | undefined {
  const kind = stringMember(document, 'kind');
  const [metadata, spec] = [member(document, 'metadata'), member(document, 'spec')];
  const isObject = kind !== undefined && isJsonObject(metadata) && isJsonObject(spec);
  if (!isObject || !Object.keys(document ?? {}).every((key) => MEMBERS.has(key))) return undefined;
  return {
    kind,
    hasMetadata: (key) => stringMember(metadata, key) !== undefined,
    hasSpec: (keys) => keys.some((key) => member(spec, key) !== undefined),
  };
}

function findInYaml(text: string): MlrunObject | undefined {
  if (text.length > MAX_YAML || !START.test(text)) {
    return undefined;
  }
  const margin = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(/^(\w+):(.*)$/gm)) {
    margin.set(key, value.trim());
    if (!MEMBERS.has(key)) return undefined;
  }
  const kind = margin.get('kind');
  if (kind === undefined || margin.get('metadata') !== '' || margin.get('spec') !== '') {
    return undefined;
  }
  const lines = new Set<string>();
  for (const [, key = ''] of text.matchAll(/^ {2}(\w+):/gm)) lines.add(key);
  return {
    kind,
    hasMetadata: (key) => lines.has(key),
    hasSpec: (keys) => keys.some((key) => lines.has(key)),
  };
}

/** What a name in one MLRun service, `store://models/project/key#iteration@tree`, is a name of. */
export function kindOfStoreUri(uri: string): ThingKind {
  if (uri.startsWith('store://models/')) return 'Model';
  if (uri.startsWith('store://datasets/')) return 'Dataset';
  return uri.startsWith('store://llm-prompts/') ? 'Prompt' : 'File';
}
