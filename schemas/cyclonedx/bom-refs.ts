// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, pointerToken } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

const MAX_REPEATED = 10_000;

/** A place in the document: its pointer is joined only when asked for, since nearly all are never asked. */
interface Place {
  readonly up: Place | undefined;
  readonly key: string | number;
}

interface BomRefs {
  readonly all: ReadonlySet<string>;
  /** Refs that more than one object bears, each with the place of its second bearer; at most 10,000. */
  readonly repeated: readonly { readonly ref: string; readonly pointer: string }[];
}

/**
 * Every bom-ref of a document, whichever object bears it: "Every bom-ref must be unique within the BOM", and a reference
 * may point at any of them.
 */
export function collectBomRefs(root: JsonValue): BomRefs {
  const all = new Set<string>();
  const repeated = new Map<string, string>();
  visit(root, undefined, (ref, place) => {
    if (all.has(ref) && !repeated.has(ref) && repeated.size < MAX_REPEATED) {
      repeated.set(ref, pointerOf(place));
    }
    all.add(ref);
  });
  return { all, repeated: [...repeated].map(([ref, pointer]) => ({ ref, pointer })) };
}

type Take = (ref: string, place: Place | undefined) => void;

/** In document order, one item after the other: a large document is never held whole. Nesting is bounded by the JSON reader. */
function visit(value: JsonValue | undefined, place: Place | undefined, take: Take): void {
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    for (let key = 0; key < items.length; key++) visitInside(items[key], place, key, take);
  } else if (isJsonObject(value)) {
    const ref = member(value, 'bom-ref');
    if (typeof ref === 'string') take(ref, place);
    for (const key of Object.keys(value)) visitInside(value[key], place, key, take);
  }
}

function visitInside(
  value: JsonValue | undefined,
  up: Place | undefined,
  key: string | number,
  take: Take,
): void {
  if (typeof value === 'object' && value !== null) visit(value, { up, key }, take);
}

function pointerOf(place: Place | undefined): string {
  const tokens: string[] = ['bom-ref'];
  for (let at = place; at !== undefined; at = at.up) tokens.push(pointerToken(at.key));
  return `/${tokens.reverse().join('/')}`;
}
