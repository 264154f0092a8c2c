// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, member, pointerJoin } from '../../core/json.ts';
import type { JsonValue } from '../../core/canonical-json-jcs.ts';

const MAX_REPEATED = 10_000;

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
  const walk = new Walk();
  walk.visit(root);
  return { all: walk.all, repeated: walk.repeated };
}

/** In document order, one item after the other: a large document is never held whole. Nesting is bounded by the JSON reader. */
class Walk {
  readonly all = new Set<string>();
  readonly #repeated = new Map<string, string>();
  /** Where the walk is. */
  readonly #keys: (string | number)[] = [];

  get repeated(): BomRefs['repeated'] {
    return [...this.#repeated].map(([ref, pointer]) => ({ ref, pointer }));
  }

  visit(value: JsonValue | undefined): void {
    if (Array.isArray(value)) {
      const items = value as readonly JsonValue[];
      for (let at = 0; at < items.length; at++) this.#enter(at, items[at]);
    } else if (isJsonObject(value)) {
      const ref = member(value, 'bom-ref');
      if (typeof ref === 'string') this.#take(ref);
      for (const key in value) this.#enter(key, value[key]);
    }
  }

  #enter(key: string | number, value: JsonValue | undefined): void {
    if (typeof value !== 'object' || value === null) return;
    this.#keys.push(key);
    this.visit(value);
    this.#keys.pop();
  }

  #take(ref: string): void {
    const before = this.all.size;
    if (this.all.add(ref).size > before) return;
    if (this.#repeated.has(ref) || this.#repeated.size >= MAX_REPEATED) return;
    this.#repeated.set(ref, pointerJoin('', ...this.#keys, 'bom-ref'));
  }
}
