// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import { TextSet, type Texts } from '../../core/tables/text-set.ts';
import type { JsonObject, JsonValue } from '../../core/canonical-json-jcs.ts';

const MAX_REPEATED = 10_000;

interface BomRefs {
  readonly all: Texts;
  /** Refs that more than one object bears, each with the place of its second bearer; at most 10,000. */
  readonly repeated: readonly { readonly ref: string; readonly pointer: string }[];
}

/**
 * Every bom-ref of a document, whichever object bears it: "Every bom-ref must be unique within the BOM", and a reference
 * may point at any of them.
 */
export function collectBomRefs(root: JsonValue): BomRefs {
  const all = new TextSet();
  const isRepeated = addRefs(root, all) > all.size;
  return { all, repeated: isRepeated ? findRepeated(root) : [] };
}

/** @returns how many refs there are, repeated ones counted again */
function addRefs(value: JsonValue | undefined, all: TextSet): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    for (let at = 0; at < items.length; at++) count += addRefs(items[at], all);
    return count;
  }
  const members = value as JsonObject;
  for (const key in members) {
    const item = members[key];
    if (typeof item === 'object') count += addRefs(item, all);
    else if (key === 'bom-ref' && typeof item === 'string') {
      all.add(item);
      count++;
    }
  }
  return count;
}

/** Few documents repeat a ref, so where the walk is must be known for those only. */
function findRepeated(root: JsonValue): BomRefs['repeated'] {
  const seen = new TextSet();
  const repeated = new Map<string, string>();
  visit(root, [], (ref, keys) => {
    if (seen.add(ref) || repeated.has(ref)) return;
    if (repeated.size < MAX_REPEATED) {
      repeated.set(ref, pointerJoin('', ...keys, 'bom-ref'));
    }
  });
  return [...repeated].map(([ref, pointer]) => ({ ref, pointer }));
}

type Take = (ref: string, keys: readonly (string | number)[]) => void;

/** In document order, one item after the other: a large document is never held whole. Nesting is bounded by the JSON reader. */
function visit(value: JsonValue | undefined, keys: (string | number)[], take: Take): void {
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    for (let at = 0; at < items.length; at++) visitInside(items[at], at, keys, take);
  } else if (isJsonObject(value)) {
    const ref = member(value, 'bom-ref');
    if (typeof ref === 'string') take(ref, keys);
    for (const key of Object.keys(value)) visitInside(value[key], key, keys, take);
  }
}

function visitInside(
  value: JsonValue | undefined,
  key: string | number,
  keys: (string | number)[],
  take: Take,
): void {
  if (typeof value !== 'object' || value === null) return;
  keys.push(key);
  visit(value, keys, take);
  keys.pop();
}
