// SPDX-License-Identifier: Apache-2.0
import { PedigreeError } from '../../core/errors.ts';
import { isJsonObject, member, pointerJoin, stringMember } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';
import type { Located } from '../wire-reader.ts';

/** What an object of the graph is called by others: an IRI, or a blank node. */
export function idOf(value: JsonValue | undefined): string | undefined {
  return stringMember(value, 'spdxId') ?? stringMember(value, '@id');
}

/**
 * The objects of the graph in document order, those included that stand inside of others instead of being named by id. A
 * document without `@graph` is one object.
 * @throws {PedigreeError} ERR_PARSE_DOCUMENT where the root is no object
 */
export function flattenGraph(root: JsonValue): readonly Located[] {
  if (!isJsonObject(root)) {
    throw new PedigreeError('ERR_PARSE_DOCUMENT', 'an SPDX 3 document is an object', { at: '' });
  }
  const found: Located[] = [];
  const graph = member(root, '@graph');
  if (!Array.isArray(graph)) {
    addWithInner(found, root, '');
    return found;
  }
  (graph as readonly JsonValue[]).forEach((item, at) => {
    if (isJsonObject(item)) addWithInner(found, item, pointerJoin('', '@graph', at));
  });
  return found;
}

/** A CreationInfo may do without an id. */
function isNode(item: JsonObject): boolean {
  return idOf(item) !== undefined || stringMember(item, 'type') === 'CreationInfo';
}

/** Nesting is bounded by the JSON reader. */
function addWithInner(found: Located[], value: JsonObject, pointer: string): void {
  found.push({ value, pointer });
  for (const [key, item] of Object.entries(value)) addInner(found, item, pointerJoin(pointer, key));
}

function addInner(found: Located[], item: JsonValue, pointer: string): void {
  if (Array.isArray(item)) {
    (item as readonly JsonValue[]).forEach((inner, at) => {
      if (typeof inner === 'object') addInner(found, inner, pointerJoin(pointer, at));
    });
  } else if (isJsonObject(item) && isNode(item)) {
    addWithInner(found, item, pointer);
  } else if (isJsonObject(item)) {
    // a hash, an identifier: no element, but it may hold one
    for (const [key, inner] of Object.entries(item)) {
      if (typeof inner === 'object') addInner(found, inner, pointerJoin(pointer, key));
    }
  }
}
